/** What a place holds to which nothing is scattered: the value that the operation does not change. */

import type { DType } from '../graph/dtype.js';
import type { ScatterOperation } from '../graph/vocabulary.js';

export function scatterStart(operation: ScatterOperation, dtype: DType): number {
  if (operation === 'add') return 0;
  if (operation === 'mul') return 1;
  const [least, greatest] = dtype === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [-Infinity, Infinity];
  return operation === 'max' ? least : greatest;
}
