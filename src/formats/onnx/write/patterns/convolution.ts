/** Convolutions with padding, groups and bias, and transposed ones, as ONNX's Conv and ConvTranspose. */

import { type Shape, sameShape } from '../../../../graph/shape.js';
import type { Tensor } from '../../../../graph/tensor.js';
import { int, ints } from '../graph-builder.js';
import { made, operandsOf, operator, type Pattern, type Step, shaped, unshaped } from '../match.js';

/** Over the axes of pictures, as ONNX counts. */
interface Convolution {
  readonly operator: 'Conv' | 'ConvTranspose';
  /** [N, C, H, W] */
  readonly x: Tensor;
  readonly weight: Tensor;
  /** The shape that the weight has as a parameter. */
  readonly weightShape: Shape;
  readonly group: number;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** [top, left, bottom, right] */
  readonly pads: readonly number[];
  readonly outputPadding: readonly number[];
  readonly shape: Shape;
}

const groupsFirst = [1, 0, 2, 3, 4];

function isPermuted(tensor: Tensor, order: readonly number[]): Tensor | null {
  const permuted = made(tensor, 'permute');
  return permuted && sameShape(permuted.attributes.order, order) ? permuted.inputs[0] : null;
}

/** Amounts added before and behind the rows and columns of the grouped input, which may be negative. */
interface Padding {
  readonly grouped: Tensor;
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly interior: readonly number[];
}

function paddingOf(spread: Tensor): Padding | null {
  const none = spread.shape.map(() => 0);
  const slice = made(spread, 'slice');
  const padded = slice ? slice.inputs[0] : spread;
  const pad = made(padded, 'pad');
  if (pad && pad.attributes.value !== 0) return null;
  const { low, high, interior } = pad?.attributes ?? { low: none, high: none, interior: none };
  const grouped = pad ? pad.inputs[0] : padded;
  if (!slice) return { grouped, low, high, interior };
  const { start, step, shape } = slice.attributes;
  if (step.some((by) => by !== 1)) return null;
  return {
    grouped,
    low: low.map((amount, dim) => amount - start[dim]),
    high: high.map((amount, dim) => amount - (padded.shape[dim] - start[dim] - shape[dim])),
    interior,
  };
}

const isPlanar = (amounts: readonly number[]) => amounts.slice(0, 3).every((n) => n === 0);

/** The convolution behind `joined`, which has its shape [N, O, OH, OW] and no bias yet. */
function convolutionOf(joined: Tensor): Convolution | null {
  const reshaped = made(joined, 'reshape');
  const y = reshaped && isPermuted(reshaped.inputs[0], groupsFirst);
  const found = y && made(y, 'conv2d');
  if (!found || joined.rank !== 4) return null;
  const [spread, filters] = found.inputs;
  const padding = paddingOf(spread);
  const grouped = padding && isPermuted(padding.grouped, groupsFirst);
  if (!padding || !grouped || grouped.rank !== 5) return null;
  const { low, high, interior } = padding;
  if (![low, high, interior].every(isPlanar)) return null;
  const [batch, group, perGroup, height, width] = grouped.shape;
  const x = shaped(grouped, [batch, group * perGroup, height, width]);
  const transposed = transposedFilters(filters);
  if (transposed && found.attributes.stride.every((n) => n === 1)) {
    const [, inputs, out, ...kernel] = transposed.shape;
    const dilations = found.attributes.dilation;
    const reach = kernel.map((extent, axis) => (extent - 1) * dilations[axis]);
    const before = reach.map((extent, axis) => extent - low[3 + axis]);
    const behind = reach.map((extent, axis) => extent - high[3 + axis]);
    if (before.some((n) => n < 0)) return null;
    return {
      operator: 'ConvTranspose',
      x,
      weight: transposed,
      weightShape: [group * inputs, out, ...kernel],
      group,
      strides: [interior[3] + 1, interior[4] + 1],
      dilations,
      pads: [...before, ...behind.map((n) => Math.max(n, 0))],
      outputPadding: behind.map((n) => Math.max(-n, 0)),
      shape: joined.shape,
    };
  }
  if ([...low, ...high].some((n) => n < 0) || interior.some((n) => n !== 0)) return null;
  const [, out, inputs, ...kernel] = filters.shape;
  return {
    operator: 'Conv',
    x,
    weight: filters,
    weightShape: [group * out, inputs, ...kernel],
    group,
    strides: found.attributes.stride,
    dilations: found.attributes.dilation,
    pads: [low[3], low[4], high[3], high[4]],
    outputPadding: [0, 0],
    shape: joined.shape,
  };
}

