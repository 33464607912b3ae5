/** Rows of activation functions. */

import { softsign } from '../../src/ops/index.js';
import { unaryRows } from './elementwise.js';
import type { Family } from './row.js';

export const activations: Family = {
  softsign: unaryRows(softsign, 'F.softsign(a)'),
};
