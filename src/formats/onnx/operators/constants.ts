/** ONNX's operators that make tensors: constants, filled and counted ones, what shapes say. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape, normalizeDim, sizeOf } from '../../../graph/shape.js';
import { fill, tensor } from '../../../ops/creation.js';
import { unsqueeze } from '../../../ops/dims.js';
import { cast, equal, iota, where } from '../../../ops/elementwise.js';
import { wrapIndex } from '../../../ops/indices.js';
import { arange } from '../../../ops/ranges.js';
import { eye, tril, triu } from '../../../ops/triangles.js';
import { reshape, slice } from '../../../ops/view.js';
import { type ElementType, elementTypeOf, elementTypes, nameOfCode } from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { int64Data, type TensorData } from '../tensor-data.js';
import { Value } from '../value.js';

/** The value is in one of several attributes, by its type. */
function constant({ attributes }: OperatorNode): Value {
  const data = attributes.tensor('value');
  if (data) return Value.ofData(data);
  if (attributes.has('value_int'))
    return Value.ofData(int64Data([attributes.int('value_int')], []));
  const whole = attributes.ints('value_ints');
  if (whole) return Value.ofData(int64Data(whole));
  if (attributes.has('value_float')) return floats([attributes.float('value_float')], []);
  const list = attributes.floats('value_floats');
  if (list) return floats(list, [list.length]);
  throw new ValueError('the constant is a text, sparse or missing; expected numbers');
}

const floats = (values: readonly number[], shape: readonly number[]): Value =>
  Value.ofData({ type: 'float32', shape, data: Float32Array.from(values) });

function constantOfShape(node: OperatorNode): Value {
  const shape = node.requiredNumbers(0);
  const data: TensorData = node.attributes.tensor('value') ?? {
    type: 'float32',
    shape: [1],
    data: new Float32Array(1),
  };
  if (data.data.length !== 1) {
    throw new ValueError(`attribute 'value' has ${data.data.length} elements; expected one`);
  }
  const { dtype } = elementTypes[data.type];
  return Value.of(fill(Number(data.data[0]), shape, dtype), data.type);
}

/** How types were named before version 6. */
const oldNames: Readonly<Record<string, ElementType>> = { FLOAT: 'float32', DOUBLE: 'float64' };

/** The type that Cast asks for. */
function castType(node: OperatorNode): ElementType {
  if (node.opset >= 6) return namedType(node, 'to');
  const name = node.attributes.string('to');
  const type = oldNames[name] ?? name.toLowerCase();
  if (isElementType(type)) return type;
  throw new ValueError(`attribute 'to' asks for ${name}; expected FLOAT, INT64, BOOL or the like`);
}

const isElementType = (name: string): name is ElementType => Object.hasOwn(elementTypes, name);

/** The type that an attribute names by its number. */
function namedType(node: OperatorNode, attribute: string): ElementType {
  const code = node.attributes.int(attribute);
  const type = elementTypeOf(code);
  if (type !== undefined) return type;
  throw new ValueError(
    `attribute '${attribute}' asks for ${nameOfCode(code)}; ` +
      `expected one of ${Object.keys(elementTypes).join(', ')}`,
  );
}

/** 1 on the diagonal k above (or below) the main one. */
function eyeLike(node: OperatorNode): Value {
  const { shape, type: given } = node.input(0);
  const type = node.attributes.has('dtype') ? namedType(node, 'dtype') : given;
  const k = node.attributes.int('k', 0);
  if (shape.length !== 2)
    throw new ShapeError(`expected two dimensions, got ${formatShape(shape)}`);
  const [rows, columns] = shape;
  const { dtype } = elementTypes[type];
  return Value.of(eye(rows, { columns, diagonal: k, dtype }), type);
}

/** From start by delta to before limit. */
function range(node: OperatorNode): Value {
  const { type } = node.input(0);
  const [start, limit, delta] = [0, 1, 2].map((place) => {
    node.input(place);
    return node.number(place)!;
  });
  if (delta === 0) throw new ValueError('delta is 0, so that the range has no end');
  const { dtype } = elementTypes[type];
  // Away from the limit there is nothing.
  if ((limit - start) / delta < 0) return Value.of(tensor([], [0], dtype), type);
  return Value.of(arange(limit, { start, step: delta, dtype }), type);
}

/** The extents from `start` to before `end`, both cut to those that there are. */
function shapeOf(node: OperatorNode): Value {
  const { shape } = node.input(0);
  if (node.opset < 15) return Value.ofData(int64Data(shape));
  const start = node.attributes.int('start', 0);
  const end = node.attributes.has('end') ? node.attributes.int('end') : shape.length;
  const place = (value: number) =>
    Math.min(Math.max(value < 0 ? value + shape.length : value, 0), shape.length);
  return Value.ofData(int64Data(shape.slice(place(start), place(end))));
}

/** `values` [off, on]: on where the coordinate along the new axis is the index, negative from the end. */
function oneHot(node: OperatorNode): Value {
  const { tensor: given } = node.input(0);
  const { tensor: values, type } = node.input(2);
  const depth = node.number(1);
  if (depth === undefined || !(depth >= 1))
    throw new ValueError(`depth is ${depth}; expected 1 or more`);
  if (values.size !== 2)
    throw new ValueError(`values are ${formatShape(values.shape)}; expected [off, on]`);
  const rank = given.rank + 1;
  const axis = normalizeDim(node.attributes.int('axis', -1), rank, 'axis');
  const place = wrapIndex(cast(given, 'int32'), depth);
  const shape = [...given.shape.slice(0, axis), depth, ...given.shape.slice(axis)];
  const [off, on] = [0, 1].map((i) => reshape(slice(values, { start: [i], end: [i + 1] }), []));
  return Value.of(where(equal(iota(shape, axis), unsqueeze(place, axis)), on, off), type);
}

/** The triangle above (or below) the k-th diagonal, 0 elsewhere; of matrices in the last two dimensions. */
function triangle(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const upper = node.attributes.flag('upper', true);
  const k = node.number(1) ?? 0;
  return Value.of(upper ? triu(x, k) : tril(x, k), type);
}

/** Floats to integers lose their fraction; everything but 0 is true. */
function castTo(value: Value, type: ElementType): Value {
  if (value.type === type) return value;
  const { dtype } = elementTypes[type];
  return Value.computed(cast(value.tensor, dtype), type);
}

/** How casts to 8-bit floats saturate, which there are none of. */
function ignoreFloat8(node: OperatorNode): void {
  node.attributes.has('saturate');
  node.attributes.has('round_mode');
}

export const constantOperators: OperatorTable = {
  Constant: constant,
  ConstantOfShape: { run: constantOfShape, hostInputs: [0] },
  EyeLike: eyeLike,
  Range: { run: range, hostInputs: [0, 1, 2] },
  Shape: shapeOf,
  Size: (node) => Value.ofData(int64Data([sizeOf(node.input(0).shape)], [])),
  OneHot: { run: oneHot, hostInputs: [1] },
  Trilu: { run: triangle, hostInputs: [1] },
  Cast: (node) => {
    ignoreFloat8(node);
    return castTo(node.input(0), castType(node));
  },
  CastLike: (node) => {
    ignoreFloat8(node);
    return castTo(node.input(0), node.input(1).type);
  },
};
