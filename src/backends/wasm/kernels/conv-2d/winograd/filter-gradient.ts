/**
 * Filter gradients in tiles: the long filters (the gradients that arrive) are cut into tiles
 * of taps, and the sums over all tiles are taken between the transforms. Input and filters of as many
 * tiles as a cache holds are transformed, then threads take points.
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
import { pointRanges } from './point-ranges.js';
import { tileRowEmitter } from './tile-rows.js';
import { transformBytes, transformFunction } from './tile-transform.js';
import { paddingBytes, stripOf, type Tiling } from './tiling.js';

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
  const { step, down, across, spacing, phases, tilesDown, tilesAcross } = tiling;
  const { input, filters, filterShape } = kernel;
  const points = down.size * across.size;
  const [, inputs, outputs, height, width] = kernel.shape;
  const [, , batch, filterHeight, filterWidth] = filterShape;
  const rows = inputs * phases.length;
  const rowsOf = pointRanges(context, tiling, inputs);
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
  const pointStride = phases.length * inputQuads * quadStride + paddingBytes;
  const data = context.sharedScratch(points * pointStride);
  const panels = panelsOf(outputs, depth);
  const filterPointStride = panels.bytes + paddingBytes;
  const transformed = context.sharedScratch(points * filterPointStride);
  const sumPointStride = outputs * 4 + paddingBytes;
  const sumStride = points * sumPointStride + paddingBytes;
  const sums = context.sharedScratch(rows * sumStride);
  const emitInputRow = tileRowEmitter(context, {
    strip: stripOf(kernel, tiling, 1),
    ...{ down: down.dataMatrix, across: across.dataMatrix, phases },
    ...{
      step,
      spacing,
      tilesAcross,
      tileStride: 16,
      phaseStride: inputQuads * quadStride,
      pointStride,
    },
  });
  const emitFilterRow = tileRowEmitter(context, {
    strip: {
      channelStride: filters.strides[1] * 4,
      rowStride: filters.strides[3] * 4,
      ...{ height: filterHeight, width: filterWidth, left: 0 },
      ...{ rows: step, columns: tilesAcross * step },
    },
    ...{ down: down.tapMatrix, across: across.tapMatrix, phases: [{ row: 0, column: 0 }] },
    ...{ step, spacing: 1, tilesAcross, tileStride: panelLanes * 4, phaseStride: 0 },
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
      const [item, rowOfTiles] = decode(context, place, [batch, tilesDown]);
      const top = f.hold(i32.mul(rowOfTiles, step));
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
      const endRow = f.hold(i32.min(f.hold(i32.add(firstRow, mostRows)), i32.const(rows)));
      const needed = rowsOf?.(point);
      if (needed) {
        f.set(firstRow, i32.max(firstRow, needed.first));
        f.set(endRow, i32.min(endRow, needed.end));
      }
      emitProducts(context, {
        a: held(ofPoint(data, pointStride)),
        ...{ rowStride: quadStride / tileChannels, tileRowStride: 4, depthStride: 16 },
        packed: held(ofPoint(transformed, filterPointStride)),
        ...{
          panels,
          depth,
          depths: { first: i32.const(0), end: f.hold(i32.mul(count, tilesAcross)) },
        },
        ...{ tile: tileChannels, rows, firstRow, endRow },
        ...{ firstPanel: i32.const(0), endPanel: i32.const(panels.list.length) },
        result: held(i32.add(ofPoint(sums, sumPointStride), i32.mul(firstRow, sumStride))),
        ...{ resultStride: sumStride, accumulate: slab },
      });
    });
    context.barrier();
  });

  const plane = height * width * outputs;
  const result = context.sharedScratch(inputs * plane * 4);
  const memory = f.hold(flat(context.localScratch(transformBytes)));
  // A phase may have a result less than the others.
  const transforms = phases.map((phase) =>
    transformFunction(common, {
      down: down.resultMatrix.slice(0, phase.down),
      across: across.resultMatrix.slice(0, phase.across),
      source: { row: across.size * sumPointStride, column: sumPointStride },
      target: { row: spacing * width * outputs * 4, column: spacing * outputs * 4 },
    }),
  );
  const work = { count: inputs * outputQuads, cost: rows * outputs * points };
  forEachIndex(context, work, [inputs, outputQuads], ([channel, quad]) => {
    const ofChannel = i32.add(i32.mul(channel, sumStride), i32.mul(quad, 16));
    const source = f.hold(i32.add(flat(sums), ofChannel));
    const place = i32.add(i32.mul(channel, plane * 4), i32.mul(quad, 16));
    const target = f.hold(i32.add(flat(result), place));
    phases.forEach(({ row, column }, phase) => {
      const offset = (row * width + column) * outputs * 4;
      f.call(transforms[phase], source, i32.add(target, i32.const(offset)), memory);
      f.set(source, i32.add(source, i32.const(inputs * sumStride)));
    });
  });
  context.barrier();
  emitStoresFrom(context, kernel, {
    address: result,
    strides: [inputs * plane, plane, 1, width * outputs, outputs],
  });
}
