/** ONNX's Resize and Upsample: nearest, linear and cubic along any axes, one axis after the other. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape, normalizeDim, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { clamp } from '../../../ops/arithmetic.js';
import { tensor } from '../../../ops/creation.js';
import { cast, round, where } from '../../../ops/elementwise.js';
import { matmul } from '../../../ops/matmul.js';
import { gatherRows } from '../../../ops/rows.js';
import { expand, reshape, transpose } from '../../../ops/view.js';
import { type ElementType, elementTypes, isFloat } from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import {
  cubicFilter,
  type Filter,
  filterMatrix,
  linearFilter,
  type NearestMode,
  nearestElements,
  nearestModes,
  type ResizedAxis,
  samplePlaces,
  transformations,
} from './resize-axis.js';

interface Method {
  readonly transformation: (typeof transformations)[number];
  readonly nearest: NearestMode;
  /** None for the nearest element. */
  readonly filter?: Filter;
  readonly antialias: boolean;
  readonly excludeOutside: boolean;
  /** What stands where a cropped region reaches outside. */
  readonly extrapolation: number;
}

/** What all before version 11 do. */
const simple: Method = {
  transformation: 'asymmetric',
  nearest: 'simple',
  antialias: false,
  excludeOutside: false,
  extrapolation: 0,
};

function resize(node: OperatorNode): Value {
  const { attributes } = node;
  if (node.opset < 11) return upsampled(node, node.requiredNumbers(1));
  const mode = attributes.choice('mode', ['nearest', 'linear', 'cubic'], 'nearest');
  const a = attributes.float('cubic_coeff_a', -0.75);
  const filter = { nearest: undefined, linear: linearFilter, cubic: cubicFilter(a) }[mode];
  const method: Method = {
    transformation: attributes.choice(
      'coordinate_transformation_mode',
      transformations,
      'half_pixel',
    ),
    nearest: attributes.choice('nearest_mode', nearestModes, 'round_prefer_floor'),
    ...(filter && { filter }),
    antialias: attributes.flag('antialias', false),
    excludeOutside: attributes.flag('exclude_outside', false),
    extrapolation: attributes.float('extrapolation_value', 0),
  };
  return resized(node, axesOf(node, method), method);
}

/** The axes that are resized, from the inputs roi, scales and sizes. */
function axesOf(node: OperatorNode, { transformation }: Method): ResizedAxis[] {
  const { shape } = node.input(0);
  const dims = (node.attributes.ints('axes') ?? shape.map((_, dim) => dim)).map((axis) =>
    normalizeDim(axis, shape.length, 'axes'),
  );
  const scales = someNumbers(node, 2);
  const sizes = someNumbers(node, 3);
  const policies = ['stretch', 'not_larger', 'not_smaller'] as const;
  const policy = node.attributes.choice('keep_aspect_ratio_policy', policies, 'stretch');
  if ((scales === undefined) === (sizes === undefined)) {
    throw new ValueError('expected either scales (input 2) or sizes (input 3)');
  }
  const crops = transformation === 'tf_crop_and_resize';
  const roi = crops ? node.requiredNumbers(1) : dims.map(() => 0).concat(dims.map(() => 1));
  const given = scales ?? sizes ?? [];
  if (given.length !== dims.length || roi.length !== 2 * dims.length) {
    throw new ValueError(
      `scales or sizes [${given}] and roi [${roi}] do not fit the ${dims.length} axes; expected ` +
        `one number for each axis, and two in roi`,
    );
  }
  const ratios = dims.map((dim, i) => given[i] / shape[dim]);
  const common = { not_larger: Math.min(...ratios), not_smaller: Math.max(...ratios) };
  return dims.map((dim, i): ResizedAxis => {
    const from = shape[dim];
    const [start, end] = [roi[i], roi[dims.length + i]];
    if (scales) return { ...scaled(from, scales[i], end - start), dim, start, end };
    const scale = policy === 'stretch' ? ratios[i] : common[policy];
    const to = policy === 'stretch' ? given[i] : Math.floor(scale * from + 0.5);
    return { dim, from, to, length: policy === 'stretch' ? to : scale * from, scale, start, end };
  });
}

/** An axis of which `part` is resized by `scale`. */
function scaled(from: number, scale: number, part: number) {
  const length = from * part * scale;
  // In float32, as other runtimes count: 0.7 of 10 are 7, though the float32 next to 0.7 lies below.
  return { from, to: Math.floor(Math.fround(length)), length, scale };
}

/** An input that is as good as left out when it is empty. */
function someNumbers(node: OperatorNode, place: number): readonly number[] | undefined {
  const numbers = node.numbers(place);
  return numbers?.length === 0 ? undefined : numbers;
}

