/** The error of a convolution's result against a direct convolution in float64, on a sample of elements. */

import { sizeOf } from '../../src/graph/shape.js';
import {
  type Convolution,
  type ConvolutionSettings,
  type ConvolutionShapes,
  type Pass,
  settingsOf,
  shapesOf,
} from './convolution.js';

/** As shares of the root mean square of the exact result. */
export interface DirectError {
  /** The largest difference. */
  readonly max: number;
  /** The root mean square of the differences. */
  readonly rms: number;
}

export interface Operands {
  readonly input: ArrayLike<number>;
  readonly filter: ArrayLike<number>;
  /** The gradient that arrives at the output. */
  readonly output: ArrayLike<number>;
}

/** Multiply-adds that a check may cost; fewer elements are looked at where each costs more. */
const budget = 2e7;
const [fewest, most] = [64, 4096];

/** The error of `result`, of the pass `pass`, on elements that are spread over all of it. */
export function directError(
  { convolution, pass }: { readonly convolution: Convolution; readonly pass: Pass },
  operands: Operands,
  result: ArrayLike<number>,
): DirectError {
  const shapes = shapesOf(convolution);
  const layout = { ...shapes, ...settingsOf(convolution) };
  const exact = exactElements[pass];
  const count = sampleSize(shapes, pass);
  let [largest, squares, exactSquares] = [0, 0, 0];
  for (let sample = 0; sample < count; sample++) {
    const index = sampledIndex(sample, count, result.length);
    const value = exact(layout, operands, index);
    const difference = Math.abs(result[index] - value);
    // NOTE: not Math.max alone, which would lose a difference that is no number on the next element.
    largest = difference > largest || Number.isNaN(difference) ? difference : largest;
    squares += difference ** 2;
    exactSquares += value ** 2;
  }
  const scale = Math.sqrt(exactSquares / count);
  return { max: largest / scale, rms: Math.sqrt(squares / count) / scale };
}

function sampleSize({ input, filter, output }: ConvolutionShapes, pass: Pass): number {
  const terms = {
    forward: sizeOf(filter.slice(1)),
    'input-gradient': sizeOf(filter) / (input[1] / filter[1]) / filter[1],
    'filter-gradient': output[0] * output[2] * output[3],
  };
  const size = sizeOf(
    { forward: output, 'input-gradient': input, 'filter-gradient': filter }[pass],
  );
  return Math.min(size, Math.max(fewest, Math.min(most, Math.floor(budget / terms[pass]))));
}

/** The first and the last element, and between them one in each equal part, not always at the same place. */
function sampledIndex(sample: number, count: number, size: number): number {
  if (sample === count - 1) return size - 1;
  const part = Math.floor(size / count);
  const shift = sample === 0 ? 0 : (sample * 7919) % Math.max(1, part);
  return Math.floor((sample * size) / count) + shift;
}

type Layout = ConvolutionShapes & ConvolutionSettings;

const exactElements: Readonly<
  Record<Pass, (layout: Layout, operands: Operands, index: number) => number>
> = {
  forward({ input, filter, output, stride, padding, groups }, { input: x, filter: w }, index) {
    const [n, k, row, column] = coordinates(index, output);
    const [, channels, size] = filter;
    const first = Math.floor(k / (output[1] / groups)) * channels;
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      for (let r = 0; r < size; r++) {
        for (let q = 0; q < size; q++) {
          const [h, v] = [row * stride + r - padding, column * stride + q - padding];
          if (!inside(h, v, input)) continue;
          const pixel = x[offset(input, n, first + c, h, v)];
          sum += pixel * w[offset(filter, k, c, r, q)];
        }
      }
    }
    return sum;
  },
  'input-gradient'(layout, { output: dy, filter: w }, index) {
    const { input, filter, output, stride, padding, groups } = layout;
    const [n, channel, h, v] = coordinates(index, input);
    const [, channels, size] = filter;
    const perGroup = output[1] / groups;
    const first = Math.floor(channel / channels) * perGroup;
    let sum = 0;
    for (let k = first; k < first + perGroup; k++) {
      for (let r = 0; r < size; r++) {
        for (let q = 0; q < size; q++) {
          const [row, column] = [(h + padding - r) / stride, (v + padding - q) / stride];
          if (!Number.isInteger(row) || !Number.isInteger(column)) continue;
          if (!inside(row, column, output)) continue;
          sum +=
            dy[offset(output, n, k, row, column)] * w[offset(filter, k, channel % channels, r, q)];
        }
      }
    }
    return sum;
  },
  'filter-gradient'(layout, { output: dy, input: x }, index) {
    const { input, filter, output, stride, padding, groups } = layout;
    const [k, c, r, q] = coordinates(index, filter);
    const channel = Math.floor(k / (output[1] / groups)) * filter[1] + c;
    const [batch, , height, width] = output;
    let sum = 0;
    for (let n = 0; n < batch; n++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const [h, v] = [row * stride + r - padding, column * stride + q - padding];
          if (!inside(h, v, input)) continue;
          sum += dy[offset(output, n, k, row, column)] * x[offset(input, n, channel, h, v)];
        }
      }
    }
    return sum;
  },
};

type Shape4 = readonly number[];

const inside = (row: number, column: number, [, , height, width]: Shape4): boolean =>
  row >= 0 && row < height && column >= 0 && column < width;

const offset = ([, b, c, d]: Shape4, i: number, j: number, k: number, l: number): number =>
  ((i * b + j) * c + k) * d + l;

function coordinates(index: number, [, b, c, d]: Shape4): readonly number[] {
  const plane = c * d;
  const outer = Math.floor(index / plane);
  const within = index % plane;
  return [Math.floor(outer / b), outer % b, Math.floor(within / d), within % d];
}
