/** Receptive fields: which part of the picture each element of a tensor depends on, told from the graph. */

import type { Application, Tensor } from '../../graph/tensor.js';
import { topologicalOrder } from '../../graph/traced-graph.js';
import type { PrimitiveAttributes, PrimitiveName } from '../../graph/vocabulary.js';

/** What the elements of a tensor see of one axis of the picture, in its pixels. */
export interface Sight {
  /** The first pixel that the first element sees; below 0 in padding. */
  readonly start: number;
  /** How many pixels an element sees, from the first to the last of them. */
  readonly size: number;
  /** By how much that moves from one element to the next; null when all elements see the same. */
  readonly step: number | null;
}

/** Rows and columns of the picture. */
export type ReceptiveField = readonly [rows: Sight, columns: Sight];

/** The dimension of a tensor along which a sight moves; where others were merged into it, a part of it. */
interface Axis {
  readonly dim: number;
  /** How many elements of the dimension lie between two neighbours. */
  readonly inner: number;
  readonly extent: number;
}

interface Moving {
  readonly start: number;
  readonly size: number;
  readonly step: number;
  readonly axis: Axis;
}

interface Still {
  readonly start: number;
  readonly size: number;
  readonly axis: null;
}

type Seen = Moving | Still;

/**
 * The receptive fields of those of `tensors` that depend on the picture [..., H, W].
 *
 *     const [rows] = receptiveFields(picture, [maps]).get(maps)!; // { start: -3, size: 7, step: 2 }
 */
export function receptiveFields(
  picture: Tensor,
  tensors: readonly Tensor[],
): Map<Tensor, ReceptiveField> {
  const { rank, shape } = picture;
  const found = new Map<Tensor, readonly Seen[]>();
  const pixels = [rank - 2, rank - 1].map((dim): Seen => {
    return { start: 0, size: 1, step: 1, axis: { dim, inner: 1, extent: shape[dim] } };
  });
  found.set(picture, pixels);
  for (const tensor of topologicalOrder(tensors)) {
    const { source } = tensor;
    if (tensor === picture || source.kind !== 'apply') continue;
    const known = source.inputs.map((input) => found.get(input));
    if (known.every((sights) => sights === undefined)) continue;
    const along = (axis: number): Seen =>
      known
        .flatMap((sights, place) =>
          sights ? [passed(sights[axis], { source, tensor, place })] : [],
        )
        .reduce(union);
    found.set(tensor, [along(0), along(1)]);
  }
  return new Map(
    tensors.flatMap((tensor) => {
      const sights = found.get(tensor);
      return sights ? [[tensor, [told(sights[0]), told(sights[1])]]] : [];
    }),
  );
}

/** Between the pixels that a transposed convolution spreads there is nothing to see: whole pixels count. */
const told = (sight: Seen): Sight => ({
  start: Math.floor(sight.start),
  size: Math.max(1, Math.floor(sight.size)),
  step: sight.axis ? sight.step : null,
});

const attributesOf = <Name extends PrimitiveName>(
  { attributes }: Application,
  _: Name,
): PrimitiveAttributes[Name] => attributes as PrimitiveAttributes[Name];

interface Passage {
  readonly source: Application;
  readonly tensor: Tensor;
  readonly place: number;
}

