/** Kernels in two steps: the structure's result goes to memory, then what is fused behind it is stored. */

import { contiguousStrides, sizeOf } from '../../../graph/shape.js';
import { type BufferView, type Expression, partsOf, type SingleKernel } from '../../plan.js';
import { type I32, i32 } from '../assembler.js';
import { type Address, flat, type KernelContext } from '../kernel-context.js';
import { viewsOf } from '../nest.js';
import { startOf } from '../rows.js';
import { v128 } from '../simd.js';
import { accessesOf, VectorCode } from '../vector-loop.js';
import { emitStores, withResult } from './map.js';

/** Where a structure writes its result, and how its elements lie there, in elements. */
export interface ResultMemory {
  readonly address: Address;
  readonly strides: readonly number[];
  /** Sums that the result is the sum of, and how many elements one is behind the other. */
  readonly parts?: { readonly count: number; readonly stride: number };
}

/**
 * Calls `emitStructure` with memory for the whole result in row-major order: the destination itself
 * where the result is only stored, else scratch memory from which the stores are then computed.
 */
export function emitInTwoSteps(
  context: KernelContext,
  kernel: SingleKernel,
  emitStructure: (result: Address) => void,
): void {
  const strides = contiguousStrides(kernel.shape);
  const direct = destinationOf(kernel, strides);
  if (direct) {
    const { base, offset } = context.address(direct.buffer);
    emitStructure({ base, offset: offset + direct.offset * 4 });
    return;
  }
  const address = context.sharedScratch(sizeOf(kernel.shape) * 4);
  emitStructure(address);
  context.barrier();
  emitStoresFrom(context, kernel, { address, strides });
}

/**
 * The same for a result [R, S] that is computed row by row: `emitRow` writes one row to the destination
 * or to memory of this thread alone, from which it is stored while it is in the cache.
 */
export function emitRowByRow(
  context: KernelContext,
  kernel: SingleKernel,
  emitRow: (row: I32, result: I32) => void,
): void {
  const { f } = context;
  const [rows, size] = kernel.shape;
  if (rows * size === 0) return;
  const direct = destinationOf(kernel, contiguousStrides(kernel.shape));
  const memory = direct ? null : flat(context.localScratch(size * 4));
  context.forEachTask({ count: rows, cost: rows * size }, (row) => {
    if (direct) {
      const { base, offset } = startOf(context, direct, direct.strides, [row]);
      emitRow(row, f.hold(flat({ base, offset })));
      return;
    }
    const result = f.hold(memory!);
    emitRow(row, result);
    const accesses = accessesOf(
      viewsOf(kernel.stores),
      (view) => startOf(context, view, view.strides, [row]),
      (view) => view.strides[1],
    );
    const code = new VectorCode(context, accesses, (position) =>
      v128.load(i32.add(result, position.scaled(4))),
    );
    code.storeAll(kernel.stores, 0, size);
  });
}

/** Stores a kernel's expressions, with its structure's result read from `memory`. */
export function emitStoresFrom(
  context: KernelContext,
  kernel: SingleKernel,
  memory: ResultMemory,
): void {
  const { address, strides, parts = { count: 1, stride: 0 } } = memory;
  const whole = context.scratchView(address, strides, resultDtype(kernel));
  const { dtype } = whole.buffer;
  const loads = Array.from({ length: parts.count }, (_, part): Expression => {
    return { kind: 'load', view: { ...whole, offset: part * parts.stride }, dtype };
  });
  const total = loads.reduce((a, b) => ({ kind: 'apply', name: 'add', args: [a, b], dtype }));
  emitStores(context, kernel.shape, withResult(kernel.stores, total));
}

function destinationOf(kernel: SingleKernel, strides: readonly number[]): BufferView | null {
  const [store, ...others] = kernel.stores;
  if (!store || others.length > 0 || store.value.kind !== 'result') return null;
  if (store.view.buffer.dtype === 'uint8' || store.view.buffer.dtype === 'bool') return null;
  const rowMajor = kernel.shape.every(
    (extent, dim) => extent === 1 || store.view.strides[dim] === strides[dim],
  );
  return rowMajor ? store.view : null;
}

/** Results of four bytes: float32 unless the structure gives int32. */
function resultDtype({ stores }: SingleKernel): 'float32' | 'int32' {
  for (const part of partsOf(stores.map(({ value }) => value))) {
    if (part.kind === 'result') return part.dtype === 'float32' ? 'float32' : 'int32';
  }
  return 'float32';
}
