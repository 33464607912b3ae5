/** Elementwise kernels: every store for every element of a shape. */

import { type Expression, type MapKernel, rewriteStores, type Store } from '../../plan.js';

import type { KernelContext } from '../kernel-context.js';
import { nestOf, viewsOf } from '../nest.js';
import { forEachRow } from '../rows.js';
import { VectorCode } from '../vector-loop.js';
import { emitPairs, suitsPairs } from './pairs.js';

export function emitMap(context: KernelContext, { shape, stores }: MapKernel): void {
  emitStores(context, shape, stores);
}

/** Writes `stores` over `shape`, shared among the threads; no store reads a structure's result. */
export function emitStores(
  context: KernelContext,
  shape: readonly number[],
  stores: readonly Store[],
): void {
  const nest = nestOf(shape, viewsOf(stores));
  if (suitsPairs(nest, stores)) {
    emitPairs(context, nest, stores);
    return;
  }
  forEachRow(context, nest, ({ accesses, from, to }) => {
    new VectorCode(context, accesses).storeAll(stores, from, to);
  });
}

/** `stores` with the structure's result replaced by what `load` reads. */
export function withResult(stores: readonly Store[], load: Expression): Store[] {
  return rewriteStores(
    stores,
    (view) => view,
    (leaf) => (leaf.kind === 'result' ? load : leaf),
  );
}
