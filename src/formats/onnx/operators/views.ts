/** ONNX's operators that move elements without computing: shapes, orders, cuts, joins, repetitions. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { broadcastShapes, formatShape, normalizeDim, sizeOf } from '../../../graph/shape.js';
import { concatenate, split, tile } from '../../../ops/concatenate.js';
import { fill } from '../../../ops/creation.js';
import { expand, permute, reshape } from '../../../ops/view.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** 0 copies an extent of x (unless `allowzero`), -1 takes what is left. */
function reshapeTo(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  if (node.opset < 5) node.attributes.ints('consumed_inputs');
  const wanted = node.opset < 5 ? node.attributes.ints('shape', []) : node.requiredNumbers(1);
  const literal = node.opset >= 14 && node.attributes.flag('allowzero', false);
  const shape = wanted.map((extent, dim) => {
    if (extent !== 0 || literal) return extent;
    if (dim < x.rank) return x.shape[dim];
    throw new ShapeError(
      `shape ${formatShape(wanted)} copies dimension ${dim}, which ${formatShape(x.shape)} has not`,
    );
  });
  return Value.of(reshape(x, shape), type);
}

function flatten(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const axis = node.attributes.int('axis', 1);
  const first = axis === x.rank ? axis : normalizeDim(axis, x.rank, 'axis');
  const shape = [sizeOf(x.shape.slice(0, first)), sizeOf(x.shape.slice(first))];
  return Value.of(reshape(x, shape), type);
}

function transpose(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const order = node.attributes.ints('perm') ?? x.shape.map((_, dim) => x.rank - 1 - dim);
  return Value.of(permute(x, order), type);
}

/** Axes are an attribute before version 13 and an input from then on. */
const axesOf = (node: OperatorNode): readonly number[] | undefined =>
  node.opset < 13 ? node.attributes.ints('axes') : node.numbers(1);

function squeeze(node: OperatorNode): Value {
  const x = node.input(0);
  const axes = axesOf(node)?.map((axis) => normalizeDim(axis, x.rank, 'axes'));
  const gone = axes ?? x.shape.flatMap((extent, dim) => (extent === 1 ? [dim] : []));
  const wide = gone.find((dim) => x.shape[dim] !== 1);
  if (wide !== undefined) {
    throw new ShapeError(
      `dimension ${wide} of ${formatShape(x.shape)} is ${x.shape[wide]}; only extents of 1 can go`,
    );
  }
  return x.reshaped(x.shape.filter((_, dim) => !gone.includes(dim)));
}

function unsqueeze(node: OperatorNode): Value {
  const x = node.input(0);
  const named = axesOf(node);
  if (named === undefined) throw new ValueError('the axes are missing; the operator needs them');
  const rank = x.rank + named.length;
  const axes = named.map((axis) => normalizeDim(axis, rank, 'axes'));
  if (new Set(axes).size !== axes.length) {
    throw new ShapeError(`axes [${named}] name a dimension twice; each must be another one`);
  }
  let next = 0;
  return x.reshaped(
    Array.from({ length: rank }, (_, dim) => (axes.includes(dim) ? 1 : x.shape[next++])),
  );
}

/** To the broadcast of x and the shape, so that extents of 1 on either side grow. */
function expandTo(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const shape = node.requiredNumbers(1);
  return Value.of(expand(x, broadcastShapes(x.shape, shape, 'Expand')), type);
}

function repeat(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const times = [...node.requiredNumbers(1)];
  if (node.opset < 6) {
    // How often, and along which axis.
    const [count] = times;
    const axis = node.requiredNumbers(2)[0];
    times.splice(0, times.length, ...x.shape.map((_, dim) => (dim === axis ? count : 1)));
  }
  if (times.length !== x.rank) {
    throw new ShapeError(
      `repeats [${times}] must be ${x.rank} numbers for ${formatShape(x.shape)}`,
    );
  }
  const shape = x.shape.map((extent, dim) => extent * times[dim]);
  return Value.of(sizeOf(shape) === 0 ? fill(0, shape, x.dtype) : tile(x, times), type);
}

function concat(node: OperatorNode): Value {
  const values = node.all();
  const { type } = node.input(0);
  values.forEach((_, place) => {
    node.requireType(place, (other) => other === type, type);
  });
  const axis = node.attributes.int('axis', node.opset < 4 ? 1 : undefined);
  const along = normalizeDim(axis, node.input(0).rank, 'axis');
  const whole = joinedPlaces(values);
  if (whole) return whole;
  const tensors = values.map(({ tensor }) => tensor);
  return Value.of(concatenate(tensors, along), type);
}

/** Vectors of constant int64, such as the ends of a slice, stay exact: the largest means the last place. */
function joinedPlaces(values: readonly Value[]): Value | null {
  const parts = values.map((value) =>
    value.isConstant && value.rank === 1 ? value.known() : null,
  );
  const numbers: bigint[] = [];
  for (const part of parts) {
    if (!(part?.data instanceof BigInt64Array)) return null;
    numbers.push(...part.data);
  }
  const data = BigInt64Array.from(numbers);
  return Value.ofData({ type: 'int64', shape: [data.length], data });
}

/** Into listed sizes, or into as many equal parts as there are outputs, the last of which may be smaller. */
function splitInto(node: OperatorNode): Value[] {
  const { tensor: x, type } = node.input(0);
  const axis = normalizeDim(node.attributes.int('axis', 0), x.rank, 'axis');
  const sizes = node.opset < 13 ? node.attributes.ints('split') : node.numbers(1);
  const count =
    node.opset >= 18 && node.attributes.has('num_outputs')
      ? node.attributes.int('num_outputs')
      : node.outputs.length;
  const whole = Math.ceil(x.shape[axis] / count);
  const equal = Array.from({ length: count }, (_, i) =>
    Math.max(Math.min(whole, x.shape[axis] - i * whole), 0),
  );
  return split(x, sizes ?? equal, axis).map((part) => Value.of(part, type));
}

export const viewOperators: OperatorTable = {
  Identity: (node) => node.input(0),
  Reshape: { run: reshapeTo, hostInputs: [1] },
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: { run: squeeze, hostInputs: [1] },
  Unsqueeze: { run: unsqueeze, hostInputs: [1] },
  Expand: { run: expandTo, hostInputs: [1] },
  Tile: { run: repeat, hostInputs: [1, 2] },
  Concat: concat,
  Split: { run: splitInto, hostInputs: [1] },
};
