/** Views: the same elements under another shape, order or step. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import {
  checkShape,
  formatShape,
  normalizeDim,
  type Shape,
  sameShape,
  sizeOf,
} from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';

const reshapePrimitive: Primitive<'reshape'> = {
  name: 'reshape',
  kind: 'view',
  shape: ([x], { shape }) => ({ shape, dtype: x.dtype }),
};

const permutePrimitive: Primitive<'permute'> = {
  name: 'permute',
  kind: 'view',
  shape: ([x], { order }) => ({ shape: order.map((dim) => x.shape[dim]), dtype: x.dtype }),
};

const expandPrimitive: Primitive<'expand'> = {
  name: 'expand',
  kind: 'view',
  shape: ([x], { shape }) => ({ shape, dtype: x.dtype }),
};

const slicePrimitive: Primitive<'slice'> = {
  name: 'slice',
  kind: 'view',
  shape: ([x], { shape }) => ({ shape, dtype: x.dtype }),
};

const detachPrimitive: Primitive<'detach'> = {
  name: 'detach',
  kind: 'view',
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
};

/** The elements of x in the same order under another shape; one extent may be -1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const open = shape.indexOf(-1);
  const known = shape.reduce((size, extent) => (extent === -1 ? size : size * extent), 1);
  const target = shape.map((extent, dim) =>
    dim === open && known > 0 ? x.size / known : Math.max(extent, 0),
  );
  if (sizeOf(target) !== x.size || !target.every(Number.isInteger)) {
    throw new ShapeError(
      `reshape: ${formatShape(x.shape)} has ${x.size} elements, which do not fit ${formatShape(shape)}`,
    );
  }
  return sameShape(target, x.shape) ? x : apply(reshapePrimitive, [x], { shape: target });
}

/** Reorders the dimensions: out.shape[i] = x.shape[order[i]]. */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  const dims = order.map((dim) => normalizeDim(dim, x.rank, 'permute'));
  if (dims.length !== x.rank || new Set(dims).size !== x.rank) {
    throw new ShapeError(
      `permute: order ${formatShape(order)} must name each of the ${x.rank} dimensions once`,
    );
  }
  return dims.every((dim, i) => dim === i) ? x : apply(permutePrimitive, [x], { order: dims });
}

/** Swaps two dimensions, by default the last two. */
export function transpose(x: Tensor, dim0 = -2, dim1 = -1): Tensor {
  const order = x.shape.map((_, dim) => dim);
  const a = normalizeDim(dim0, x.rank, 'transpose');
  const b = normalizeDim(dim1, x.rank, 'transpose');
  order[a] = b;
  order[b] = a;
  return permute(x, order);
}

/** Repeats dimensions of extent 1 (and adds leading ones) up to `shape`. */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  checkShape(shape, 'expand');
  const padded = [...new Array<number>(Math.max(shape.length - x.rank, 0)).fill(1), ...x.shape];
  if (padded.length !== shape.length || padded.some((e, dim) => e !== 1 && e !== shape[dim])) {
    throw new ShapeError(
      `expand: ${formatShape(x.shape)} cannot be repeated to ${formatShape(shape)}; ` +
        `extents must be equal or 1`,
    );
  }
  const aligned = reshape(x, padded);
  return sameShape(padded, shape) ? aligned : apply(expandPrimitive, [aligned], { shape });
}

export interface SliceOptions {
  start?: readonly number[];
  /** First index not taken; defaults to the extent. */
  end?: readonly number[];
  step?: readonly number[];
}

/** x[start:end:step] in every dimension, for positive steps. */
export function slice(x: Tensor, { start, end, step }: SliceOptions): Tensor {
  const first = x.shape.map((_, dim) => start?.[dim] ?? 0);
  const last = x.shape.map((extent, dim) => end?.[dim] ?? extent);
  const by = x.shape.map((_, dim) => step?.[dim] ?? 1);
  x.shape.forEach((extent, dim) => {
    const whole = [first[dim], last[dim], by[dim]].every(Number.isInteger);
    if (!whole || first[dim] < 0 || last[dim] > extent || last[dim] < first[dim] || by[dim] < 1) {
      throw new ShapeError(
        `slice: ${first[dim]}:${last[dim]}:${by[dim]} does not fit dimension ${dim} of ` +
          `${formatShape(x.shape)}; need 0 <= start <= end <= ${extent} and step >= 1`,
      );
    }
  });
  const shape = first.map((from, dim) => Math.ceil((last[dim] - from) / by[dim]));
  if (sameShape(shape, x.shape)) return x;
  return apply(slicePrimitive, [x], { start: first, step: by, shape });
}

/** Reverses the order along `dims`. */
export function flip(x: Tensor, dims: readonly number[]): Tensor {
  if (dims.length === 0) return x;
  const named = new Set(dims.map((dim) => normalizeDim(dim, x.rank, 'flip')));
  return apply(slicePrimitive, [x], {
    start: x.shape.map((extent, dim) => (named.has(dim) ? Math.max(extent - 1, 0) : 0)),
    step: x.shape.map((_, dim) => (named.has(dim) ? -1 : 1)),
    shape: x.shape,
  });
}

/** The same values, through which no gradient flows. */
export const detach = (x: Tensor): Tensor => apply(detachPrimitive, [x], {});
