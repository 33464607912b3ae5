/** ONNX's operators that read or write at indices: Gather, Scatter and their kin, TopK. */

import { ValueError } from '../../../graph/errors.js';
import { formatShape, normalizeDim, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { stack } from '../../../ops/concatenate.js';
import { tensor } from '../../../ops/creation.js';
import { gather, gatherNd, indexSelect } from '../../../ops/gather.js';
import { wrapIndex } from '../../../ops/indices.js';
import { type ScatterReduction, scatter, scatterNd, scatterReduce } from '../../../ops/scatter.js';
import { select } from '../../../ops/slicing.js';
import { topK } from '../../../ops/top-k.js';
import { reshape } from '../../../ops/view.js';
import { isInteger } from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** Indices of an axis of `extent` elements, negative ones counted from its end; constants stay known. */
function indicesOf(node: OperatorNode, place: number, extent: number): Tensor {
  const value = node.requireType(place, isInteger, 'integers');
  if (!value.isConstant) return wrapIndex(value.tensor, extent);
  const wrapped = Int32Array.from(value.tensor.data(), (index) =>
    index < 0 ? index + extent : index,
  );
  return tensor(wrapped, value.shape);
}

/** Index tuples [..., K] into the given extents, negative ones counted from the end of each. */
function tuplesOf(node: OperatorNode, extents: readonly number[]): Tensor {
  const { tensor: tuples, rank, shape } = node.requireType(1, isInteger, 'integers');
  const depth = shape[rank - 1];
  if (rank === 0 || depth === 0 || depth > extents.length) return tuples;
  const columns = extents
    .slice(0, depth)
    .map((extent, i) => wrapIndex(select(tuples, { dim: -1, index: i }), extent));
  return stack(columns, -1);
}

const axisOf = (node: OperatorNode, otherwise: number): number =>
  normalizeDim(node.attributes.int('axis', otherwise), node.input(0).rank, 'axis');

/** The slices of x along an axis at each index, in the place of that axis. */
function gatherSlices(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const axis = axisOf(node, 0);
  const index = indicesOf(node, 1, x.shape[axis]);
  const flat = indexSelect(x, { dim: axis, index: reshape(index, [sizeOf(index.shape)]) });
  const shape = [...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)];
  return Value.of(reshape(flat, shape), type);
}

function gatherElements(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const axis = axisOf(node, 0);
  return Value.of(gather(x, { dim: axis, index: indicesOf(node, 1, x.shape[axis]) }), type);
}

function gatherTuples(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const batchDims = node.opset < 12 ? 0 : node.attributes.int('batch_dims', 0);
  const index = tuplesOf(node, x.shape.slice(batchDims));
  return Value.of(gatherNd(x, { index, batchDims }), type);
}

const reductions = ['none', 'add', 'mul', 'max', 'min'] as const;

/** In versions before 16, a value simply takes the place; before 18, there is no max and min. */
function reductionOf({ attributes, opset }: OperatorNode): ScatterReduction | undefined {
  if (opset < 16) return undefined;
  return ({ none: undefined, add: 'sum', mul: 'prod', max: 'amax', min: 'amin' } as const)[
    attributes.choice('reduction', reductions, 'none')
  ];
}

function scatterElements(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const dim = axisOf(node, 0);
  const index = indicesOf(node, 1, x.shape[dim]);
  const { tensor: source } = node.requireType(2, (other) => other === type, type);
  const reduce = reductionOf(node);
  const written = reduce
    ? scatterReduce(x, { dim, index, source, reduce })
    : scatter(x, { dim, index, source });
  return Value.computed(written, type);
}

function scatterTuples(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const { tensor: source } = node.requireType(2, (other) => other === type, type);
  const index = tuplesOf(node, x.shape);
  return Value.computed(scatterNd(x, { index, source, reduce: reductionOf(node) }), type);
}

/** The k largest (or smallest) along an axis in order, and where they are; of equal ones the first. */
function largest(node: OperatorNode): Value[] {
  const { tensor: x, type } = node.requireType(0, (type) => type !== 'bool', 'numbers');
  const dim = axisOf(node, -1);
  const k = node.opset < 10 ? node.attributes.int('k') : node.number(1);
  const isLargest = node.opset < 11 || node.attributes.flag('largest', true);
  // Sorted is an order too where none is asked for.
  if (node.opset >= 11) node.attributes.flag('sorted', true);
  if (k === undefined) throw new ValueError(`k is missing for ${formatShape(x.shape)}`);
  const { values, indices } = topK(x, k, { dim, largest: isLargest });
  return [Value.of(values, type), Value.of(indices, 'int64')];
}

export const indexingOperators: OperatorTable = {
  Gather: gatherSlices,
  GatherElements: gatherElements,
  GatherND: gatherTuples,
  Scatter: scatterElements,
  ScatterElements: scatterElements,
  ScatterND: scatterTuples,
  TopK: { run: largest, hostInputs: [1] },
};
