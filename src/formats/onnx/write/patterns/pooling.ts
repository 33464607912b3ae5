/** Pooling with its padding, counts and strides, as ONNX's MaxPool, AveragePool and their global forms. */

import { type Shape, sameShape, sizeOf } from '../../../../graph/shape.js';
import type { Tensor } from '../../../../graph/tensor.js';
import type { WindowAttributes } from '../../../../graph/vocabulary.js';
import { reshape } from '../../../../ops/view.js';
import { type AttributesToWrite, int, ints } from '../graph-builder.js';
import {
  isNumber,
  made,
  operandsOf,
  operator,
  type Pattern,
  plain,
  type Step,
  unshaped,
} from '../match.js';

/** Windows over the last dimensions, and the padding that they find. */
interface Windows {
  /** Without the padding. */
  readonly x: Tensor;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  /** Before each axis, then behind each. */
  readonly pads: readonly number[];
}

type WindowName = 'windowSum' | 'windowMax';

/** The windows that `name` joins in `tensor`; over one axis or three they are joined from those over two. */
function windowsOf(tensor: Tensor, name: WindowName, outside: number): Windows | null {
  const planar = made(tensor, name);
  if (planar) return withPadding(planar.inputs[0], planar.attributes, outside);
  const reshaped = made(tensor, 'reshape');
  const found = reshaped && made(reshaped.inputs[0], name);
  const before = found && made(found.inputs[0], 'reshape');
  if (!before) return null;
  const [x] = before.inputs;
  const { kernel, stride, dilation } = found.attributes;
  const part = (axis: 0 | 1) => ({
    kernel: [kernel[axis]],
    stride: [stride[axis]],
    dilation: [dilation[axis]],
  });
  const isAlone = (axis: 0 | 1) => kernel[axis] === 1 && stride[axis] === 1;
  if (x.rank === 3 && tensor.rank === 3 && isAlone(0) && found.inputs[0].shape[2] === 1) {
    return withPadding(x, part(1), outside);
  }
  const inDepth = isAlone(1) && sameShape(found.inputs[0].shape, stacked(x.shape));
  if (x.rank !== 5 || tensor.rank !== 5 || !inDepth) return null;
  const planes = made(x, name);
  const { kernel: size, stride: by, dilation: apart } = planes?.attributes ?? singlePixels;
  const depth = part(0);
  const windows = {
    kernel: [...depth.kernel, ...size],
    stride: [...depth.stride, ...by],
    dilation: [...depth.dilation, ...apart],
  };
  return withPadding(planes ? planes.inputs[0] : plain(x), windows, outside);
}

const singlePixels: WindowAttributes = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1] };

/** [N, C, D, H, W] with planes as columns, over which depth is reduced. */
const stacked = ([batch, channels, depth, height, width]: Shape): Shape => [
  batch * channels,
  depth,
  height * width,
];

/** Takes the padding by `outside` that a pooling can do itself away from `padded`. */
function withPadding(
  padded: Tensor,
  windows: Omit<Windows, 'x' | 'pads'>,
  outside: number,
): Windows {
  const { kernel, stride, dilation } = windows;
  const all = { kernel, stride, dilation };
  const none = { ...all, x: plain(padded), pads: kernel.flatMap(() => [0, 0]) };
  const pad = made(padded, 'pad');
  if (!pad || pad.attributes.value !== outside) return none;
  const { low, high, interior } = pad.attributes;
  const first = padded.rank - kernel.length;
  const isSpatial = [low, high].every((amounts) => amounts.slice(0, first).every((n) => n === 0));
  const pads = [...low.slice(first), ...high.slice(first)];
  // A kernel must not fit into the padding, or it would see nothing else.
  const isSmall = pads.every((amount, i) => amount < kernel[i % kernel.length]);
  if (!isSpatial || !isSmall || interior.some((n) => n !== 0)) return none;
  return { ...all, x: pad.inputs[0], pads };
}

/** A pooling node; dimensions in front of those that ONNX pools are made axes of their own. */
function pooled(
  name: 'MaxPool' | 'AveragePool',
  { x, pads, kernel, stride, dilation }: Windows,
  { shape, attributes }: { shape: Shape; attributes?: AttributesToWrite },
): Step {
  const axes = kernel.length;
  const ahead = <Value>(value: Value) =>
    new Array<Value>(Math.max(x.rank - 2 - axes, 0)).fill(value);
  const isDilated = dilation.some((n) => n !== 1);
  const all: AttributesToWrite = {
    kernel_shape: ints([...ahead(1), ...kernel]),
    strides: ints([...ahead(1), ...stride]),
    pads: ints([...ahead(0), ...pads.slice(0, axes), ...ahead(0), ...pads.slice(axes)]),
    ...(isDilated && { dilations: ints([...ahead(1), ...dilation]) }),
    ...attributes,
  };
  const missing = new Array<number>(Math.max(axes + 2 - x.rank, 0)).fill(1);
  if (missing.length === 0) return operator(name, [x], all);
  return {
    inputs: [reshape(x, [...missing, ...x.shape])],
    emit: (graph, refs) => graph.node('Reshape', [graph.node(name, refs, all), graph.shape(shape)]),
  };
}

