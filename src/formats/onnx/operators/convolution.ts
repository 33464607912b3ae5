/** ONNX's Conv and ConvTranspose along one to three axes. */

import { ShapeError } from '../../../graph/errors.js';
import { formatShape, sameShape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { conv1d, convTranspose1d } from '../../../ops/conv-1d.js';
import { conv2d } from '../../../ops/conv-2d.js';
import { conv3d, convTranspose3d } from '../../../ops/conv-3d.js';
import { convTranspose2d } from '../../../ops/conv-transpose-2d.js';
import { add } from '../../../ops/elementwise.js';
import { pad } from '../../../ops/pad.js';
import { perAxis, type Windows } from '../../../ops/spatial-options.js';
import { reshape } from '../../../ops/view.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import {
  autoPads,
  coveringSides,
  padsOf,
  partedPadding,
  spatialAxes,
  windowsOf,
} from './windows.js';

interface ConvolutionOptions {
  readonly bias?: Tensor;
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding?: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

type Convolution = (x: Tensor, weight: Tensor, options: ConvolutionOptions) => Tensor;

// Each takes lists as long as it has axes, and that is how long the lists here are.
const convolutions = [conv1d, conv2d, conv3d] as unknown as readonly Convolution[];
const transposedConvolutions = [
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
] as unknown as readonly Convolution[];

/** The windows of a convolution; throws ShapeError when kernel_shape is not that of the weights. */
function kernelWindows(node: OperatorNode, weight: Tensor, axes: number): Windows {
  const kernel = weight.shape.slice(2);
  const windows = windowsOf(node, axes, kernel);
  if (sameShape(windows.kernel, kernel)) return windows;
  throw new ShapeError(
    `attribute 'kernel_shape' is ${formatShape(windows.kernel)}, but the weights are ` +
      `${formatShape(weight.shape)}; expected ${formatShape(kernel)}`,
  );
}

function convolve(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const bias = node.optional(2)?.tensor;
  return Value.computed(convolution(node, { x, weight: node.tensor(1), bias }), type);
}

/** The convolution that the node's attributes describe, of these operands. */
export function convolution(
  node: OperatorNode,
  {
    x,
    weight,
    bias,
  }: { readonly x: Tensor; readonly weight: Tensor; readonly bias?: Tensor | undefined },
): Tensor {
  const axes = spatialAxes(x);
  const windows = kernelWindows(node, weight, axes);
  const { sides } = coveringSides(node, x, windows);
  const groups = node.attributes.int('group', 1);
  return convolutions[axes - 1](x, weight, {
    bias,
    stride: windows.stride,
    dilation: windows.dilation,
    padding: sides,
    groups,
  });
}

function convolveTransposed(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const weight = node.tensor(1);
  const axes = spatialAxes(x);
  const windows = kernelWindows(node, weight, axes);
  const { stride, dilation } = windows;
  const { cut, added } = resultSides(node, x, windows);
  // What is added beyond the operation's own limit is as empty as what is added within it.
  const within = added.map((n, axis) => Math.min(n, Math.max(stride[axis], dilation[axis]) - 1));
  const groups = node.attributes.int('group', 1);
  const options = { stride, dilation, padding: cut, outputPadding: within, groups };
  const y = transposedConvolutions[axes - 1](x, weight, options);
  const beyond = added.map((n, axis) => n - within[axis]);
  const whole = pad(y, { low: y.shape.map(() => 0), high: [0, 0, ...beyond] });
  const bias = node.optional(2)?.tensor;
  if (!bias) return Value.computed(whole, type);
  const perChannel = reshape(bias, [bias.size, ...windows.kernel.map(() => 1)]);
  return Value.computed(add(whole, perChannel), type);
}

interface ResultSides {
  /** What is cut off the full result before and behind each axis. */
  readonly cut: readonly number[];
  /** What is added to it behind each axis. */
  readonly added: readonly number[];
}

/** Which part of the full result is wanted, by output_shape, auto_pad or pads. */
function resultSides(
  node: OperatorNode,
  x: Tensor,
  { kernel, stride, dilation }: Windows,
): ResultSides {
  const axes = kernel.length;
  const { attributes } = node;
  const autoPad = attributes.choice('auto_pad', autoPads, 'NOTSET');
  const pads = padsOf(node, axes);
  const outputPadding = perAxis(attributes.ints('output_padding') ?? 0, {
    axes,
    name: "attribute 'output_padding'",
    least: 0,
  });
  const extents = x.shape.slice(2);
  const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
  const wanted =
    attributes.ints('output_shape')?.slice(-axes) ??
    (same ? extents.map((extent, axis) => extent * stride[axis]) : undefined);
  if (wanted === undefined) {
    return { cut: autoPad === 'VALID' ? pads.map(() => 0) : pads, added: outputPadding };
  }
  const size = perAxis(wanted, { axes, name: "attribute 'output_shape'" });
  const total = extents.map((extent, axis) => {
    const reach = (kernel[axis] - 1) * dilation[axis] + 1;
    return (extent - 1) * stride[axis] + outputPadding[axis] + reach - size[axis];
  });
  return {
    cut: total.flatMap((n) => partedPadding(Math.max(n, 0), autoPad)),
    added: total.map((n, axis) => outputPadding[axis] + Math.max(-n, 0)),
  };
}

export const convolutionOperators: OperatorTable = {
  Conv: convolve,
  ConvTranspose: convolveTransposed,
};
