/** Convolution row by row: the rows of a register tile are neighbouring positions of one output row. */

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

/** Positions that a thread computes before it stores them. */
const blockPositions = 1024;
/** Tasks that there should be, so that threads are done at the same time. */
const fewTasks = 16;

export function emitByRows(context: KernelContext, convolution: Convolution): void {
  const { f } = context;
  const { kernel, input, panels } = convolution;
  const [groups, batch, , height, width] = kernel.shape;
  const planes = groups * batch * panels.list.length;
  const blocks = Math.max(
    Math.ceil((height * width) / blockPositions),
    Math.ceil(fewTasks / planes),
  );
  const blockCount = Math.min(height, blocks);
  const table = tapTable(context, convolution);
  const mostRows = Math.ceil(height / blockCount);
  const lanes = Math.max(...panels.list.map(({ vectors }) => vectors * 4));
  const memory = context.localScratch(mostRows * width * lanes * 4);
  context.forEachTask({ count: planes * blockCount, cost: multiplyAdds(kernel) }, (task) => {
    const [group, item, rowBlock, panelIndex] = decode(context, task, [
      groups,
      batch,
      blockCount,
      panels.list.length,
    ]);
    const bound = (index: I32): I32 => i32.divU(i32.mul(index, height), blockCount);
    const firstRow = f.hold(bound(rowBlock));
    const endRow = f.hold(bound(i32.add(rowBlock, 1)));
    const x = f.hold(flat(input.start([group, item])));
    withPanel(context, panels, panelIndex, (panel) => {
      const b = f.hold(panelAddress(convolution, group, panelIndex));
      const rows = { panel, x, b, c: flat(memory), table, firstRow, endRow };
      emitRows(context, convolution, rows);
      emitBlockStores(context, kernel, {
        firstChannel: f.hold(i32.mul(panelIndex, panelLanes)),
        channels: panel.lanes,
        memory: panelMemory(memory, width, panel),
        ...{ group, item, firstRow, endRow },
      });
    });
  });
}

interface Rows {
  readonly panel: Panel;
  /** Address of the input's item. */
  readonly x: I32;
  readonly b: I32;
  readonly c: I32;
  readonly table: number;
  readonly firstRow: I32;
  readonly endRow: I32;
}

/** Computes rows firstRow to endRow - 1 of one item and panel. */
function emitRows(
  context: KernelContext,
  convolution: Convolution,
  { panel, x, b, c, table, firstRow, endRow }: Rows,
): void {
  const { f } = context;
  const { kernel, input, order } = convolution;
  const width = kernel.shape[4];
  const [, , channels, , kernelWidth] = kernel.filterShape;
  const tapRow = (order === 'channels' ? 1 : channels) * kernelWidth;
  const resultStride = panel.vectors * 16;
  const step = kernel.stride[1] * input.strides[4];
  const row = f.local('i32');
  f.for(row, firstRow, endRow, 1, () => {
    const top = f.hold(i32.sub(i32.mul(row, kernel.stride[0]), input.rows.skipped));
    const taps = tapsInside(context, top, tapAxis(convolution, 0));
    const rowX = f.hold(i32.add(x, i32.mul(top, input.strides[3])));
    const rowC = f.hold(i32.add(c, i32.mul(i32.sub(row, firstRow), width * resultStride)));
    const rowB = f.hold(i32.add(b, i32.mul(taps.first, tapRow * resultStride)));
    const first = f.hold(i32.add(i32.const(table), i32.mul(taps.first, tapRow * 4)));
    const end = f.hold(i32.add(i32.const(table), i32.mul(taps.end, tapRow * 4)));
    let column = 0;
    for (const count of splitRows(width, tileRows(context.common.features, panel.vectors))) {
      callTile(context, convolution, {
        panel,
        rowOffsets: Array.from({ length: count }, (_, r) => r * step),
        resultStride,
        x: i32.add(rowX, i32.const(column * step)),
        b: rowB,
        c: i32.add(rowC, column * resultStride),
        first,
        end,
      });
      column += count;
    }
  });
}
