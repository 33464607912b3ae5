/**
 * Filter gradients in tiles: the long filters (the gradients that arrive) are cut into tiles of 4 x 4
 * taps, and the sums over all tiles are taken between the transforms. Input and filters of as many tiles
 * as a cache holds are transformed, then threads take points.
 */

import type { Conv2dKernel } from '../../../../plan.js';
import { type I32, i32 } from '../../../assembler.js';
import { type Address, flat, type KernelContext } from '../../../kernel-context.js';
import { panelsOf } from '../../../pack.js';
import { emitProducts } from '../../../products.js';
import { decode, forEachIndex, startOf } from '../../../rows.js';
import { panelLanes, splitRows } from '../../../tile.js';
import { emitStoresFrom } from '../../two-steps.js';
import { multiplyAdds } from '../taps.js';
import { tileRowEmitter } from './tile-rows.js';
import { transformBytes, transformFunction } from './tile-transform.js';
import { paddingBytes, stripOf, type Tiling, tileStep } from './tiling.js';

/** Bytes of transformed input and filters at the most. */
const mostBytes = 8 * 1024 * 1024;
/** Rows of a product that a thread takes at once. */
const mostRows = 64;
/** Rows of a register tile: the channels of one vector. */
const tileChannels = 4;

export function emitFilterGradient(
  context: KernelContext,
  kernel: Conv2dKernel,
  tiling: Tiling,
): void {
  const { f, common } = context;
  const { correlation, spacing, tilesDown, tilesAcross } = tiling;
  const { input, filters, filterShape } = kernel;
  const points = correlation.size ** 2;
  const phases = spacing ** 2;
  const [, inputs, outputs, side] = kernel.shape;
  const [, , batch, filterHeight, filterWidth] = filterShape;
  const rows = inputs * phases;
  const inputQuads = inputs / tileChannels;
  const outputQuads = outputs / 4;

  const tileRowCount = batch * tilesDown;
  const tileRowBytes = points * tilesAcross * (rows + outputs) * 4;
  const slabs = splitRows(tileRowCount, Math.max(1, Math.floor(mostBytes / tileRowBytes)));
  const mostTileRows = Math.max(...slabs);
  const depth = mostTileRows * tilesAcross;
  const repeats = slabs.length > 1;

  // Input: [point][phase, four channels][tile][4]; filters: panels of [tile][8] for each point.
  const quadStride = depth * 16 + paddingBytes;
  const pointStride = phases * inputQuads * quadStride + paddingBytes;
  const data = context.sharedScratch(points * pointStride);
  const panels = panelsOf(outputs, depth);
  const filterPointStride = panels.bytes + paddingBytes;
  const transformed = context.sharedScratch(points * filterPointStride);
  const sumStride = outputs * 4;
  const sumPointStride = rows * sumStride + paddingBytes;
  const sums = context.sharedScratch(points * sumPointStride);
  const emitInputRow = tileRowEmitter(context, {
    strip: stripOf(kernel, tiling, 1),
    matrix: correlation.dataMatrix,
    ...{ spacing, tilesAcross, tileStride: 16, phaseStride: inputQuads * quadStride, pointStride },
  });
  const emitFilterRow = tileRowEmitter(context, {
    strip: {
      channelStride: filters.strides[1] * 4,
      rowStride: filters.strides[3] * 4,
      ...{ height: filterHeight, width: filterWidth, left: 0 },
      ...{ rows: tileStep, columns: tilesAcross * tileStep },
    },
    matrix: correlation.tapMatrix,
    ...{ spacing: 1, tilesAcross, tileStride: panelLanes * 4, phaseStride: 0 },
    pointStride: filterPointStride,
  });

  const slab = f.local('i32');
  f.for(slab, 0, slabs.length, 1, () => {
    const bound = (index: I32): I32 => f.hold(i32.divU(i32.mul(index, tileRowCount), slabs.length));
    const first = bound(slab);
    const count = f.hold(i32.sub(bound(i32.add(slab, 1)), first));
    const quads = inputQuads + outputQuads;
    const cost = depth * points * (rows + outputs);
    context.forEachTask({ count: mostTileRows * quads, cost, repeats }, (task) => {
      const [row, quad] = decode(context, task, [mostTileRows, quads]);
      const place = f.hold(i32.add(first, row));
      const [item, down] = decode(context, place, [batch, tilesDown]);
      const top = f.hold(i32.mul(down, tileStep));
      const k = f.hold(i32.mul(row, tilesAcross));
      const zero = i32.const(0);
      f.if(i32.ltS(row, count), () =>
        f.if(
          i32.ltS(quad, inputQuads),
          () => {
            const channel = i32.mul(quad, tileChannels);
            const start = startOf(context, input.view, input.view.strides, [zero, channel, item]);
            const target = i32.add(i32.mul(quad, quadStride), i32.mul(k, 16));
            const firstRow = i32.sub(i32.mul(top, spacing), i32.const(input.low[3]));
            emitInputRow(flat(start), firstRow, f.hold(i32.add(flat(data), target)));
          },
          () => {
            const own = f.hold(i32.sub(quad, inputQuads));
            const channel = i32.mul(own, 4);
            const start = startOf(context, filters, filters.strides, [zero, channel, item]);
            const panel = f.hold(i32.divU(own, 2));
            const inPanel = i32.mul(i32.sub(own, i32.mul(panel, 2)), 16);
            const target = i32.add(
              i32.add(i32.mul(panel, depth * panelLanes * 4), inPanel),
              i32.mul(k, panelLanes * 4),
            );
            emitFilterRow(flat(start), top, f.hold(i32.add(flat(transformed), target)));
          },
        ),
      );
    });
    context.barrier();

    const rowBlocks = Math.ceil(rows / mostRows);
    const work = { count: points * rowBlocks, cost: multiplyAdds(kernel), repeats };
    forEachIndex(context, work, [points, rowBlocks], ([point, rowBlock]) => {
      const ofPoint = (start: Address, stride: number): I32 =>
        i32.add(flat(start), i32.mul(point, i32.const(stride)));
      const held = (address: I32): Address => ({ base: f.hold(address), offset: 0 });
      const firstRow = f.hold(i32.mul(rowBlock, mostRows));
      const endRow = i32.min(f.hold(i32.add(firstRow, mostRows)), i32.const(rows));
      emitProducts(context, {
        a: held(ofPoint(data, pointStride)),
        ...{ rowStride: quadStride / tileChannels, tileRowStride: 4, depthStride: 16 },
        packed: held(ofPoint(transformed, filterPointStride)),
        ...{ panels, depth, depthUsed: f.hold(i32.mul(count, tilesAcross)) },
        ...{ tile: tileChannels, rows, firstRow, endRow: f.hold(endRow) },
        ...{ firstPanel: i32.const(0), endPanel: i32.const(panels.list.length) },
        result: held(i32.add(ofPoint(sums, sumPointStride), i32.mul(firstRow, sumStride))),
        ...{ resultStride: sumStride, accumulate: slab },
      });
    });
    context.barrier();
  });

  const plane = side * side * outputs;
  const result = context.sharedScratch(inputs * plane * 4);
  const memory = f.hold(flat(context.localScratch(transformBytes)));
  const transform = transformFunction(common, {
    matrix: correlation.resultMatrix,
    source: { row: correlation.size * sumPointStride, column: sumPointStride },
    target: { row: spacing * side * outputs * 4, column: spacing * outputs * 4 },
  });
  const work = { count: rows * outputQuads, cost: rows * outputs * points };
  const extents = [spacing, spacing, inputs, outputQuads];
  forEachIndex(context, work, extents, ([down, across, channel, quad], position) => {
    const source = f.hold(i32.add(flat(sums), i32.mul(position, 16)));
    const inPlane = i32.add(i32.mul(down, side * outputs * 4), i32.mul(across, outputs * 4));
    const place = i32.add(i32.mul(channel, plane * 4), i32.mul(quad, 16));
    const target = i32.add(i32.add(flat(result), place), inPlane);
    f.call(transform, source, target, memory);
  });
  context.barrier();
  emitStoresFrom(context, kernel, {
    address: result,
    strides: [inputs * plane, plane, 1, side * outputs, outputs],
  });
}
