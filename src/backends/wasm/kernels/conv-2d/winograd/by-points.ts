/**
 * Convolution in tiles, point by point, for more filters than a cache holds: all tiles (or as many as a
 * cache holds) are transformed, then threads take points, so that each filter is read once; then the
 * sums are transformed and stored.
 */

import type { Conv2dKernel } from '../../../../plan.js';
import { type I32, i32 } from '../../../assembler.js';
import { type Address, flat, type KernelContext, roundUp } from '../../../kernel-context.js';
import { coveringTile, emitProducts } from '../../../products.js';
import { decode, forEachIndex, startOf } from '../../../rows.js';
import { splitRows, tileRows } from '../../../tile.js';
import { multiplyAdds } from '../taps.js';
import { tileStages } from './tile-stages.js';
import type { Tiling } from './tiling.js';

/** Bytes of transformed input and sums at the most. */
const mostBytes = 8 * 1024 * 1024;
/** Rows of a product that a thread takes at once: their input stays in its cache. */
const mostRows = 96;

export function emitByPoints(
  context: KernelContext,
  kernel: Conv2dKernel,
  tiling: Tiling,
  filters: Address,
): void {
  const { f, common } = context;
  const { tilesDown, tilesAcross } = tiling;
  const [, batch, outputs] = kernel.shape;
  const channels = kernel.filterShape[2];
  const stages = tileStages(context, kernel, tiling);
  const { points, depth, dataStride, sumStride, emitTileRow, emitFinishedRow } = stages;

  const tileRowCount = batch * tilesDown;
  const tileRowBytes = tilesAcross * (dataStride + sumStride);
  const slabs = splitRows(tileRowCount, Math.max(1, Math.floor(mostBytes / tileRowBytes)));
  const tiles = Math.max(...slabs) * tilesAcross;
  const tile = coveringTile(tiles, tileRows(common.features, 2));
  const rows = roundUp(tiles, tile);
  const rowBlocks = Math.ceil(rows / tile / Math.ceil(mostRows / tile));
  const data = context.sharedScratch(rows * dataStride);
  const sums = context.sharedScratch(rows * sumStride);
  const repeats = slabs.length > 1;
  const inputQuads = channels / 4;
  const outputQuads = Math.ceil(outputs / 4);

  const slab = f.local('i32');
  f.for(slab, 0, slabs.length, 1, () => {
    const bound = (index: I32): I32 => f.hold(i32.divU(i32.mul(index, tileRowCount), slabs.length));
    const first = bound(slab);
    const count = f.hold(i32.sub(bound(i32.add(slab, 1)), first));
    const mostTileRows = Math.max(...slabs);
    const shared = (quads: number, cost: number, body: (row: I32, quad: I32) => void): void =>
      context.forEachTask({ count: mostTileRows * quads, cost, repeats }, (task) => {
        const [row, quad] = decode(context, task, [mostTileRows, quads]);
        f.if(i32.ltS(row, count), () => body(row, quad));
      });
    const placeOf = (row: I32): readonly I32[] =>
      decode(context, f.hold(i32.add(first, row)), [batch, tilesDown]);

    shared(inputQuads, tiles * depth * points, (row, quad) => {
      const { view } = kernel.input;
      const [item, rowOfTiles] = placeOf(row);
      const indices = [i32.const(0), item, i32.mul(quad, 4)];
      const plane = f.hold(flat(startOf(context, view, view.strides, indices)));
      const place = i32.add(i32.mul(row, tilesAcross * dataStride), i32.mul(quad, 16));
      emitTileRow(plane, stages.topOf(rowOfTiles), f.hold(i32.add(flat(data), place)));
    });
    context.barrier();

    const used = f.hold(i32.mul(count, tilesAcross));
    const work = { count: points * rowBlocks, cost: multiplyAdds(kernel), repeats };
    forEachIndex(context, work, [points, rowBlocks], ([point, rowBlock]) => {
      const usedTiles = f.hold(i32.divU(i32.add(used, tile - 1), tile));
      const part = (index: I32): I32 =>
        f.hold(i32.mul(i32.divU(i32.mul(index, usedTiles), rowBlocks), tile));
      const firstRow = part(rowBlock);
      const operands = stages.operandsOf(point, { data, sums, filters });
      const result = i32.add(flat(operands.result), i32.mul(firstRow, i32.const(sumStride)));
      emitProducts(context, {
        ...operands,
        ...{ tile, rows, firstRow, endRow: part(i32.add(rowBlock, 1)) },
        result: { base: f.hold(result), offset: 0 },
      });
    });
    context.barrier();

    shared(outputQuads, tiles * outputs * points, (row, quad) => {
      const [item, rowOfTiles] = placeOf(row);
      const place = i32.add(i32.mul(row, tilesAcross * sumStride), i32.mul(quad, 16));
      emitFinishedRow(f.hold(i32.add(flat(sums), place)), item, rowOfTiles, quad);
    });
    if (repeats) context.barrier();
  });
}
