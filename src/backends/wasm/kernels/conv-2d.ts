/**
 * Convolutions [G, N, C, H, W] * [G, O, C, KH, KW]: output, input gradient and filter gradient alike.
 *
 * An implicit matrix product: output positions are the rows of a register tile, read where the input
 * lies through a table of taps; output channels are its lanes, read from packed filters. Columns of
 * patches are never written out. Rows of taps that fall into vertical padding are skipped; other
 * padding is written out once into scratch memory.
 */

import { contiguousStrides, sizeOf } from '../../../graph/shape.js';
import type { Conv2dKernel, PaddedView } from '../../plan.js';
import { type I32, i32 } from '../assembler.js';
import { type Address, flat, type KernelContext, roundUp } from '../kernel-context.js';
import { nestOf, type Strided, viewsOf } from '../nest.js';
import { emitPack, type Panel, type Panels, panelsOf } from '../pack.js';
import { emitPaddedCopy } from '../padded-copy.js';
import { decode, startOf } from '../rows.js';
import { panelLanes, splitRows, tileFunction, tileRows } from '../tile.js';
import { accessesOf, loadVector, VectorCode, vectorLoop } from '../vector-loop.js';
import { emitStoresFrom } from './two-steps.js';

/** Larger kernels (filter gradients) walk channel by channel, with a table of one channel's taps. */
const longestTable = 16384;
/** Planes of at most this many positions are computed as a whole, not row by row. */
const smallPlane = 36;
/** Positions that a thread computes before it stores them. */
const blockPositions = 1024;

/** The input as the tile sees it: where it is, its strides in bytes, and what the taps are. */
interface Geometry {
  readonly start: (indices: readonly I32[]) => Address;
  /** Bytes per step of [G, N, C, H, W]. */
  readonly strides: readonly number[];
  /** Rows of padding above that are skipped rather than written out. */
  readonly skippedTop: number;
  /** Rows that there are, for skipping. */
  readonly height: number;
  /** All taps in one table, row of taps by row of taps; else one channel's taps in the table. */
  readonly oneTable: boolean;
}

export function emitConv2d(context: KernelContext, kernel: Conv2dKernel): void {
  if (sizeOf(kernel.shape) === 0) return;
  const [, , channels, kernelHeight, kernelWidth] = kernel.filterShape;
  const depth = channels * kernelHeight * kernelWidth;
  const oneTable = depth <= longestTable;
  const planes = planeTiling(kernel);
  const geometry = emitInput(context, kernel, { oneTable, byRows: planes === null });
  const panels = panelsOf(kernel.shape[2], depth);
  const packed = context.sharedScratch(panels.bytes * kernel.shape[0]);
  emitFilters(context, kernel, oneTable, panels, packed);
  context.barrier();
  if (planes) emitPlanes(context, kernel, geometry, panels, packed, planes);
  else emitRowBlocks(context, kernel, geometry, panels, packed);
}

/** Writes out what padding must be written, and tells how to read the input. */
function emitInput(
  context: KernelContext,
  { input }: Conv2dKernel,
  { oneTable, byRows }: { oneTable: boolean; byRows: boolean },
): Geometry {
  const skips = byRows && oneTable && input.interior[3] === 0;
  const padsAcross = input.shape[4] !== input.extents[4] || input.interior[4] > 0;
  const padsDown = input.shape[3] !== input.extents[3];
  const outerPadding = [0, 1, 2].some((dim) => input.shape[dim] !== input.extents[dim]);
  const view = input.view;
  const isPlain = !padsAcross && !outerPadding && (!padsDown || skips);
  if (isPlain) {
    return {
      start: (indices) => startOf(context, view, view.strides, indices),
      strides: view.strides.map((stride) => stride * 4),
      skippedTop: padsDown ? input.low[3] : 0,
      height: padsDown ? input.extents[3] : input.shape[3],
      oneTable,
    };
  }
  const written: PaddedView = skips
    ? {
        ...input,
        low: input.low.map((amount, dim) => (dim === 3 ? 0 : amount)),
        shape: input.shape.map((extent, dim) => (dim === 3 ? input.extents[3] : extent)),
      }
    : input;
  const address = context.sharedScratch(sizeOf(written.shape) * 4);
  emitPaddedCopy(context, written, address);
  const strides = contiguousStrides(written.shape).map((stride) => stride * 4);
  return {
    start: (indices) => {
      let base = address.base;
      indices.forEach((index, dim) => {
        base = i32.add(base, i32.mul(index, strides[dim]));
      });
      return { base, offset: address.offset };
    },
    strides,
    skippedTop: skips ? input.low[3] : 0,
    height: written.shape[3],
    oneTable,
  };
}

