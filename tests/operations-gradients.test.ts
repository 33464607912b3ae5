/** First and second derivatives of every smooth row of every operation against central differences in float64. */

import { describe, test } from 'node:test';
import { checkGradient } from './central-difference.js';
import { families } from './operations/index.js';
import { forEachRow, rowsOf } from './operations/row.js';

for (const [name, family] of Object.entries(families)) {
  describe(name, () => {
    for (const [operation, own] of Object.entries(family)) {
      const smooth = rowsOf(own).filter(({ gradient }) => gradient === 'smooth');
      if (smooth.length === 0) continue;
      test(`${operation} agrees with differences`, () =>
        forEachRow(smooth, (row) => {
          checkGradient(row, 1);
          checkGradient(row, 2);
        }));
    }
  });
}