export const maxPool: Pattern = (tensor) => {
  const windows = windowsOf(tensor, 'windowMax', Number.NEGATIVE_INFINITY);
  if (!windows) return null;
  const { x, pads, kernel, dilation } = windows;
  const isWhole = sameShape(kernel, x.shape.slice(2)) && pads.every((n) => n === 0);
  if (isWhole && dilation.every((n) => n === 1)) {
    return operator('GlobalMaxPool', [x]);
  }
  return pooled('MaxPool', windows, tensor);
};

/** AveragePool learned to leave elements out in version 19. */
const canAverage = ({ dilation }: Windows, opset: number): boolean =>
  opset >= 19 || dilation.every((n) => n === 1);

/** Padding has its part in a mean of fixed count. */
const countAll = ({ pads }: Windows): AttributesToWrite =>
  pads.some((n) => n > 0) ? { count_include_pad: int(1) } : {};

export const averagePool: Pattern = (tensor, { opset }) => {
  const product = operandsOf(tensor, 'mul');
  const quotient = operandsOf(tensor, 'div');
  const operands = product ?? quotient;
  const windows = operands && windowsOf(operands[0], 'windowSum', 0);
  if (!operands || !windows || !canAverage(windows, opset)) return null;
  const factor = operands[1];
  if (product && isNumber(factor, 1 / sizeOf(windows.kernel))) {
    return pooled('AveragePool', windows, { shape: tensor.shape, attributes: countAll(windows) });
  }
  const { source } = unshaped(factor);
  const counts = source.kind === 'data' ? source.data : null;
  const axes = windows.kernel.length;
  if (!quotient || !counts || windows.x.rank < axes + 2) return null;
  const inside = countsInside(windows, tensor.shape.slice(-axes));
  const same = counts.length === inside.length && inside.every((n, i) => n === counts[i]);
  return same ? pooled('AveragePool', windows, tensor) : null;
};

/** How many elements of x, without padding, each window has. */
function countsInside({ x, pads, kernel, stride, dilation }: Windows, counts: Shape): number[] {
  const along = counts.map((count, axis) => {
    const extent = x.shape[x.rank - counts.length + axis];
    return Array.from({ length: count }, (_, i) => {
      const taps = Array.from({ length: kernel[axis] }, (_, tap) => {
        return i * stride[axis] + tap * dilation[axis] - pads[axis];
      });
      return taps.filter((place) => place >= 0 && place < extent).length;
    });
  });
  return along.reduce((outer, inner) => outer.flatMap((a) => inner.map((b) => a * b)));
}

/** A sum over windows: their mean times how many elements they have. */
export const sumPool: Pattern = (tensor, { opset }) => {
  const windows = windowsOf(tensor, 'windowSum', 0);
  if (!windows || !canAverage(windows, opset)) return null;
  const attributes = countAll(windows);
  const means = pooled('AveragePool', windows, { shape: tensor.shape, attributes });
  const count = sizeOf(windows.kernel);
  if (count === 1) return means;
  return {
    inputs: means.inputs,
    emit: (graph, refs) =>
      graph.node('Mul', [means.emit(graph, refs), graph.scalar(count, 'float32')]),
  };
};

/** Where each maximum stands in its plane; MaxPool counts through all planes. */
export const maxPoolPlaces: Pattern = (tensor) => {
  const found = made(tensor, 'windowArgmax');
  if (!found) return null;
  const [x] = found.inputs;
  const { kernel, stride, dilation } = found.attributes;
  const four = x.rank === 4 ? x : reshape(x, [1, -1, ...x.shape.slice(-2)]);
  return {
    inputs: [four],
    emit: (graph, refs) => {
      const attributes = {
        kernel_shape: ints(kernel),
        strides: ints(stride),
        dilations: ints(dilation),
      };
      const [, places] = graph.nodeOf('MaxPool', refs, { attributes, outputs: 2 });
      const plane = graph.ints([x.shape[x.rank - 2] * x.shape[x.rank - 1]]);
      const inPlane = graph.node('Mod', [places, plane]);
      const cast = graph.cast(inPlane, 'int32');
      return x.rank === 4 ? cast : graph.node('Reshape', [cast, graph.shape(tensor.shape)]);
    },
  };
};