/** Packs the filters: lanes are output channels, k are taps in the order of the table. */
function emitFilters(
  context: KernelContext,
  { filters, filterShape, shape }: Conv2dKernel,
  oneTable: boolean,
  panels: Panels,
  packed: Address,
): void {
  const [, , channels, kernelHeight, kernelWidth] = filterShape;
  const strides = filters.strides.map((stride) => stride * 4);
  const c = { extent: channels, stride: strides[2] };
  const i = { extent: kernelHeight, stride: strides[3] };
  const j = { extent: kernelWidth, stride: strides[4] };
  for (let group = 0; group < shape[0]; group++) {
    const source = {
      start: startOf(context, filters, filters.strides, [i32.const(group)]),
      laneStride: strides[1],
      depth: oneTable ? [i, c, j] : [c, i, j],
    };
    const { base, offset } = packed;
    emitPack(context, source, panels, { base, offset: offset + group * panels.bytes });
  }
}

/** The table of taps, in bytes from the first. */
function tapTable(
  context: KernelContext,
  kernel: Conv2dKernel,
  { strides, oneTable }: Geometry,
): number {
  const [, , channels, kernelHeight, kernelWidth] = kernel.filterShape;
  const taps: number[] = [];
  for (let i = 0; i < kernelHeight; i++) {
    for (let c = 0; c < (oneTable ? channels : 1); c++) {
      for (let j = 0; j < kernelWidth; j++) {
        taps.push(
          i * kernel.dilation[0] * strides[3] +
            c * strides[2] +
            j * kernel.dilation[1] * strides[4],
        );
      }
    }
  }
  return context.common.table(Int32Array.from(taps));
}

interface TileCall {
  readonly panel: Panel;
  /** Bytes of the rows relative to the first. */
  readonly rowOffsets: readonly number[];
  readonly resultStride: number;
  readonly x: I32;
  readonly b: I32;
  readonly c: I32;
  readonly first: I32;
  readonly end: I32;
}

function callTile(
  context: KernelContext,
  kernel: Conv2dKernel,
  { strides, oneTable }: Geometry,
  { panel, rowOffsets, resultStride, x, b, c, first, end }: TileCall,
): void {
  const channels = kernel.filterShape[2];
  const tile = tileFunction(context.common, {
    rowOffsets,
    vectors: panel.vectors,
    step: 'table',
    resultStride,
    passStep: oneTable ? 0 : strides[2],
  });
  context.f.call(tile, x, b, c, first, end, i32.const(channels), i32.const(0));
}

/** Calls `body` with each panel's code: the whole ones share theirs. */
function withPanel(
  { f }: KernelContext,
  { list }: Panels,
  panel: I32,
  body: (panel: Panel) => void,
): void {
  const last = list[list.length - 1];
  if (list.length === 1 || last.lanes === panelLanes) {
    body(last);
    return;
  }
  f.if(
    i32.eq(panel, list.length - 1),
    () => body(last),
    () => body(list[0]),
  );
}

/** Rows of the output plane in blocks; each block is computed and stored by one thread. */
function emitRowBlocks(
  context: KernelContext,
  kernel: Conv2dKernel,
  geometry: Geometry,
  panels: Panels,
  packed: Address,
): void {
  const { f } = context;
  const [groups, batch, , height, width] = kernel.shape;
  const blockCount = Math.min(
    height,
    Math.max(
      Math.ceil((height * width) / blockPositions),
      Math.ceil(16 / (groups * batch * panels.list.length)),
    ),
  );
  const table = tapTable(context, kernel, geometry);
  const most = Math.ceil(height / blockCount) + 1;
  const block = context.localScratch(most * width * panelLanes * 4);
  const { from, to } = context.share(groups * batch * panels.list.length * blockCount);
  const task = f.local('i32');
  f.for(task, from, to, 1, () => {
    const [group, item, rowBlock, panelIndex] = decode(context, task, [
      groups,
      batch,
      blockCount,
      panels.list.length,
    ]);
    const bound = (index: I32): I32 => i32.divU(i32.mul(index, height), blockCount);
    const firstRow = f.hold(bound(rowBlock));
    const endRow = f.hold(bound(i32.add(rowBlock, 1)));
    withPanel(context, panels, panelIndex, (panel) => {
      const packedPanel = f.hold(panelAddress(packed, panels, group, panelIndex, kernel));
      const start = geometry.start([group, item]);
      const x = f.hold(flat(start));
      emitRows(context, kernel, geometry, {
        panel,
        x,
        b: packedPanel,
        c: flat(block),
        table,
        firstRow,
        endRow,
      });
      emitBlockStores(context, kernel, { panel, block, group, item, panelIndex, firstRow, endRow });
    });
  });
}

