/**
 * The stages of a convolution in tiles, whoever takes them in which order: tiles of input are transformed,
 * multiplied with the transformed filters point by point, and their sums are finished.
 */

import type { Conv2dKernel } from '../../../../plan.js';
import { type I32, i32 } from '../../../assembler.js';
import { type Address, flat, type KernelContext, roundUp } from '../../../kernel-context.js';
import type { Products } from '../../../products.js';
import { panelLanes } from '../../../tile.js';
import { filterLayout } from './filters.js';
import { type EmitFinishedRow, finishedRowEmitter } from './finished-rows.js';
import { pointRanges } from './point-ranges.js';
import { type EmitTileRow, tileRowEmitter } from './tile-rows.js';
import { paddingBytes, stripOf, type Tiling } from './tiling.js';

/** Memory: transformed input and sums [tile][point][channel], and the transformed filters. */
export interface TileMemory {
  readonly data: Address;
  readonly sums: Address;
  readonly filters: Address;
}

export interface TileStages {
  readonly points: number;
  /** Channels of all phases. */
  readonly depth: number;
  /** Bytes from one tile to the next in the transformed input, and in the sums. */
  readonly dataStride: number;
  readonly sumStride: number;
  readonly emitTileRow: EmitTileRow;
  readonly emitFinishedRow: EmitFinishedRow;
  /** The row of the input that a row of tiles begins with. */
  readonly topOf: (rowOfTiles: I32) => I32;
  /** What the product for a point multiplies, but for the rows of it. */
  readonly operandsOf: (
    point: I32,
    memory: TileMemory,
  ) => Omit<Products, 'tile' | 'rows' | 'firstRow' | 'endRow'>;
}

export function tileStages(
  context: KernelContext,
  kernel: Conv2dKernel,
  tiling: Tiling,
): TileStages {
  const { f } = context;
  const { step, down, across, spacing, phases, tilesAcross } = tiling;
  const points = down.size * across.size;
  const channels = kernel.filterShape[2];
  const depth = channels * phases.length;
  const { panels, pointStride: filterStride } = filterLayout(kernel, tiling);
  const depthsOf = pointRanges(context, tiling, channels);
  const pointStride = depth * 4 + paddingBytes;
  const dataStride = points * pointStride + paddingBytes;
  const sumPointStride = roundUp(kernel.shape[2], panelLanes) * 4 + paddingBytes;
  const sumStride = points * sumPointStride + paddingBytes;
  const emitTileRow = tileRowEmitter(context, {
    strip: stripOf(kernel, tiling, 2),
    ...{ down: down.dataMatrix, across: across.dataMatrix, phases },
    ...{ step, spacing, tilesAcross, tileStride: dataStride, phaseStride: channels * 4 },
    pointStride,
  });
  const layout = { tileStride: sumStride, pointStride: sumPointStride };
  return {
    ...{ points, depth, dataStride, sumStride, emitTileRow },
    emitFinishedRow: finishedRowEmitter(context, kernel, tiling, layout),
    topOf: (rowOfTiles) =>
      f.hold(i32.sub(i32.mul(rowOfTiles, step * spacing), i32.const(kernel.input.low[3]))),
    operandsOf: (point, { data, sums, filters }) => {
      const ofPoint = (start: Address, stride: number): Address => ({
        base: f.hold(i32.add(flat(start), i32.mul(point, i32.const(stride)))),
        offset: 0,
      });
      return {
        ...{ a: ofPoint(data, pointStride), rowStride: dataStride, depthStride: 4 },
        ...{ packed: ofPoint(filters, filterStride), panels, depth, depths: depthsOf?.(point) },
        ...{ firstPanel: i32.const(0), endPanel: i32.const(panels.list.length) },
        ...{ result: ofPoint(sums, sumPointStride), resultStride: sumStride },
      };
    },
  };
}
