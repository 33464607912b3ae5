/** ONNX's pooling over windows, over everything, and back. */

import { ValueError } from '../../../graph/errors.js';
import { formatShape, sameShape, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { abs, add, cast, floorDivide, iota, mul, remainder } from '../../../ops/elementwise.js';
import { norm, powerOfMagnitude } from '../../../ops/norm.js';
import { pad } from '../../../ops/pad.js';
import { windowMeans } from '../../../ops/pool-axes.js';
import { max, mean } from '../../../ops/reduction.js';
import { reshape } from '../../../ops/view.js';
import {
  unpooledRows,
  type WindowAxis,
  windowAxes,
  windowMaxima,
  windowPlaces,
  windowSums,
} from '../../../ops/windows.js';
import type { Operator, OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import { coveringSides, padsOf, spatialAxes, windowsOf } from './windows.js';

/** The windows that a pooling node asks for. */
function pooledAxes(node: OperatorNode, x: Tensor): readonly WindowAxis[] {
  const windows = windowsOf(node, spatialAxes(x));
  const { sides, autoPad } = coveringSides(node, x, windows);
  const ceil = node.attributes.flag('ceil_mode', false);
  // With auto_pad the windows end where x does, whichever way their number is rounded.
  return windowAxes(x, { ...windows, sides, ceilMode: ceil && autoPad === 'NOTSET' });
}

function averagePool(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const axes = pooledAxes(node, x);
  const countIncludePad = node.attributes.flag('count_include_pad', false);
  return Value.computed(windowMeans(windowSums(x, axes), axes, countIncludePad), type);
}

function maxPool(node: OperatorNode): readonly Value[] {
  const { tensor, type } = node.input(0);
  // Bytes are exact in float32, which has an infinity for the padding.
  const x = cast(tensor, 'float32');
  const axes = pooledAxes(node, x);
  const columnMajor = node.attributes.flag('storage_order', false);
  const y = Value.of(windowMaxima(x, axes), type);
  if (!node.outputs[1]) return [y];
  const places = windowPlaces(x, axes);
  const inPlane = columnMajor ? inColumns(places, axes) : places;
  const [batch, channels] = x.shape;
  const plane = axes.reduce((product, { extent }) => product * extent, 1);
  const planes = reshape(iota([batch * channels], 0), [batch, channels, ...axes.map(() => 1)]);
  return [y, Value.of(add(inPlane, mul(planes, plane)), 'int64')];
}

/** Places counted along the last axis first, as places counted along the first axis first. */
function inColumns(places: Tensor, axes: readonly WindowAxis[]): Tensor {
  const extents = axes.map(({ extent }) => extent);
  const coordinates = extents.map((extent, axis) =>
    remainder(floorDivide(places, sizeOf(extents.slice(axis + 1))), extent),
  );
  return coordinates
    .map((coordinate, axis) => mul(coordinate, sizeOf(extents.slice(0, axis))))
    .reduce(add);
}

/** The power of a norm, an integer from version 2 on. */
const powerOf = ({ opset, attributes }: OperatorNode): number =>
  opset < 2 ? attributes.float('p', 2) : attributes.int('p', 2);

function lpPool(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const p = powerOf(node);
  const powers = p === 2 ? mul(x, x) : powerOfMagnitude(abs(x), p);
  const sums = windowSums(powers, pooledAxes(node, x));
  return Value.computed(powerOfMagnitude(sums, 1 / p), type);
}

/** Over all spatial axes, which stay with extent 1. */
const globally =
  (reduce: (x: Tensor, dims: readonly number[], node: OperatorNode) => Tensor): Operator =>
  (node) => {
    const { tensor: x, type } = node.input(0);
    const dims = x.shape.map((_, dim) => dim).slice(2);
    return Value.computed(reduce(x, dims, node), type);
  };

/** Values go where indices of the unpadded output say; output_shape then adds or cuts at the ends. */
function maxUnpool(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const indices = node.tensor(1);
  if (!sameShape(x.shape, indices.shape)) {
    throw new ValueError(
      `indices are ${formatShape(indices.shape)}, values ${formatShape(x.shape)}; expected the same`,
    );
  }
  const axes = spatialAxes(x);
  const { kernel, stride } = windowsOf(node, axes);
  const sides = padsOf(node, axes);
  const extents = kernel.map((taps, axis) => {
    const steps = (x.shape[2 + axis] - 1) * stride[axis];
    return steps + taps - sides[2 * axis] - sides[2 * axis + 1];
  });
  const shape = [...x.shape.slice(0, 2), ...extents];
  const flat = [1, x.size];
  const overlap = stride.some((step, axis) => step < kernel[axis]);
  const size = sizeOf(shape);
  const y = reshape(
    unpooledRows(reshape(x, flat), reshape(indices, flat), { size, overlap }),
    shape,
  );
  const wanted = node.numbers(2);
  if (wanted === undefined) return Value.of(y, type);
  if (wanted.length !== shape.length) {
    throw new ValueError(
      `output_shape ${formatShape(wanted)} must have the ${shape.length} dimensions of the input`,
    );
  }
  const high = wanted.map((extent, dim) => extent - shape[dim]);
  return Value.of(pad(y, { low: shape.map(() => 0), high }), type);
}

export const poolingOperators: OperatorTable = {
  AveragePool: averagePool,
  MaxPool: maxPool,
  LpPool: lpPool,
  GlobalAveragePool: globally((x, dims) => mean(x, dims, { keepDims: true })),
  GlobalMaxPool: globally((x, dims) => max(x, dims, { keepDims: true })),
  GlobalLpPool: globally((x, dims, node) => norm(x, dims, { p: powerOf(node), keepDims: true })),
  MaxUnpool: { run: maxUnpool, hostInputs: [2] },
};
