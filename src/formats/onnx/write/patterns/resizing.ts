/** Resizing of pictures and pixels out of channels, as ONNX's Resize and DepthToSpace. */

import { sameShape, sizeOf } from '../../../../graph/shape.js';
import type { Tensor } from '../../../../graph/tensor.js';
import {
  cubicFilter,
  type Filter,
  filterMatrix,
  linearFilter,
  samplePlaces,
  type transformations,
} from '../../operators/resize-axis.js';
import { type AttributesToWrite, int, text } from '../graph-builder.js';
import { made, type Pattern, plain, type Step, shaped, unshaped } from '../match.js';
import { batchedProduct } from './products.js';

const resize = (x: Tensor, scales: readonly number[], attributes: AttributesToWrite): Step => ({
  inputs: [x],
  emit: (graph, [input]) => {
    const factors = graph.constant(Float32Array.from([1, 1, ...scales]), [4], 'float32');
    return graph.node('Resize', [input, null, factors], attributes);
  },
});

/** Every pixel several times: [N, C, H, 1, W, 1] repeated. */
export const nearest: Pattern = (tensor) => {
  const reshaped = made(tensor, 'reshape');
  const expansion = reshaped && made(reshaped.inputs[0], 'expand');
  const apart = expansion && made(expansion.inputs[0], 'reshape');
  if (!expansion || !apart || tensor.rank !== 4) return null;
  const from = expansion.inputs[0].shape;
  const to = expansion.attributes.shape;
  if (from.length !== 6 || from[3] !== 1 || from[5] !== 1) return null;
  const [batch, channels, height, , width] = from;
  const [rows, columns] = [to[3], to[5]];
  if (!sameShape(tensor.shape, [batch, channels, height * rows, width * columns])) return null;
  const x = shaped(apart.inputs[0], [batch, channels, height, width]);
  return resize(x, [rows, columns], {
    mode: text('nearest'),
    coordinate_transformation_mode: text('asymmetric'),
    nearest_mode: text('floor'),
  });
};

/** The values of a matrix that is known. */
function matrixOf(tensor: Tensor): { data: ArrayLike<number>; shape: readonly number[] } | null {
  const { source } = unshaped(tensor);
  const shape = plain(tensor).shape.slice(-2);
  const isMatrix = shape.length === 2 && sizeOf(shape) === tensor.size;
  return source.kind === 'data' && isMatrix ? { data: source.data, shape } : null;
}

const modes: readonly (readonly [string, Filter])[] = [
  ['linear', linearFilter],
  ['cubic', cubicFilter(-0.75)],
];
const places = ['half_pixel', 'align_corners'] as const;

/** The weights [to, from] of one axis, as Resize would take them. */
function weights(
  from: number,
  to: number,
  { filter, place }: { filter: Filter; place: (typeof transformations)[number] },
): Float32Array {
  const axis = { dim: 0, from, to, length: to, scale: to / from, start: 0, end: 1 };
  const options = { filter, antialias: false, excludeOutside: false };
  return filterMatrix(samplePlaces(axis, place), axis, options);
}

/** Whether both have the same numbers, of which `columns` may stand as rows. */
const alike = (a: ArrayLike<number>, b: (i: number) => number): boolean =>
  Array.from(a).every((value, i) => Math.abs(value - b(i)) < 1e-5);

/** Sums over rows and columns with the weights of bilinear or bicubic samples. */
export const interpolated: Pattern = (tensor) => {
  const outer = tensor.rank === 4 ? batchedProduct(tensor) : null;
  const inner = outer && batchedProduct(outer.b);
  const down = outer && matrixOf(outer.a);
  const across = inner && matrixOf(inner.b);
  const x = inner?.a;
  if (!down || !across || !x || x.rank !== 4) return null;
  const [toRows, fromRows] = down.shape;
  const [fromColumns, toColumns] = across.shape;
  const scales = [toRows / fromRows, toColumns / fromColumns];
  // As runtimes count, in float32: a scale must not lose a row to rounding.
  const kept = [fromRows, fromColumns].map((from, i) => {
    return Math.floor(Math.fround(from * Math.fround(scales[i])));
  });
  if (!sameShape(x.shape.slice(2), [fromRows, fromColumns])) return null;
  if (!sameShape(kept, [toRows, toColumns])) return null;
  for (const [mode, filter] of modes) {
    for (const place of places) {
      const rows = weights(fromRows, toRows, { filter, place });
      const columns = weights(fromColumns, toColumns, { filter, place });
      const turned = (i: number) =>
        columns[(i % toColumns) * fromColumns + Math.floor(i / toColumns)];
      if (!alike(down.data, (i) => rows[i]) || !alike(across.data, turned)) continue;
      const coefficient: AttributesToWrite =
        mode === 'cubic' ? { cubic_coeff_a: { kind: 'float', value: -0.75 } } : {};
      return resize(x, scales, {
        mode: text(mode),
        coordinate_transformation_mode: text(place),
        ...coefficient,
      });
    }
  }
  return null;
};

/** Channels spread over squares of pixels, as pixel shuffling orders them. */
export const pixelShuffle: Pattern = (tensor) => {
  const reshaped = made(tensor, 'reshape');
  const moved = reshaped && made(reshaped.inputs[0], 'permute');
  const apart = moved && made(moved.inputs[0], 'reshape');
  if (!apart || !sameShape(moved.attributes.order, [0, 1, 4, 2, 5, 3])) return null;
  const [batch, out, rows, columns, height, width] = moved.inputs[0].shape;
  if (rows !== columns) return null;
  if (!sameShape(tensor.shape, [batch, out, height * rows, width * rows])) return null;
  const x = shaped(apart.inputs[0], [batch, out * rows * rows, height, width]);
  return {
    inputs: [x],
    emit: (graph, refs) =>
      graph.node('DepthToSpace', refs, { blocksize: int(rows), mode: text('CRD') }),
  };
};
