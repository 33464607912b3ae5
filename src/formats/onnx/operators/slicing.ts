/** ONNX's Slice and Pad: parts of tensors, and what is around them. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape, normalizeDim } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { concatenate } from '../../../ops/concatenate.js';
import { pad } from '../../../ops/pad.js';
import { sliceDim } from '../../../ops/slicing.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** Starts, ends, axes and steps are attributes before version 10 and inputs from then on. */
function cut(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const old = node.opset < 10;
  const starts = old ? node.attributes.ints('starts', []) : node.requiredNumbers(1);
  const ends = old ? node.attributes.ints('ends', []) : node.requiredNumbers(2);
  const axes = (old ? node.attributes.ints('axes') : node.numbers(3)) ?? starts.map((_, i) => i);
  const steps = (old ? undefined : node.numbers(4)) ?? starts.map(() => 1);
  if ([ends, axes, steps].some((list) => list.length !== starts.length)) {
    throw new ValueError(
      `starts [${starts}], ends [${ends}], axes [${axes}] and steps [${steps}] differ in length`,
    );
  }
  const cutAlong = (part: Tensor, start: number, i: number): Tensor =>
    sliceDim(part, { dim: axes[i], start, end: ends[i], step: steps[i] });
  return Value.of(starts.reduce(cutAlong, x), type);
}

const modes = ['constant', 'reflect', 'edge', 'wrap'] as const;
type Mode = (typeof modes)[number];

/** Amounts are an attribute before version 11; the first half is before each axis, the second behind. */
function padAround(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const mode = node.attributes.choice('mode', modes, 'constant');
  const old = node.opset < 11;
  const amounts = old
    ? (node.attributes.ints(node.opset < 2 ? 'paddings' : 'pads') ?? [])
    : node.requiredNumbers(1);
  const value = (old ? node.attributes.float('value', 0) : node.number(2)) ?? 0;
  const named = old ? undefined : node.numbers(3);
  const axes = named?.map((axis) => normalizeDim(axis, x.rank, 'axes')) ?? x.shape.map((_, d) => d);
  if (amounts.length !== 2 * axes.length) {
    throw new ShapeError(
      `pads [${amounts}] must be ${2 * axes.length} numbers for ${formatShape(x.shape)}`,
    );
  }
  const low = x.shape.map(() => 0);
  const high = x.shape.map(() => 0);
  axes.forEach((axis, i) => {
    low[axis] = amounts[i];
    high[axis] = amounts[axes.length + i];
  });
  if (mode === 'constant') return Value.of(pad(x, { low, high, value }), type);
  const padded = x.shape.reduce<Tensor>(
    (part, _, axis) => extended(part, { axis, low: low[axis], high: high[axis], mode }),
    x,
  );
  return Value.of(padded, type);
}

/** Which element of an axis stands at a place that may be outside it. */
const sources: Record<Exclude<Mode, 'constant'>, (place: number, extent: number) => number> = {
  edge: (place, extent) => Math.min(Math.max(place, 0), extent - 1),
  wrap: (place, extent) => ((place % extent) + extent) % extent,
  reflect: (place, extent) => {
    const period = 2 * (extent - 1);
    const within = ((place % period) + period) % period;
    return Math.min(within, period - within);
  },
};

interface Edges {
  readonly axis: number;
  readonly low: number;
  readonly high: number;
  readonly mode: Exclude<Mode, 'constant'>;
}

/** x with its own elements before and behind it along one axis; negative amounts crop. */
function extended(x: Tensor, { axis, low, high, mode }: Edges): Tensor {
  if (low === 0 && high === 0) return x;
  const extent = x.shape[axis];
  const length = Math.max(low + extent + high, 0);
  if (Math.max(low, high) > 0 && extent < (mode === 'reflect' ? 2 : 1)) {
    throw new ShapeError(
      `dimension ${axis} of ${formatShape(x.shape)} has nothing to repeat by "${mode}"; ` +
        `use the mode "constant"`,
    );
  }
  const places = Array.from({ length }, (_, i) => sources[mode](i - low, extent));
  const runs = runsOf(places).map((run) => sliceDim(x, { dim: axis, ...run }));
  return runs.length === 0 ? sliceDim(x, { dim: axis, end: 0 }) : concatenate(runs, axis);
}

/** Places as parts that go up or down by one; the start of a next part turns back or stands still. */
function runsOf(places: readonly number[]): { start: number; end: number; step: number }[] {
  const runs: { start: number; end: number; step: number }[] = [];
  for (let first = 0; first < places.length; ) {
    const step = places[first + 1] === places[first] - 1 ? -1 : 1;
    let next = first + 1;
    while (next < places.length && places[next] === places[next - 1] + step) next++;
    const end = places[next - 1] + step;
    // In Python's counting, -1 would be the last element again.
    runs.push({ start: places[first], end: end < 0 ? Number.NEGATIVE_INFINITY : end, step });
    first = next;
  }
  return runs;
}

export const slicingOperators: OperatorTable = {
  Slice: { run: cut, hostInputs: [1, 2, 3, 4] },
  Pad: { run: padAround, hostInputs: [1, 2, 3] },
};
