/** Slices and padding, also between elements, which ONNX's Pad does not do. */

import type { Tensor } from '../../../../graph/tensor.js';
import type { GraphBuilder, ValueRef } from '../graph-builder.js';
import { operator, type Step } from '../match.js';
import type { Applied } from './applied.js';

export function slice({ inputs, attributes, tensor }: Applied<'slice'>): Step {
  const { start, step, shape } = attributes;
  const [x] = inputs;
  // Only the axes that are cut, so that the others may have any extent.
  const axes = shape
    .map((_, axis) => axis)
    .filter((axis) => start[axis] !== 0 || step[axis] !== 1 || shape[axis] !== x.shape[axis]);
  if (axes.length === 0) return operator('Identity', [x]);
  const before = Number.MIN_SAFE_INTEGER;
  const ends = axes.map((axis) => {
    const last = start[axis] + (shape[axis] - 1) * step[axis];
    if (tensor.size === 0) return start[axis];
    // Behind the last; in front of the first there is no place that counts from the start.
    return step[axis] > 0 ? last + 1 : last === 0 ? before : last - 1;
  });
  const starts = axes.map((axis) => start[axis]);
  const steps = axes.map((axis) => step[axis]);
  return {
    inputs: [x],
    emit: (graph, [input]) =>
      graph.node('Slice', [
        input,
        graph.ints(starts),
        graph.ints(ends),
        graph.ints(axes),
        ...(steps.every((by) => by === 1) ? [] : [graph.ints(steps)]),
      ]),
  };
}

export function pad({ inputs, attributes }: Applied<'pad'>): Step {
  const [x] = inputs;
  const { low, high, interior, value } = attributes;
  return {
    inputs: [x],
    emit: (graph, [input]) => {
      const spread = interior.reduce(
        (ref, amount, dim) => spreadAlong(graph, ref, { x, interior, dim, amount, value }),
        input,
      );
      const amounts = [...low, ...high];
      if (amounts.every((amount) => amount === 0)) return spread;
      const inputs = [spread, graph.ints(amounts)];
      return graph.node('Pad', value === 0 ? inputs : [...inputs, graph.scalar(value, x.dtype)]);
    },
  };
}

interface Spreading {
  readonly x: Tensor;
  readonly interior: readonly number[];
  readonly dim: number;
  readonly amount: number;
  readonly value: number;
}

/** Elements between neighbours: a dimension of their own that is padded and joined with theirs. */
function spreadAlong(graph: GraphBuilder, ref: ValueRef, spreading: Spreading): ValueRef {
  const { x, interior, dim, amount, value } = spreading;
  if (amount === 0 || x.shape[dim] < 2) return ref;
  const done = x.shape.map((extent, d) => (d < dim ? extent + (extent - 1) * interior[d] : extent));
  const apart = graph.node('Unsqueeze', [ref, graph.ints([dim + 1])]);
  const amounts = [...done, 0].map(() => 0);
  const behind = amounts.map((_, d) => (d === dim + 1 ? amount : 0));
  const fill = value === 0 ? [] : [graph.scalar(value, x.dtype)];
  const padded = graph.node('Pad', [apart, graph.ints([...amounts, ...behind]), ...fill]);
  const whole = done.map((extent, d) => (d === dim ? extent * (amount + 1) : extent));
  const joined = graph.node('Reshape', [padded, graph.shape(whole)]);
  const end = whole[dim] - amount;
  return graph.node('Slice', [joined, graph.ints([0]), graph.ints([end]), graph.ints([dim])]);
}
