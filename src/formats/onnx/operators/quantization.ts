/** ONNX's operators on quantised numbers: to and from integers with a scale, and products of them. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape, normalizeDim, type Shape, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { clamp } from '../../../ops/arithmetic.js';
import { repeatInterleave } from '../../../ops/concatenate.js';

import {
  add,
  cast,
  div,
  equal,
  floorDivide,
  maximum,
  minimum,
  mul,
  remainder,
  round,
  sub,
  where,
} from '../../../ops/elementwise.js';
import { matmul } from '../../../ops/matmul.js';
import { max, min } from '../../../ops/reduction.js';
import { reshape, slice } from '../../../ops/view.js';
import {
  type ElementType,
  elementTypeOf,
  isInteger,
  nameOfCode,
  rangeOf,
} from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import { convolution } from './convolution.js';

const floats = (x: Tensor): Tensor => cast(x, 'float32');

/** Whole floats as integers of `type`; what it cannot hold becomes its least or most. */
function saturated(x: Tensor, type: ElementType): Value {
  const { least, most } = rangeOf(type);
  return Value.of(cast(clamp(x, { min: least, max: most }), 'int32'), type);
}

/** A scale or zero point in a shape that broadcasts: one for all, one along an axis, or one for a block of it. */
function spread(node: OperatorNode, given: Tensor, shape: Shape): Tensor {
  const axisGiven = node.opset >= 13 ? node.attributes.int('axis', 1) : 0;
  const block = node.opset >= 21 ? node.attributes.int('block_size', 0) : 0;
  if (given.size === 1 && block === 0) return reshape(given, []);
  const axis = normalizeDim(axisGiven, shape.length, 'axis');
  if (block > 0) {
    const whole = repeatInterleave(given, block, axis);
    return slice(whole, { start: shape.map(() => 0), end: shape });
  }
  if (given.rank === 1 && given.size === shape[axis]) {
    return reshape(given, [given.size, ...shape.slice(axis + 1).map(() => 1)]);
  }
  throw new ShapeError(
    `scale or zero point ${formatShape(given.shape)} does not fit ${formatShape(shape)}; expected a ` +
      `single number or one for each of the ${shape[axis]} slices along axis ${axis}`,
  );
}

/** The type that the attribute `output_dtype` names, if it is there. */
function namedType(node: OperatorNode): ElementType | undefined {
  const code = node.attributes.int('output_dtype', 0);
  if (code === 0) return undefined;
  const type = elementTypeOf(code);
  if (type !== undefined) return type;
  throw new ValueError(`attribute 'output_dtype' asks for ${nameOfCode(code)}`);
}

/** round(x / scale) + zero point, halves to even. */
function quantize(node: OperatorNode): Value {
  const x = floats(node.tensor(0));
  const zero = node.optional(2);
  const type = zero?.type ?? namedType(node) ?? 'uint8';
  if (!isInteger(type)) throw new ValueError(`the result is ${type}; expected an integer type`);
  // How 8-bit floats saturate, and in what it is computed; there is one way here.
  for (const name of ['saturate', 'precision', 'output_dtype']) node.attributes.has(name);
  const scaled = round(div(x, spread(node, node.tensor(1), x.shape)));
  return saturated(zero ? add(scaled, floats(spread(node, zero.tensor, x.shape))) : scaled, type);
}

/** (x - zero point) scale. */
function dequantize(node: OperatorNode): Value {
  const { tensor: x } = node.input(0);
  const { tensor: scale, type } = node.input(1);
  const zero = node.optional(2)?.tensor;
  const centred = zero ? sub(floats(x), floats(spread(node, zero, x.shape))) : floats(x);
  const wanted = namedType(node) ?? type;
  return Value.computed(mul(centred, spread(node, scale, x.shape)), wanted);
}

/** To bytes, with the scale and zero point that just hold all values and 0. */
function quantizeDynamically(node: OperatorNode): Value[] {
  const { tensor: x, type } = node.input(0);
  const [least, most] = [minimum(min(x), 0), maximum(max(x), 0)];
  const range = sub(most, least);
  const scale = where(equal(range, 0), 1, div(range, 255));
  const zero = clamp(round(div(sub(0, least), scale)), { min: 0, max: 255 });
  return [
    saturated(add(round(div(x, scale)), zero), 'uint8'),
    Value.of(scale, type),
    Value.of(cast(zero, 'int32'), 'uint8'),
  ];
}

/** Sums of products of integers of 8 bits less a zero point have to stay below this to be exact in float32. */
const exactBelow = 2 ** 24;

/**
 * The product of whole numbers from -255 to 255, as int32: in parts, all of whose sums float32 holds exactly.
 *
 * `terms` is the number of products in a sum.
 */