/** Scales are attributes before version 9 and an input from then on. */
function upsample(node: OperatorNode): Value {
  const { attributes, opset } = node;
  if (opset >= 9) return upsampled(node, node.requiredNumbers(1));
  if (opset >= 7) return upsampled(node, attributes.floats('scales') ?? []);
  return upsampled(node, [1, 1, attributes.float('height_scale'), attributes.float('width_scale')]);
}

function upsampled(node: OperatorNode, scales: readonly number[]): Value {
  const { shape } = node.input(0);
  const mode = node.attributes.choice('mode', ['nearest', 'linear', 'bilinear'], 'nearest');
  if (scales.length !== shape.length) {
    throw new ValueError(
      `scales [${scales}]; expected one for each dimension of ${formatShape(shape)}`,
    );
  }
  const axes = shape.map((from, dim) => ({
    ...scaled(from, scales[dim], 1),
    dim,
    start: 0,
    end: 1,
  }));
  return resized(node, axes, mode === 'nearest' ? simple : { ...simple, filter: linearFilter });
}

function resized(node: OperatorNode, axes: readonly ResizedAxis[], method: Method): Value {
  const { tensor: x, type } = node.input(0);
  const changed = axes.filter(
    ({ from, to, scale, start, end }) => from !== to || scale !== 1 || start !== 0 || end !== 1,
  );
  const empty = changed.find(({ from, to }) => from < 1 || !(to >= 1));
  if (empty) {
    throw new ShapeError(
      `dimension ${empty.dim} of ${formatShape(x.shape)} would become ${empty.to}; expected 1 or more`,
    );
  }
  const pickOnly = method.filter === undefined;
  const start = pickOnly ? x : cast(x, 'float32');
  const y = changed.reduce((whole, axis) => alongAxis(whole, axis, method), start);
  return pickOnly || isFloat(type) ? Value.computed(y, type) : Value.of(toInteger(y, type), type);
}

function alongAxis(x: Tensor, axis: ResizedAxis, method: Method): Tensor {
  const places = samplePlaces(axis, method.transformation);
  const { filter } = method;
  const y = filter
    ? filtered(x, axis, filterMatrix(places, axis, { ...method, filter }))
    : picked(x, axis, nearestElements(places, axis, method.nearest));
  if (method.transformation !== 'tf_crop_and_resize') return y;
  const outside = places.map((place) => Number(place < 0 || place > axis.from - 1));
  if (!outside.includes(1)) return y;
  const along = x.shape.map((_, dim) => (dim === axis.dim ? axis.to : 1));
  return where(tensor(outside, along, 'bool'), method.extrapolation, y);
}

const resizedShape = ({ shape }: Tensor, { dim, to }: ResizedAxis): number[] =>
  shape.map((extent, d) => (d === dim ? to : extent));

/** Every sample a sum of elements. */
function filtered(x: Tensor, axis: ResizedAxis, matrix: Float32Array): Tensor {
  const { dim, from, to } = axis;
  const weights = tensor(matrix, [to, from]);
  const shape = resizedShape(x, axis);
  const [before, after] = [sizeOf(x.shape.slice(0, dim)), sizeOf(x.shape.slice(dim + 1))];
  if (after === 1) return reshape(matmul(reshape(x, [before, from]), transpose(weights)), shape);
  return reshape(matmul(weights, reshape(x, [before, from, after])), shape);
}

/** Every sample one of the elements. */
function picked(x: Tensor, axis: ResizedAxis, elements: readonly number[]): Tensor {
  const { dim, from, to } = axis;
  const shape = resizedShape(x, axis);
  const [before, after] = [sizeOf(x.shape.slice(0, dim)), sizeOf(x.shape.slice(dim + 1))];
  const times = to / from;
  if (elements.every((element, i) => element === Math.floor(i / times)) && times % 1 === 0) {
    return reshape(
      expand(reshape(x, [before, from, 1, after]), [before, from, times, after]),
      shape,
    );
  }
  const index = elements.flatMap((element) =>
    Array.from({ length: after }, (_, column) => element * after + column),
  );
  const everywhere = expand(tensor(index, [1, index.length], 'int32'), [before, index.length]);
  return reshape(gatherRows(reshape(x, [before, from * after]), everywhere), shape);
}

/** To the nearest integer that the type has, halves to even. */
function toInteger(x: Tensor, type: ElementType): Tensor {
  const { wrap } = elementTypes[type];
  const whole = round(x);
  if (!wrap) return cast(whole, 'int32');
  const least = wrap.signed ? -(2 ** (wrap.bits - 1)) : 0;
  return cast(clamp(whole, { min: least, max: least + 2 ** wrap.bits - 1 }), 'int32');
}

export const resizeOperators: OperatorTable = {
  Resize: { run: resize, hostInputs: [1, 2, 3] },
  Upsample: { run: upsample, hostInputs: [1] },
};