function panelAddress(
  packed: Address,
  panels: Panels,
  group: I32,
  panelIndex: I32,
  { filterShape }: Conv2dKernel,
): I32 {
  const depth = sizeOf(filterShape.slice(2));
  return i32.add(
    i32.add(flat(packed), i32.mul(group, panels.bytes)),
    i32.mul(panelIndex, depth * panelLanes * 4),
  );
}

interface RowsCall {
  readonly panel: Panel;
  /** Address of the input's item. */
  readonly x: I32;
  readonly b: I32;
  readonly c: I32;
  readonly table: number;
  readonly firstRow: I32;
  readonly endRow: I32;
}

/** Computes rows firstRow to endRow - 1 of one item and panel into the block. */
function emitRows(
  context: KernelContext,
  kernel: Conv2dKernel,
  geometry: Geometry,
  { panel, x, b, c, table, firstRow, endRow }: RowsCall,
): void {
  const { f } = context;
  const width = kernel.shape[4];
  const [, , channels, kernelHeight, kernelWidth] = kernel.filterShape;
  const { strides, skippedTop, height: inputHeight } = geometry;
  const tapRow = (geometry.oneTable ? channels : 1) * kernelWidth;
  const resultStride = panel.vectors * 16;
  const dilation = kernel.dilation[0];
  const row = f.local('i32');
  f.for(row, firstRow, endRow, 1, () => {
    const top = f.hold(i32.sub(i32.mul(row, kernel.stride[0]), skippedTop));
    const firstTap = f.local('i32');
    const endTap = f.local('i32');
    f.set(firstTap, i32.const(0));
    f.set(endTap, i32.const(kernelHeight));
    const lastTop = (kernel.shape[3] - 1) * kernel.stride[0] - skippedTop;
    if (skippedTop > 0) {
      // The first row of taps at or below row 0.
      f.if(i32.ltS(top, 0), () =>
        f.set(firstTap, i32.divU(i32.add(i32.sub(i32.const(0), top), dilation - 1), dilation)),
      );
    }
    if (lastTop + (kernelHeight - 1) * dilation >= inputHeight) {
      const below = i32.add(i32.sub(i32.const(inputHeight - 1), top), dilation);
      const held = f.hold(below);
      const count = i32.select(i32.ltS(held, 0), i32.const(0), i32.divU(held, dilation));
      f.set(endTap, i32.min(endTap, f.hold(count)));
      f.if(i32.ltS(endTap, firstTap), () => f.set(endTap, firstTap));
    }
    const rowX = f.hold(i32.add(x, i32.mul(top, strides[3])));
    const rowC = f.hold(i32.add(c, i32.mul(i32.sub(row, firstRow), width * resultStride)));
    const rowB = f.hold(i32.add(b, i32.mul(firstTap, tapRow * resultStride)));
    const first = f.hold(i32.add(i32.const(table), i32.mul(firstTap, tapRow * 4)));
    const end = f.hold(i32.add(i32.const(table), i32.mul(endTap, tapRow * 4)));
    const step = kernel.stride[1] * strides[4];
    let column = 0;
    for (const rows of splitRows(width, tileRows(context.common.features, panel.vectors))) {
      callTile(context, kernel, geometry, {
        panel,
        rowOffsets: Array.from({ length: rows }, (_, r) => r * step),
        resultStride,
        x: i32.add(rowX, i32.const(column * step)),
        b: rowB,
        c: i32.add(rowC, column * resultStride),
        first,
        end,
      });
      column += rows;
    }
  });
}

interface BlockStores {
  readonly panel: Panel;
  readonly block: Address;
  readonly group: I32;
  readonly item: I32;
  readonly panelIndex: I32;
  readonly firstRow: I32;
  readonly endRow: I32;
}

/** Stores a finished block, channel by channel. */
function emitBlockStores(
  context: KernelContext,
  { shape, stores }: Conv2dKernel,
  { panel, block, group, item, panelIndex, firstRow, endRow }: BlockStores,
): void {
  const { f } = context;
  const width = shape[4];
  const views = viewsOf(stores);
  const nest = nestOf(shape.slice(3), views, { firstDim: 3 });
  const merged = nest.shape.length === 1;
  const resultStride = panel.vectors * 4;
  const rows = i32.sub(endRow, firstRow);
  const lane = f.local('i32');
  f.for(lane, 0, panel.lanes, 1, () => {
    const channel = f.hold(i32.add(i32.mul(panelIndex, panelLanes), lane));
    const storeRun = (row: I32, blockRow: I32, count: I32 | number): void => {
      const accesses = accessesOf(
        views,
        (view) => startOf(context, view, view.strides, [group, item, channel, row]),
        (view) => strideAlong(nest.strides, view),
      );
      const base = f.hold(
        i32.add(
          i32.add(flat(block), i32.mul(blockRow, width * resultStride * 4)),
          i32.mul(lane, 4),
        ),
      );
      const code = new VectorCode(context, accesses, (position) =>
        loadVector(context, { base, offset: 0, stride: resultStride }, 'float32', position),
      );
      code.hoist(stores.map(({ value }) => value));
      vectorLoop(context, 0, count, (position) => code.store(stores, position));
    };
    if (merged) {
      const runs = nest.shape[0] === 1 ? rows : i32.mul(rows, width);
      return storeRun(firstRow, i32.const(0), f.hold(runs));
    }
    const row = f.local('i32');
    f.for(row, firstRow, endRow, 1, () => storeRun(row, f.hold(i32.sub(row, firstRow)), width));
  });
}

