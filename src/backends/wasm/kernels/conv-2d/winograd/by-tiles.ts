/**
 * Convolution in tiles, block by block: a thread takes some rows of tiles, transforms their input,
 * multiplies it with the transformed filters, a matrix product for each point, and transforms and
 * stores the sums. Everything but the filters is in memory of its own and stays in its cache.
 */

import type { Conv2dKernel } from '../../../../plan.js';
import { type I32, i32 } from '../../../assembler.js';
import { type Address, flat, type KernelContext, roundUp } from '../../../kernel-context.js';
import { emitProducts, tileSize } from '../../../products.js';
import { decode, startOf } from '../../../rows.js';
import { tileRows } from '../../../tile.js';
import { multiplyAdds } from '../taps.js';
import { tileStages } from './tile-stages.js';
import type { Tiling } from './tiling.js';

/** Tiles that a thread computes together: more of them read the filters less often. */
const blockTiles = 32;
/** Tasks that there should be, so that threads are done at the same time. */
const fewTasks = 8;

export function emitByTiles(
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
  const { points, dataStride, sumStride, emitTileRow, emitFinishedRow } = stages;
  context.barrier();

  const tileRowCount = batch * tilesDown;
  const most = Math.max(1, Math.round(blockTiles / tilesAcross));
  const blocks = Math.max(Math.ceil(tileRowCount / most), Math.min(tileRowCount, fewTasks));
  const tiles = Math.ceil(tileRowCount / blocks) * tilesAcross;
  const tile = tileSize(tiles, tileRows(common.features, 2));
  const rows = roundUp(tiles, tile);

  const data = context.localScratch(rows * dataStride);
  const sums = context.localScratch(rows * sumStride);

  context.forEachTask({ count: blocks, cost: multiplyAdds(kernel) }, (block) => {
    const bound = (index: I32): I32 => f.hold(i32.divU(i32.mul(index, tileRowCount), blocks));
    const first = bound(block);
    const end = bound(i32.add(block, 1));
    const tileRow = f.local('i32');
    const quad = f.local('i32');
    const ownRow = (stride: number): I32 =>
      i32.mul(i32.sub(tileRow, first), i32.const(tilesAcross * stride));

    f.for(tileRow, first, end, 1, () => {
      const { view } = kernel.input;
      const [item, rowOfTiles] = decode(context, tileRow, [batch, tilesDown]);
      const top = stages.topOf(rowOfTiles);
      const plane = f.hold(flat(startOf(context, view, view.strides, [i32.const(0), item])));
      const target = f.hold(i32.add(flat(data), ownRow(dataStride)));
      f.for(quad, 0, channels / 4, 1, () => {
        emitTileRow(plane, top, target);
        f.set(plane, i32.add(plane, i32.const(4 * view.strides[2] * 4)));
        f.set(target, i32.add(target, 16));
      });
    });

    const used = f.hold(i32.mul(i32.sub(end, first), tilesAcross));
    const endRow = f.hold(i32.mul(i32.divU(i32.add(used, tile - 1), tile), tile));
    const point = f.local('i32');
    f.for(point, 0, points, 1, () =>
      emitProducts(context, {
        ...stages.operandsOf(point, { data, sums, filters }),
        ...{ tile, rows, firstRow: i32.const(0), endRow },
      }),
    );

    f.for(tileRow, first, end, 1, () => {
      const [item, rowOfTiles] = decode(context, tileRow, [batch, tilesDown]);
      const source = f.hold(i32.add(flat(sums), ownRow(sumStride)));
      f.for(quad, 0, Math.ceil(outputs / 4), 1, () => {
        emitFinishedRow(source, item, rowOfTiles, quad);
        f.set(source, i32.add(source, 16));
      });
    });
  });
}
