/**
 * Matrix products [B, M, K] x [B, K, N]. b is packed into panels of eight columns; blocks of c of up
 * to 32 x 128 are computed in memory of the thread's own, over slices of k that keep a panel in the
 * first-level cache (Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication",
 * 2008), and then stored with whatever is fused behind the product.
 */

import { sizeOf } from '../../../graph/shape.js';
import type { MatmulKernel, Prepared } from '../../plan.js';
import { type I32, i32 } from '../assembler.js';
import { type Address, flat, type KernelContext } from '../kernel-context.js';
import { overDimensions, type Strided, viewsOf } from '../nest.js';
import { emitPack, type Panels, panelsOf, type Source } from '../pack.js';
import { emitProducts, tileSize } from '../products.js';
import { decode, startOf } from '../rows.js';
import { v128 } from '../simd.js';
import { panelLanes, tileRows } from '../tile.js';
import { accessesOf, VectorCode } from '../vector-loop.js';

const blockRows = 32;
const blockPanels = 16;
/** Blocks that there should be, so that threads are done at the same time. */
const leastBlocks = 8;
/** Packed operands of at most this many bytes stay in the second-level cache. */
const smallOperand = 512 * 1024;
/** Bytes from one row of a block to the next. */
const blockStride = blockPanels * panelLanes * 4;

export function emitMatmul(context: KernelContext, given: MatmulKernel): void {
  const kernel = oriented(given);
  const { f } = context;
  const [batch, rows, columns] = kernel.shape;
  const { depth, a } = kernel;
  if (batch * rows * columns === 0) return;
  const panels = panelsOf(columns, depth);
  if (given.prepared) {
    const { view } = given.prepared;
    const packed = startOf(context, view, view.strides, []);
    const product = i32.const(0);
    emitBlocks(context, kernel, product, startOf(context, a, a.strides, []), panels, packed);
    return;
  }
  const packed = context.sharedScratch(panels.bytes);
  const product = f.local('i32');
  f.for(product, 0, batch, 1, () => {
    emitPack(context, sourceOf(context, kernel, product), panels, packed, batch > 1);
    context.barrier();
    emitBlocks(context, kernel, product, startOf(context, a, a.strides, [product]), panels, packed);
    // The next product packs into the same memory.
    if (batch > 1) context.barrier();
  });
}

/** b of a product, to be packed. */
function sourceOf(context: KernelContext, { b, depth }: MatmulKernel, product: I32): Source {
  return {
    start: startOf(context, b, b.strides, [product]),
    laneStride: b.strides[2] * 4,
    depth: [{ extent: depth, stride: b.strides[1] * 4 }],
  };
}

/** Which operand can be packed once, and its bytes; null for several products. */
export function packedOperand(given: MatmulKernel): { operand: 'a' | 'b'; bytes: number } | null {
  const [batch, , columns] = oriented(given).shape;
  if (batch !== 1 || sizeOf(given.shape) === 0) return null;
  const { bytes } = panelsOf(columns, given.depth);
  return { operand: packsLittle(given) ? 'b' : 'a', bytes };
}

/** Packs that operand. */
export function emitPackedOperand(
  context: KernelContext,
  given: MatmulKernel & { readonly prepared: Prepared },
): void {
  const kernel = oriented(given);
  const { view } = given.prepared;
  const target = startOf(context, view, view.strides, []);
  const panels = panelsOf(kernel.shape[2], kernel.depth);
  emitPack(context, sourceOf(context, kernel, i32.const(0)), panels, target);
}

