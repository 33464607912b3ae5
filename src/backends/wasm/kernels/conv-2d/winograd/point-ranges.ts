/** Which part of the transformed channels each point needs, for code in which the point is a variable. */

import { type I32, i32 } from '../../../assembler.js';
import type { KernelContext } from '../../../kernel-context.js';
import { pointsOf, type Tiling } from './tiling.js';

export interface PointRange {
  readonly first: I32;
  readonly end: I32;
}

/** The range for a point, in channels of all phases; null where every point needs all of them. */
export function pointRanges(
  context: KernelContext,
  tiling: Tiling,
  channels: number,
): ((point: I32) => PointRange) | null {
  const ranges = pointsOf(tiling);
  const all = tiling.phases.length;
  if (ranges.every(([first, end]) => first === 0 && end === all)) return null;
  const bounds = ranges.flatMap(([first, end]) => [first * channels, end * channels]);
  const table = context.common.table(Int32Array.from(bounds));
  return (point) => {
    const at = context.f.hold(i32.add(i32.mul(point, 8), i32.const(table)));
    return { first: context.f.hold(i32.load(at)), end: context.f.hold(i32.load(at, 4)) };
  };
}
