/** Values of images at places between their elements, which GridSample and DeformConv read. */

import { sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { clamp } from '../../../ops/arithmetic.js';
import {
  abs,
  add,
  cast,
  floor,
  greater,
  less,
  mul,
  or,
  round,
  sub,
  where,
} from '../../../ops/elementwise.js';
import { gatherRows } from '../../../ops/rows.js';
import { expand, reshape } from '../../../ops/view.js';

export type SampleMode = 'linear' | 'nearest' | 'cubic';
/** What stands outside: 0, the nearest element, or the image mirrored. */
export type SamplePadding = 'zeros' | 'border' | 'reflection';

export interface SampleOptions {
  readonly mode: SampleMode;
  readonly padding: SamplePadding;
  /** Whether images are mirrored at the middles of their outer elements instead of their edges. */
  readonly alignCorners: boolean;
}

/** Neighbours along one axis: whole places, and the weight of each. */
interface Neighbour {
  readonly place: Tensor;
  readonly weight: Tensor | null;
}

/**
 * Samples x [N, C, D1, ..., Dk] at coordinates, each [N, P] in elements along one axis: [N, C, P].
 *
 * Differentiable in x and, but for the nearest elements, in the coordinates.
 */
export function sampleAt(
  x: Tensor,
  coordinates: readonly Tensor[],
  options: SampleOptions,
): Tensor {
  const [batch, channels, ...extents] = x.shape;
  const rows = reshape(x, [batch * channels, sizeOf(extents)]);
  const count = coordinates[0].shape[1];
  const axes = coordinates.map((at, axis) => neighbours(at, extents[axis], options));
  let total: Tensor | null = null;
  for (const corner of combinations(axes)) {
    const index = flatIndex(
      corner.map(({ place }) => place),
      extents,
    );
    const everywhere = expand(reshape(index, [batch, 1, count]), [batch, channels, count]);
    const values = gatherRows(rows, reshape(everywhere, [batch * channels, count]));
    const weights = corner.flatMap(({ weight }) => (weight ? [weight] : []));
    const shaped = reshape(values, [batch, channels, count]);
    const part =
      weights.length === 0 ? shaped : mul(shaped, reshape(weights.reduce(mul), [batch, 1, count]));
    total = total ? add(total, part) : part;
  }
  return total!;
}

/** Every choice of one from each list. */
const combinations = <Item>(lists: readonly (readonly Item[])[]): Item[][] =>
  lists.reduce<Item[][]>(
    (chosen, list) => chosen.flatMap((items) => list.map((item) => [...items, item])),
    [[]],
  );

function neighbours(at: Tensor, extent: number, options: SampleOptions): Neighbour[] {
  const { mode } = options;
  if (mode === 'nearest') {
    return [{ place: cast(within(round(at), extent, options), 'int32'), weight: null }];
  }
  const inside = mode === 'linear' ? within(at, extent, options) : at;
  const first = floor(inside);
  const part = sub(inside, first);
  if (mode === 'linear') {
    return [
      { place: cast(first, 'int32'), weight: sub(1, part) },
      { place: cast(add(first, 1), 'int32'), weight: part },
    ];
  }
  return cubicWeights(part).map((weight, tap) => {
    const place = within(add(first, tap - 1), extent, options);
    return { place: cast(place, 'int32'), weight };
  });
}

/** Of the four elements around a place that lies `part` behind the second (Keys 1981). */
function cubicWeights(part: Tensor): Tensor[] {
  const a = -0.75;
  const near = (d: Tensor) => add(mul(mul(sub(mul(d, a + 2), a + 3), d), d), 1);
  const far = (d: Tensor) => sub(mul(add(mul(sub(mul(d, a), 5 * a), d), 8 * a), d), 4 * a);
  const rest = sub(1, part);
  return [far(add(part, 1)), near(part), near(rest), far(add(rest, 1))];
}

/** Coordinates moved into the image as the padding says; for zeros they stay outside. */
function within(at: Tensor, extent: number, { padding, alignCorners }: SampleOptions): Tensor {
  if (padding === 'zeros') return at;
  const last = extent - 1;
  if (padding === 'border') return clamp(at, { min: 0, max: last });
  const [low, span] = alignCorners ? [0, last] : [-0.5, extent];
  if (span === 0) return mul(at, 0);
  const distance = abs(sub(at, low));
  const times = floor(mul(distance, 1 / span));
  const over = sub(distance, mul(times, span));
  const isForward = less(abs(sub(times, mul(floor(mul(times, 0.5)), 2))), 0.5);
  const mirrored = where(isForward, add(over, low), sub(span + low, over));
  return clamp(mirrored, { min: 0, max: last });
}

/** One index for a place along each axis; -1, which reads 0, where it is outside along any. */
function flatIndex(places: readonly Tensor[], extents: readonly number[]): Tensor {
  let index: Tensor | null = null;
  let isOutside: Tensor | null = null;
  places.forEach((place, axis) => {
    const outside = or(less(place, 0), greater(place, extents[axis] - 1));
    isOutside = isOutside ? or(isOutside, outside) : outside;
    index = index ? add(mul(index, extents[axis]), place) : place;
  });
  return where(isOutside!, -1, index!);
}