/** What the elements of `tensor` see through the input at `place` of what made it; that sees `sight`. */
function passed(sight: Seen, { source: application, tensor, place }: Passage): Seen {
  if (!sight.axis) return sight;
  const { primitive, inputs } = application;
  const input = inputs[place];
  const shapes = { from: input.shape, to: tensor.shape };
  const { dim } = sight.axis;
  switch (primitive.name) {
    case 'reshape':
      return reshaped(sight, shapes);
    case 'permute': {
      const { order } = attributesOf(application, 'permute');
      return { ...sight, axis: { ...sight.axis, dim: order.indexOf(dim) } };
    }
    case 'expand':
      return tensor.shape[dim] === input.shape[dim] ? sight : gathered(sight);
    case 'slice': {
      const { start, step } = attributesOf(application, 'slice');
      const isWhole = step[dim] === 1 && tensor.shape[dim] === input.shape[dim];
      return isWhole ? sight : walked(sight, shapes, { first: start[dim], step: step[dim] });
    }
    case 'pad': {
      const { low, high, interior } = attributesOf(application, 'pad');
      const between = interior[dim] + 1;
      const isWhole = low[dim] === 0 && high[dim] === 0 && between === 1;
      if (isWhole) return sight;
      return walked(sight, shapes, { first: -low[dim] / between, step: 1 / between });
    }
    case 'conv2d': {
      if (place === 1 || dim === 2) return gathered(sight);
      const { stride, dilation } = attributesOf(application, 'conv2d');
      return windowed(sight, shapes, { kernel: inputs[1].shape.slice(3), stride, dilation });
    }
    case 'windowSum':
    case 'windowMax':
    case 'windowArgmax':
      return windowed(sight, shapes, attributesOf(application, primitive.name));
    case 'matmul':
      return dim === input.rank - (place === 0 ? 1 : 2) ? gathered(sight) : sight;
    case 'sum':
    case 'max':
      return attributesOf(application, primitive.name).dims.includes(dim) ? gathered(sight) : sight;
    case 'argmax':
      return attributesOf(application, 'argmax').dim === dim ? gathered(sight) : sight;
    case 'concatenate':
      return attributesOf(application, 'concatenate').dim === dim ? gathered(sight) : sight;
    case 'gather':
    case 'scatter':
    case 'argsort':
      return dim === 0 ? sight : gathered(sight);
    default:
      return sight;
  }
}

/** What all elements along the axis see together. */
function gathered(sight: Seen): Still {
  if (!sight.axis) return sight;
  const way = (sight.axis.extent - 1) * sight.step;
  return {
    start: sight.start + Math.min(0, way),
    size: sight.size + Math.abs(way),
    axis: null,
  };
}

interface Shapes {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Only part of a dimension: nothing can be said about windows along it. */
const isMerged = ({ extent, dim }: Axis, { from }: Shapes): boolean => extent !== from[dim];

/** What is seen when the first element becomes that at `first`, and the next lies `step` behind it. */
function walked(
  { start, size, step, axis }: Moving,
  shapes: Shapes,
  to: { first: number; step: number },
): Seen {
  if (isMerged(axis, shapes)) return gathered({ start, size, step, axis });
  return {
    start: start + to.first * step,
    size,
    step: step * to.step,
    axis: { ...axis, extent: shapes.to[axis.dim] },
  };
}

interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** What windows over the last two dimensions see. */
function windowed(sight: Moving, shapes: Shapes, { kernel, stride, dilation }: Windows): Seen {
  const { start, size, step, axis } = sight;
  const place = axis.dim - (shapes.from.length - 2);
  if (place < 0 || (kernel[place] === 1 && stride[place] === 1)) return sight;
  if (isMerged(axis, shapes)) return gathered(sight);
  const way = (kernel[place] - 1) * dilation[place] * step;
  return {
    start: start + Math.min(0, way),
    size: size + Math.abs(way),
    step: step * stride[place],
    axis: { ...axis, extent: shapes.to[axis.dim] },
  };
}

/** The axis where its elements, and those behind each of them, are in another shape. */
function reshaped(sight: Moving, { from, to }: Shapes): Seen {
  const { dim, inner, extent } = sight.axis;
  const between = behind(from, dim) * inner;
  const holders = (shape: readonly number[]): number[] =>
    shape.flatMap((own, each) => {
      const step = behind(shape, each);
      return between % step === 0 && between * extent <= step * own ? [each] : [];
    });
  const places = holders(to);
  if (places.length === 0) return gathered(sight);
  // Of several dimensions of one element at the same place, the same one counted from the end.
  const known = holders(from);
  const found = places.at(Math.max(known.indexOf(dim) - known.length, -places.length))!;
  return { ...sight, axis: { dim: found, inner: between / behind(to, found), extent } };
}

const behind = (shape: readonly number[], dim: number): number =>
  shape.slice(dim + 1).reduce((a, b) => a * b, 1);

/** What elements see that see both. */
function union(a: Seen, b: Seen): Seen {
  const isAlike =
    a.axis && b.axis && a.axis.dim === b.axis.dim && a.axis.inner === b.axis.inner
      ? a.step === b.step
      : false;
  const [one, other] = isAlike ? [a, b] : [gathered(a), gathered(b)];
  const start = Math.min(one.start, other.start);
  const size = Math.max(one.start + one.size, other.start + other.size) - start;
  return { ...one, start, size };
}
