/** Nests: the dimensions that a kernel iterates over, with neighbouring ones merged where every view allows. */

import { type BufferView, type Expression, partsOf, rewriteStores, type Store } from '../plan.js';

export type IndexExpression = Extract<Expression, { kind: 'index' }>;

/** Anything that has a stride per dimension. */
export type Strided = BufferView | IndexExpression;

export interface Nest {
  readonly shape: readonly number[];
  /** Whether a dimension is reduced; all false outside reductions. */
  readonly reduced: readonly boolean[];
  readonly strides: ReadonlyMap<Strided, readonly number[]>;
}

/** The views and coordinates that expressions read. */
export function readsIn(expressions: Iterable<Expression>): Strided[] {
  const found = new Set<Strided>();
  for (const part of partsOf(expressions)) {
    if (part.kind === 'load') found.add(part.view);
    if (part.kind === 'index') found.add(part);
  }
  return [...found];
}

/** The views that stores read and write. */
export const viewsOf = (stores: readonly Store[]): Strided[] => [
  ...readsIn(stores.map(({ value }) => value)),
  ...stores.map(({ view }) => view),
];

/** `stores` over other dimensions: `change` is applied to all views and coordinates. */
export function overDimensions(
  stores: readonly Store[],
  change: <View extends Strided>(view: View) => View,
): Store[] {
  return rewriteStores(stores, change, (leaf) => {
    if (leaf.kind === 'load') return { ...leaf, view: change(leaf.view) };
    return leaf.kind === 'index' ? change(leaf) : leaf;
  });
}

export interface NestOptions {
  /** The dimensions that a reduction sums over. */
  readonly reduced?: readonly boolean[];
  /** Views of a reduction's result: what they say of reduced dimensions does not matter. */
  readonly results?: ReadonlySet<Strided>;
  /** The views' dimension that `shape` begins with; the ones before it are the caller's. */
  readonly firstDim?: number;
}

/** The nest over `shape` of `views`; dimensions of extent 1 vanish, at least one remains. */
export function nestOf(
  shape: readonly number[],
  views: Iterable<Strided>,
  { reduced, results, firstDim = 0 }: NestOptions = {},
): Nest {
  const list = [...new Set(views)];
  const merged: { extent: number; reduced: boolean; strides: number[] }[] = [];
  shape.forEach((extent, dim) => {
    if (extent === 1) return;
    const isReduced = reduced?.[dim] ?? false;
    const strides = list.map((view) =>
      isReduced && results?.has(view) ? 0 : view.strides[firstDim + dim],
    );
    const last = merged[merged.length - 1];
    const joins =
      last !== undefined &&
      last.reduced === isReduced &&
      strides.every((stride, i) => last.strides[i] === stride * extent);
    if (joins) {
      last.extent *= extent;
      last.strides = strides;
    } else merged.push({ extent, reduced: isReduced, strides });
  });
  if (merged.length === 0) merged.push({ extent: 1, reduced: false, strides: list.map(() => 0) });
  return {
    shape: merged.map(({ extent }) => extent),
    reduced: merged.map((dim) => dim.reduced),
    strides: new Map(list.map((view, i) => [view, merged.map(({ strides }) => strides[i])])),
  };
}