const strideAlong = (strides: ReadonlyMap<Strided, readonly number[]>, view: Strided): number => {
  const list = strides.get(view)!;
  return list[list.length - 1];
};

/** Small planes: `items` of the batch at once, all their positions in tiles. */
interface PlaneTiling {
  readonly items: number;
  readonly positions: number;
}

/** How to tile planes too small for rows, or null where rows are long enough. */
function planeTiling({ shape }: Conv2dKernel): PlaneTiling | null {
  const [, batch, , height, width] = shape;
  const plane = height * width;
  if (plane > smallPlane || (width >= 4 && plane > 25)) return null;
  let items = 1;
  for (let divisor = 2; divisor <= batch && divisor * plane <= 32; divisor++) {
    if (batch % divisor === 0) items = divisor;
  }
  return { items, positions: items * plane };
}

/** Computes whole planes, tile by tile, into shared memory, and stores them afterwards. */
function emitPlanes(
  context: KernelContext,
  kernel: Conv2dKernel,
  geometry: Geometry,
  panels: Panels,
  packed: Address,
  { items, positions }: PlaneTiling,
): void {
  const { f, common } = context;
  const [groups, batch, channels, height, width] = kernel.shape;
  const { strides } = geometry;
  const units = groups * (batch / items) * panels.list.length;
  const vectors = panels.list[0].vectors;
  // Few units are shared among threads by their tiles: an even number then splits evenly.
  const tiles = splitRows(positions, tileRows(common.features, vectors), units < 8 ? 2 : 1);
  const lanes = roundUp(channels, panelLanes);
  const result = context.sharedScratch(groups * batch * height * width * lanes * 4);
  const table = tapTable(context, kernel, geometry);
  const [, , inputChannels, kernelHeight, kernelWidth] = kernel.filterShape;
  const taps = (geometry.oneTable ? inputChannels : 1) * kernelHeight * kernelWidth;
  const offsetOf = (position: number): number => {
    const column = position % width;
    const row = Math.floor(position / width) % height;
    const item = Math.floor(position / (width * height));
    return (
      item * strides[1] +
      row * kernel.stride[0] * strides[3] +
      column * kernel.stride[1] * strides[4]
    );
  };

  const { from, to } = context.share(units * tiles.length);
  const task = f.local('i32');
  f.for(task, from, to, 1, () => {
    const [group, unit, panelIndex, tileIndex] = decode(context, task, [
      groups,
      batch / items,
      panels.list.length,
      tiles.length,
    ]);
    const firstItem = f.hold(i32.mul(unit, items));
    const x = f.hold(flat(geometry.start([group, firstItem])));
    const b = f.hold(panelAddress(packed, panels, group, panelIndex, kernel));
    const position = i32.mul(i32.add(i32.mul(group, batch), firstItem), height * width);
    const c = f.hold(
      i32.add(
        i32.add(flat(result), i32.mul(position, lanes * 4)),
        i32.mul(panelIndex, panelLanes * 4),
      ),
    );
    withPanel(context, panels, panelIndex, (panel) => {
      let first = 0;
      tiles.forEach((rows, t) => {
        const begin = first;
        first += rows;
        f.if(i32.eq(tileIndex, t), () =>
          callTile(context, kernel, geometry, {
            panel,
            rowOffsets: Array.from(
              { length: rows },
              (_, r) => offsetOf(begin + r) - offsetOf(begin),
            ),
            resultStride: lanes * 4,
            x: i32.add(x, i32.const(offsetOf(begin))),
            b,
            c: i32.add(c, i32.const(begin * lanes * 4)),
            first: i32.const(table),
            end: i32.const(table + taps * 4),
          }),
        );
      });
    });
  });
  context.barrier();
  const plane = height * width * lanes;
  emitStoresFrom(context, kernel, {
    address: result,
    strides: [batch * plane, plane, 1, width * lanes, lanes],
  });
}
