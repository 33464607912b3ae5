/** The larger of two floats in each lane, NaN where one of them is. */

import type { Func, Local, V128 } from './assembler.js';
import { f32x4, v128 } from './simd.js';

/**
 * Three instructions, where processors need nine for WebAssembly's own maximum. Each of the two orders keeps
 * the NaN that the other loses; equal numbers are equal in all bits, but for zeros of both signs: -0.
 */
export function maximum(f: Func, a: V128, b: V128): V128 {
  const [x, y]: Local<'v128'>[] = [f.hold(a), f.hold(b)];
  return v128.or(f32x4.pmax(x, y), f32x4.pmax(y, x));
}