/** The filters [G, C / G, O / G, KH, KW] that a transposed convolution turned round. */
function transposedFilters(filters: Tensor): Tensor | null {
  const flipped = isPermuted(filters, [0, 2, 1, 3, 4]);
  const slice = flipped && made(flipped, 'slice');
  if (!slice || !sameShape(slice.attributes.step, [1, 1, 1, -1, -1])) return null;
  return sameShape(slice.inputs[0].shape, slice.attributes.shape) ? slice.inputs[0] : null;
}

/** A convolution with what is added to each of its channels. */
function withBias(tensor: Tensor): { found: Convolution; bias: Tensor | null } | null {
  const alone = convolutionOf(tensor);
  if (alone) return { found: alone, bias: null };
  const sum = operandsOf(tensor, 'add');
  if (!sum) return null;
  for (const [joined, bias] of [sum, [sum[1], sum[0]]]) {
    const found = sameShape(joined.shape, tensor.shape) ? convolutionOf(joined) : null;
    const out = tensor.shape[1];
    if (found && sameShape(bias.shape, [1, out, 1, 1])) return { found, bias: shaped(bias, [out]) };
  }
  return null;
}

export const convolution: Pattern = (tensor) => {
  const match = withBias(tensor);
  return match && written(match.found, match.bias, [0, 1]);
};

/** A convolution of rows of pictures that are one row high is one along a single axis. */
export const singleAxisConvolution: Pattern = (tensor) => {
  const reshaped = made(tensor, 'reshape');
  const match = reshaped && tensor.rank === 3 ? withBias(reshaped.inputs[0]) : null;
  if (!match) return null;
  const { x, weightShape, shape, strides, dilations, pads, outputPadding } = match.found;
  const oneRow = x.shape[2] === 1 && weightShape[2] === 1 && shape[2] === 1;
  const untouched = [strides[0], dilations[0]].every((n) => n === 1);
  const unpadded = [pads[0], pads[2], outputPadding[0]].every((n) => n === 0);
  if (!oneRow || !untouched || !unpadded || tensor.shape[2] !== shape[3]) return null;
  return written(match.found, match.bias, [1]);
};

/** The node over those `axes` of the two. */
function written(found: Convolution, bias: Tensor | null, axes: readonly number[]): Step {
  const along = (values: readonly number[]) => axes.map((axis) => values[axis]);
  const spatial = (shape: Shape) => [...shape.slice(0, 2), ...along(shape.slice(2))];
  const x = axes.length === 2 ? found.x : shaped(found.x, spatial(found.x.shape));
  const weight = shaped(unshaped(found.weight), spatial(found.weightShape));
  const isPadded = found.outputPadding.some((n) => n > 0);
  return operator(found.operator, [x, weight, ...(bias ? [bias] : [])], {
    kernel_shape: ints(along(found.weightShape.slice(2))),
    strides: ints(along(found.strides)),
    pads: ints([...along(found.pads.slice(0, 2)), ...along(found.pads.slice(2))]),
    dilations: ints(along(found.dilations)),
    group: int(found.group),
    ...(isPadded && { output_padding: ints(along(found.outputPadding)) }),
  });
}

/** A transposed convolution of a single pixel, which is a matrix product there, cut to size. */
export const onePixelConvolution: Pattern = (tensor) => {
  const sum = operandsOf(tensor, 'add');
  for (const [whole, bias] of sum ? [sum, [sum[1], sum[0]]] : []) {
    const step = onePixel(whole);
    const out = tensor.shape[1];
    if (!step || !sameShape(whole.shape, tensor.shape)) continue;
    if (!sameShape(bias.shape, [1, out, 1, 1])) continue;
    return { ...step, inputs: [...step.inputs, shaped(bias, [out])] };
  }
  return onePixel(tensor);
};

function onePixel(tensor: Tensor): Step | null {
  const slice = made(tensor, 'slice');
  const whole = slice ? slice.inputs[0] : tensor;
  const { start, step } = slice?.attributes ?? { start: [0, 0, 0, 0], step: [] };
  const product = made(whole, 'reshape') && made(unshaped(whole), 'matmul');
  if (!product || whole.rank !== 4 || step.some((by) => by !== 1) || start[0] + start[1] > 0) {
    return null;
  }
  const [batch, out, ...kernel] = whole.shape;
  if (tensor.shape[0] !== batch || tensor.shape[1] !== out) return null;
  const channels = product.inputs[0].shape[2];
  const weight = unshaped(product.inputs[1]);
  if (!sameShape(weight.shape, [channels, out, ...kernel])) return null;
  if (!sameShape(product.inputs[0].shape, [1, batch, channels])) return null;
  const x = shaped(product.inputs[0], [batch, channels, 1, 1]);
  const behind = kernel.map((extent, axis) => extent - start[2 + axis] - tensor.shape[2 + axis]);
  return operator('ConvTranspose', [x, weight], {
    kernel_shape: ints(kernel),
    strides: ints([1, 1]),
    pads: ints([start[2], start[3], ...behind]),
    dilations: ints([1, 1]),
    group: int(1),
  });
}
