/**
 * Convolution over several items of the batch at once: the rows of a register tile are the same
 * position in up to six items. They all meet the same taps, so no tap in the padding is ever computed
 * and no padding is written out.
 */

import { type I32, i32 } from '../../assembler.js';
import { flat, type KernelContext } from '../../kernel-context.js';
import type { Panel } from '../../pack.js';
import { decode } from '../../rows.js';
import { panelLanes, splitRows, tileRows } from '../../tile.js';
import { emitBlockStores, panelMemory } from './block-stores.js';
import {
  type Convolution,
  callTile,
  multiplyAdds,
  panelAddress,
  tapAxis,
  tapsInside,
  tapTable,
  withPanel,
} from './taps.js';

/** Positions of each item that a thread computes before it stores them. */
const blockPositions = 256;
/** Bytes of the items' input that should stay in the first-level cache. */
const cacheBytes = 36 * 1024;
/** A pass over a clipped row of taps should take at least as many steps. */
const shortestPass = 24;

/** Whether the batch is large and the planes small enough. */
export function suitsItems({ shape, filterShape, input }: Convolution['kernel']): boolean {
  const [, batch, , , width] = shape;
  const [, , channels, kernelHeight, kernelWidth] = filterShape;
  const padded = input.shape.some((extent, dim) => extent !== input.extents[dim]);
  const rows = 4;
  const touched = rows * channels * kernelHeight * input.shape[4] * 4;
  // Planes a multiple of this many bytes apart compete for a few sets of the cache.
  const collides = [1, 2].some((dim) => (input.view.strides[dim] * 4) % 1024 === 0);
  if (batch < rows || touched > cacheBytes || collides) return false;
  return padded ? channels * kernelWidth >= shortestPass : width % rows !== 0;
}

export function emitByItems(context: KernelContext, convolution: Convolution): void {
  const { f } = context;
  const { kernel, panels } = convolution;
  const [groups, batch, , height, width] = kernel.shape;
  const lanes = Math.max(...panels.list.map(({ vectors }) => vectors * 4));
  const mostItems = tileRows(context.common.features, lanes / 4);
  const sizes = splitRows(batch, mostItems);
  const blockCount = Math.min(height, Math.ceil((height * width) / blockPositions));
  const mostRows = Math.ceil(height / blockCount);
  const itemBytes = mostRows * width * lanes * 4;
  const memory = context.localScratch(Math.max(...sizes) * itemBytes);
  const table = tapTable(context, convolution);
  context.forEachTask(
    { count: groups * sizes.length * blockCount * panels.list.length, cost: multiplyAdds(kernel) },
    (task) => {
      const [group, unit, rowBlock, panelIndex] = decode(context, task, [
        groups,
        sizes.length,
        blockCount,
        panels.list.length,
      ]);
      const part = (index: I32, whole: number, parts: number): I32 =>
        f.hold(i32.divU(i32.mul(index, whole), parts));
      const firstItem = part(unit, batch, sizes.length);
      const endItem = part(i32.add(unit, 1), batch, sizes.length);
      const firstRow = part(rowBlock, height, blockCount);
      const endRow = part(i32.add(rowBlock, 1), height, blockCount);
      withPanel(context, panels, panelIndex, (panel) => {
        const x = f.hold(flat(convolution.input.start([group, firstItem])));
        const b = f.hold(panelAddress(convolution, group, panelIndex));
        const positions = { panel, x, b, c: flat(memory), table, firstRow, endRow, itemBytes };
        const [most, least] = [Math.max(...sizes), Math.min(...sizes)];
        const items = i32.sub(endItem, firstItem);
        if (most === least) emitPositions(context, convolution, { ...positions, items: most });
        else {
          f.if(
            i32.eq(items, most),
            () => emitPositions(context, convolution, { ...positions, items: most }),
            () => emitPositions(context, convolution, { ...positions, items: least }),
          );
        }
        const item = f.local('i32');
        f.for(item, firstItem, endItem, 1, () => {
          const start = i32.mul(i32.sub(item, firstItem), itemBytes);
          const own = { base: f.hold(i32.add(flat(memory), start)), offset: 0 };
          emitBlockStores(context, kernel, {
            firstChannel: f.hold(i32.mul(panelIndex, panelLanes)),
            channels: panel.lanes,
            memory: panelMemory(own, width, panel),
            ...{ group, item, firstRow, endRow },
          });
        });
      });
    },
  );
}

interface Positions {
  readonly panel: Panel;
  /** Address of the first item's input. */
  readonly x: I32;
  readonly b: I32;
  readonly c: I32;
  readonly table: number;
  readonly firstRow: I32;
  readonly endRow: I32;
  readonly items: number;
  /** Bytes of one item's results. */
  readonly itemBytes: number;
}

/** Computes all positions of rows firstRow to endRow - 1 for `items` items. */
function emitPositions(
  context: KernelContext,
  convolution: Convolution,
  { panel, x, b, c, table, firstRow, endRow, items, itemBytes }: Positions,
): void {
  const { f } = context;
  const { kernel, input } = convolution;
  const width = kernel.shape[4];
  const [, , channels, kernelHeight, kernelWidth] = kernel.filterShape;
  const laneBytes = panel.vectors * 16;
  const rowOffsets = Array.from({ length: items }, (_, r) => r * input.strides[1]);
  const common = { panel, rowOffsets, resultStride: itemBytes };
  const target = f.hold(c);
  const row = f.local('i32');
  const column = f.local('i32');
  const wholeTable = {
    first: i32.const(table),
    end: i32.const(table + kernelHeight * kernelWidth * channels * 4),
  };
  f.for(row, firstRow, endRow, 1, () => {
    const top = f.hold(i32.sub(i32.mul(row, kernel.stride[0]), input.rows.skipped));
    const rows = tapsInside(context, top, tapAxis(convolution, 0));
    const rowX = f.hold(i32.add(x, i32.mul(top, input.strides[3])));
    f.for(column, 0, width, 1, () => {
      const left = f.hold(i32.sub(i32.mul(column, kernel.stride[1]), input.columns.skipped));
      const columns = tapsInside(context, left, tapAxis(convolution, 1));
      const at = f.hold(i32.add(rowX, i32.mul(left, input.strides[4])));
      const rowCount = f.hold(i32.sub(rows.end, rows.first));
      const columnCount = f.hold(i32.sub(columns.end, columns.first));
      const isWhole = i32.and(i32.eq(rowCount, kernelHeight), i32.eq(columnCount, kernelWidth));
      f.if(
        isWhole,
        () => callTile(context, convolution, { ...common, x: at, b, c: target, ...wholeTable }),
        () => {
          const tapStep = kernel.dilation[0] * input.strides[3];
          const firstTap = i32.add(i32.mul(rows.first, kernelWidth), columns.first);
          const first = f.hold(i32.add(i32.const(table), i32.mul(columns.first, channels * 4)));
          // Nothing meets the input: an empty range leaves zeros.
          const steps = i32.mul(i32.mul(columnCount, channels * 4), i32.gtS(rowCount, 0));
          callTile(context, convolution, {
            ...common,
            x: i32.add(at, i32.mul(rows.first, tapStep)),
            b: i32.add(b, i32.mul(firstTap, channels * laneBytes)),
            c: target,
            first,
            end: i32.add(first, steps),
            passes: {
              count: rowCount,
              step: tapStep,
              skip: i32.mul(i32.sub(i32.const(kernelWidth), columnCount), channels * laneBytes),
            },
          });
        },
      );
      f.set(target, i32.add(target, laneBytes));
    });
  });
}
