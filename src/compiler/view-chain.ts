/** View chains: what the graph's view primitives do to strided views, forwards and backwards. */

import { sameShape } from '../graph/shape.js';
import type { Application, Tensor } from '../graph/tensor.js';
import type { PrimitiveAttributes, ViewName } from '../graph/vocabulary.js';
import { expanded, permuted, reshaped, type Strided, sliced } from './strided.js';

/** A view over the shape behind `chain`, expressed over the shape before it; null where strides cannot. */
export function pulledBack(view: Strided, chain: readonly Tensor[]): Strided | null {
  let current: Strided | null = view;
  for (let i = chain.length - 1; i >= 0 && current; i--) {
    const source = chain[i].source as Application;
    if (source.primitive.name === 'reshape') current = reshaped(current, source.inputs[0].shape);
    else if (source.primitive.name === 'slice') {
      // A flip, which is its own inverse.
      current = sliced(current, source.attributes as PrimitiveAttributes['slice']);
    } else {
      const { order } = source.attributes as PrimitiveAttributes['permute'];
      const inverse = new Array<number>(order.length);
      order.forEach((dim, position) => {
        inverse[dim] = position;
      });
      current = permuted(current, inverse);
    }
  }
  return current;
}

/** Whether a view only moves elements, all of them, so that whoever computes them can write them moved. */
export function movesAll({ source, shape }: Tensor): boolean {
  if (source.kind !== 'apply') return false;
  const { name } = source.primitive;
  if (name === 'reshape' || name === 'permute') return true;
  if (name !== 'slice' || !sameShape(shape, source.inputs[0].shape)) return false;
  const { step } = source.attributes as PrimitiveAttributes['slice'];
  return step.every((amount) => Math.abs(amount) === 1);
}

/** A strided view seen through one more view primitive; null when no strides can say it. */
export function seenThrough(view: Strided, { primitive, attributes }: Application): Strided | null {
  const through: { [Name in ViewName]: () => Strided | null } = {
    reshape: () => reshaped(view, (attributes as PrimitiveAttributes['reshape']).shape),
    permute: () => permuted(view, (attributes as PrimitiveAttributes['permute']).order),
    expand: () => expanded(view, (attributes as PrimitiveAttributes['expand']).shape),
    slice: () => sliced(view, attributes as PrimitiveAttributes['slice']),
    detach: () => view,
    checkpoint: () => view,
    recompute: () => view,
  };
  return through[primitive.name as ViewName]();
}
