/** Resizing pictures: nearest, bilinear and bicubic. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { tensor } from './creation.js';
import { matmul } from './matmul.js';
import { gatherRows } from './rows.js';
import { expand, reshape } from './view.js';

export type InterpolateMode = 'nearest' | 'bilinear' | 'bicubic';

export const interpolateModes: readonly InterpolateMode[] = ['nearest', 'bilinear', 'bicubic'];

export interface InterpolateOptions {
  /** The new size: one number, or [height, width]. Give this or `scaleFactor`. */
  size?: number | readonly [number, number];
  /** Factor on the size: one number, or [vertical, horizontal]. */
  scaleFactor?: number | readonly [number, number];
  /** Default: 'nearest'. */
  mode?: InterpolateMode;
  /** The centres of the corner pixels stay where they are; not for 'nearest'. Default: false. */
  alignCorners?: boolean;
}

/** One axis of a resize: how far apart the samples lie, in pixels of the input. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/**
 * x [N, C, H, W] resized to [N, C, OH, OW], as PyTorch's interpolate without antialiasing.
 *
 * Bilinear and bicubic (a = -0.75) sum over whole rows and columns, so that an infinite pixel
 * makes its row and column NaN. Throws ShapeError for other ranks, ValueError for wrong options.
 *
 *     const y = interpolate(x, { scaleFactor: 2, mode: 'bilinear' });
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const { mode = 'nearest', alignCorners = false } = options;
  checkInterpolateOptions(options);
  if (x.rank !== 4 || x.size === 0 || x.dtype !== 'float32') {
    throw new ShapeError(
      `interpolate: expected float32 [N, C, H, W] with elements, got ${x.dtype} ${formatShape(x.shape)}`,
    );
  }
  const [rows, columns] = ([0, 1] as const).map((axis): Axis => {
    const from = x.shape[2 + axis];
    const factor = at(options.scaleFactor, axis);
    const to = at(options.size, axis) ?? Math.floor(from * factor!);
    if (to < 1) {
      throw new ShapeError(
        `interpolate: scaleFactor ${factor} leaves nothing of ${formatShape(x.shape)}; use a larger one`,
      );
    }
    const step = options.size === undefined ? 1 / factor! : from / to;
    return { from, to, step: alignCorners ? (to > 1 ? (from - 1) / (to - 1) : 0) : step };
  });
  if (mode === 'nearest') return nearest(x, rows, columns);
  const taps = mode === 'bilinear' ? bilinearTaps : bicubicTaps;
  const wide = matmul(x, weightsOf(columns, { taps, alignCorners, transposed: true }));
  return matmul(weightsOf(rows, { taps, alignCorners, transposed: false }), wide);
}

/** Throws ValueError for options that are out of range or do not go together. */
export function checkInterpolateOptions(options: InterpolateOptions, owner = 'interpolate'): void {
  const { size, scaleFactor, mode = 'nearest', alignCorners } = options;
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new ValueError(`${owner}: give either size or scaleFactor`);
  }
  if (!interpolateModes.includes(mode)) {
    throw new ValueError(`${owner}: mode "${mode}"; use ${interpolateModes.join(', ')}`);
  }
  if (mode === 'nearest' && alignCorners) {
    throw new ValueError(`${owner}: alignCorners needs mode 'bilinear' or 'bicubic'`);
  }
  for (const [name, value] of Object.entries({ size, scaleFactor })) {
    if (value === undefined) continue;
    const pair = typeof value === 'number' ? [value, value] : value;
    const fits = (n: number) => n > 0 && Number.isFinite(n) && (name !== 'size' || n % 1 === 0);
    if (pair.length === 2 && pair.every(fits)) continue;
    throw new ValueError(
      `${owner}: ${name} is ${typeof value === 'number' ? value : JSON.stringify(value)}; expected a ` +
        `${name === 'size' ? 'whole' : 'positive'} number${name === 'size' ? ' of at least 1' : ''} or a pair`,
    );
  }
}

const at = (value: number | readonly [number, number] | undefined, axis: 0 | 1) =>
  typeof value === 'number' ? value : value?.[axis];

function nearest(x: Tensor, rows: Axis, columns: Axis): Tensor {
  const [batch, channels, height, width] = x.shape;
  const whole = [rows, columns].map(({ from, to, step }) => (step * to === from ? to / from : 0));
  if (whole.every((times) => times >= 1 && Number.isInteger(times))) {
    const apart = reshape(x, [batch, channels, height, 1, width, 1]);
    const filled = expand(apart, [batch, channels, height, whole[0], width, whole[1]]);
    return reshape(filled, [batch, channels, rows.to, columns.to]);
  }
  const [down, right] = [rows, columns].map(({ from, to, step }) =>
    Array.from({ length: to }, (_, i) => {
      // PyTorch takes the step and the product in float32.
      return Math.min(Math.floor(Math.fround(i * Math.fround(step))), from - 1);
    }),
  );
  const index = down.flatMap((row) => right.map((column) => row * width + column));
  const planes = batch * channels;
  const everywhere = expand(tensor(index, [1, index.length], 'int32'), [planes, index.length]);
  const picked = gatherRows(reshape(x, [planes, height * width]), everywhere);
  return reshape(picked, [batch, channels, rows.to, columns.to]);
}

/** The pixels around a place, as [index, weight]. */
type Taps = (place: number) => readonly (readonly [number, number])[];

const bilinearTaps: Taps = (place) => {
  const low = Math.floor(Math.max(place, 0));
  const part = Math.max(place, 0) - low;
  return [
    [low, 1 - part],
    [low + 1, part],
  ];
};

/** Cubic convolution (Keys 1981) with a = -0.75. */
const bicubicTaps: Taps = (place) => {
  const a = -0.75;
  const low = Math.floor(place);
  const part = place - low;
  const inner = (d: number) => ((a + 2) * d - (a + 3)) * d * d + 1;
  const outer = (d: number) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return [
    [low - 1, outer(part + 1)],
    [low, inner(part)],
    [low + 1, inner(1 - part)],
    [low + 2, outer(2 - part)],
  ];
};

interface WeightOptions {
  readonly taps: Taps;
  readonly alignCorners: boolean;
  readonly transposed: boolean;
}

/** The matrix [to, from] that resizes one axis, or its transpose. */
function weightsOf({ from, to, step }: Axis, { taps, alignCorners, transposed }: WeightOptions) {
  const data = new Float64Array(to * from);
  for (let i = 0; i < to; i++) {
    const place = alignCorners ? i * step : (i + 0.5) * step - 0.5;
    for (const [index, weight] of taps(place)) {
      const inside = Math.min(Math.max(index, 0), from - 1);
      data[transposed ? inside * to + i : i * from + inside] += weight;
    }
  }
  return tensor(data, transposed ? [from, to] : [to, from]);
}