function exactProduct(
  [a, b]: readonly [Tensor, Tensor],
  terms: number,
  product: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  const whole = (left: Tensor, right: Tensor) => cast(product(left, right), 'int32');
  if (terms * 255 * 255 < exactBelow) return whole(a, b);
  const parts = (x: Tensor) => [floorDivide(x, 16), remainder(x, 16)];
  const joined = (high: Tensor, low: Tensor) => add(mul(high, 16), low);
  const [high, low] = parts(a);
  if (terms * 255 * 16 < exactBelow) return joined(whole(high, b), whole(low, b));
  const [upper, lower] = parts(b);
  const timesB = (part: Tensor) => joined(whole(part, upper), whole(part, lower));
  return joined(timesB(high), timesB(low));
}

/** An operand less its zero point, which may be one number or one for each slice along `dim`. */
function centred(node: OperatorNode, place: number, zeroPlace: number, dim: number): Tensor {
  const value = node.requireType(place, isInteger, 'integers of 8 bits');
  if (rangeOf(value.type).most > 255) {
    throw new ValueError(`input ${place} is ${value}; expected int8 or uint8`);
  }
  const zero = node.optional(zeroPlace)?.tensor;
  const x = floats(value.tensor);
  return zero ? sub(x, floats(alongDim(zero, value.rank, dim))) : x;
}

/** A single number, or numbers along `dim`, counted from the end. */
function alongDim(given: Tensor, rank: number, dim: number): Tensor {
  if (given.size === 1) return reshape(given, []);
  if (given.rank !== 1) return given;
  const behind = Math.min(-dim - 1, rank - 1);
  return reshape(given, [given.size, ...new Array<number>(behind).fill(1)]);
}

/** The zero point of a row is that of the left operand, of a column that of the right one. */
function integerProduct(node: OperatorNode, places: readonly [number, number, number, number]) {
  const [aPlace, aZero, bPlace, bZero] = places;
  const a = centred(node, aPlace, aZero, -2);
  const b = centred(node, bPlace, bZero, -1);
  return exactProduct([a, b], a.shape[a.rank - 1] ?? 1, matmul);
}

function integerConvolution(node: OperatorNode, places: readonly [number, number, number, number]) {
  const [xPlace, xZero, wPlace, wZero] = places;
  const { rank, shape } = node.input(wPlace);
  const x = centred(node, xPlace, xZero, -1);
  const weight = centred(node, wPlace, wZero, -rank);
  const convolve = (a: Tensor, b: Tensor) => convolution(node, { x: a, weight: b });
  return exactProduct([x, weight], sizeOf(shape.slice(1)), convolve);
}

/** What a sum of products of quantised numbers is as a quantised number. */
function requantized(sums: Tensor, scale: Tensor, [yScale, zero]: readonly [Tensor, Value]): Value {
  const scaled = round(mul(floats(sums), div(scale, yScale)));
  return saturated(add(scaled, floats(zero.tensor)), zero.type);
}

function quantizedProduct(node: OperatorNode): Value {
  const sums = integerProduct(node, [0, 2, 3, 5]);
  const [rowScale, columnScale] = [
    alongDim(node.tensor(1), node.input(0).rank, -2),
    alongDim(node.tensor(4), node.input(3).rank, -1),
  ];
  const yScale = alongDim(node.tensor(6), sums.rank, -2);
  const zero = node.input(7);
  return requantized(sums, mul(rowScale, columnScale), [
    yScale,
    Value.of(alongDim(zero.tensor, sums.rank, -2), zero.type),
  ]);
}

function quantizedConvolution(node: OperatorNode): Value {
  const sums = integerConvolution(node, [0, 2, 3, 5]);
  const perChannel = (given: Tensor) => alongDim(given, sums.rank, 1 - sums.rank);
  const bias = node.optional(8)?.tensor;
  const whole = bias ? add(sums, perChannel(bias)) : sums;
  const scale = mul(reshape(node.tensor(1), []), perChannel(node.tensor(4)));
  const [yScale, zero] = [reshape(node.tensor(6), []), node.input(7)];
  return requantized(whole, scale, [yScale, zero.reshaped([])]);
}

/** Scales are measured, not learned. */
export const quantizationOperators: OperatorTable = {
  QuantizeLinear: { run: quantize, bufferInputs: [1] },
  DequantizeLinear: { run: dequantize, bufferInputs: [1] },
  DynamicQuantizeLinear: quantizeDynamically,
  MatMulInteger: (node) => Value.of(integerProduct(node, [0, 2, 1, 3]), 'int32'),
  ConvInteger: (node) => Value.of(integerConvolution(node, [0, 2, 1, 3]), 'int32'),
  QLinearMatMul: { run: quantizedProduct, bufferInputs: [1, 4, 6] },
  QLinearConv: { run: quantizedConvolution, bufferInputs: [1, 4, 6] },
};