function emitBlocks(
  context: KernelContext,
  kernel: MatmulKernel,
  product: I32,
  a: Address,
  panels: Panels,
  packed: Address,
): void {
  const { f } = context;
  const [, rows, columns] = kernel.shape;
  const tile = tileSize(rows, tileRows(context.common.features, 2));
  const tiles = Math.ceil(rows / tile);
  const panelCount = panels.list.length;
  const columnBlocks = Math.ceil(panelCount / blockPanels);
  const enough = Math.max(Math.ceil(rows / blockRows), Math.ceil(leastBlocks / columnBlocks));
  const rowBlocks = Math.min(tiles, enough);
  const mostRows = Math.ceil(tiles / rowBlocks) * tile;
  const block = context.localScratch(mostRows * blockStride);
  context.forEachTask(
    {
      count: rowBlocks * columnBlocks,
      cost: rows * columns * kernel.depth,
      repeats: kernel.shape[0] > 1,
    },
    (task) => {
      // A small b lets each thread keep its rows (its items of a batch) from one product to the next;
      // of a large one the panels at hand should stay in the second-level cache.
      const [rowBlock, columnBlock] =
        panels.bytes <= smallOperand
          ? decode(context, task, [rowBlocks, columnBlocks])
          : decode(context, task, [columnBlocks, rowBlocks]).reverse();
      const bound = (index: I32, whole: number, parts: number): I32 =>
        f.hold(i32.divU(i32.mul(index, whole), parts));
      const firstRow = f.hold(i32.mul(bound(rowBlock, tiles, rowBlocks), tile));
      const afterRows = i32.mul(bound(i32.add(rowBlock, 1), tiles, rowBlocks), tile);
      const endRow = f.hold(i32.min(f.hold(afterRows), i32.const(rows)));
      const firstPanel = bound(columnBlock, panelCount, columnBlocks);
      const endPanel = bound(i32.add(columnBlock, 1), panelCount, columnBlocks);
      const area = { block, firstRow, endRow, firstPanel, endPanel };
      const [, rowStride, depthStride] = kernel.a.strides.map((stride) => stride * 4);
      emitProducts(context, {
        ...area,
        ...{ a, rowStride, depthStride, packed, panels, depth: kernel.depth, tile, rows },
        ...{ result: block, resultStride: blockStride },
      });
      emitEpilogue(context, kernel, { ...area, product, columns });
    },
  );
}

/** A part of the product, and the thread's memory for it. */
interface Area {
  readonly block: Address;
  readonly firstRow: I32;
  readonly endRow: I32;
  readonly firstPanel: I32;
  readonly endPanel: I32;
}

interface Epilogue extends Area {
  readonly product: I32;
  readonly columns: number;
}

/** Stores the rows of a finished block. */
function emitEpilogue(
  context: KernelContext,
  { stores }: MatmulKernel,
  { product, block, firstRow, endRow, firstPanel, endPanel, columns }: Epilogue,
): void {
  const { f } = context;
  const firstColumn = f.hold(i32.mul(firstPanel, panelLanes));
  const endColumn = f.hold(i32.min(f.hold(i32.mul(endPanel, panelLanes)), i32.const(columns)));
  const row = f.local('i32');
  f.for(row, firstRow, endRow, 1, () => {
    const accesses = accessesOf(
      viewsOf(stores),
      (view) => startOf(context, view, view.strides, [product, row]),
      (view) => view.strides[2],
    );
    const blockRow = i32.mul(i32.sub(row, firstRow), blockStride);
    const base = f.hold(i32.sub(i32.add(flat(block), blockRow), i32.mul(firstColumn, 4)));
    const code = new VectorCode(context, accesses, (position) =>
      v128.load(i32.add(base, position.scaled(4))),
    );
    code.storeAll(stores, firstColumn, endColumn);
  });
}

/** Rows that are not worth packing columns for: the weights of a layer behind a few pictures. */
const fewRows = 32;

/** Whether packing b is worth it, or a is as large. */
function packsLittle(kernel: MatmulKernel): boolean {
  const [, rows, columns] = kernel.shape;
  const [least, most] = [Math.min(rows, columns), Math.max(rows, columns)];
  // A short sum writes more than it reads.
  const readsMost = most >= 8 * least && kernel.depth >= 8 * least;
  if (least <= fewRows && readsMost) return columns === least;
  return storesAlongRows(kernel);
}
/** The product, or the transposed one, of which the better operand is packed. */
const oriented = (kernel: MatmulKernel): MatmulKernel =>
  packsLittle(kernel) ? kernel : transposedProduct(kernel);

/** Whether what is stored lies along rows at least as often as along columns. */
function storesAlongRows({ stores }: MatmulKernel): boolean {
  const along = (dim: number): number =>
    viewsOf(stores).filter(({ strides }) => strides[dim] === 1).length;
  return along(2) >= along(1);
}

/** The same product with rows and columns exchanged: c' = b' a'. */
function transposedProduct(kernel: MatmulKernel): MatmulKernel {
  const exchange = <Item>([batch, rows, columns]: readonly Item[]): Item[] => [
    batch,
    columns,
    rows,
  ];
  const turned = <View extends Strided>(view: View): View => ({
    ...view,
    strides: exchange(view.strides),
  });
  return {
    ...kernel,
    shape: exchange(kernel.shape),
    a: turned(kernel.b),
    b: turned(kernel.a),
    stores: overDimensions(kernel.stores, turned),
  };
}
