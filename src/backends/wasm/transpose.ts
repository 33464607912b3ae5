/** The transpose of four vectors of four lanes. */

import type { Func, V128 } from './assembler.js';
import { v128 } from './simd.js';

/** Lane i of the four vectors, for each i; the vectors are read several times, so hold them. */
export function transposed(f: Func, [a, b, c, d]: readonly V128[]): V128[] {
  const low = f.hold(v128.shuffle32(a, b, [0, 4, 1, 5]));
  const high = f.hold(v128.shuffle32(a, b, [2, 6, 3, 7]));
  const low2 = f.hold(v128.shuffle32(c, d, [0, 4, 1, 5]));
  const high2 = f.hold(v128.shuffle32(c, d, [2, 6, 3, 7]));
  return [
    v128.shuffle32(low, low2, [0, 1, 4, 5]),
    v128.shuffle32(low, low2, [2, 3, 6, 7]),
    v128.shuffle32(high, high2, [0, 1, 4, 5]),
    v128.shuffle32(high, high2, [2, 3, 6, 7]),
  ];
}
