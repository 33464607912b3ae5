/** Stores a block of finished output rows of one item and some channels. */

import type { Conv2dKernel } from '../../../plan.js';
import { type I32, i32 } from '../../assembler.js';
import { type Address, flat, type KernelContext } from '../../kernel-context.js';
import { nestOf, viewsOf } from '../../nest.js';
import type { Panel } from '../../pack.js';
import { startOf } from '../../rows.js';
import { accessesOf, loadVector, VectorCode } from '../../vector-loop.js';

export interface Block {
  readonly firstChannel: I32;
  readonly channels: I32 | number;
  readonly memory: BlockMemory;
  readonly group: I32;
  readonly item: I32;
  readonly firstRow: I32;
  readonly endRow: I32;
}

/** Where a block's results are, and how many elements lie between neighbours. */
export interface BlockMemory {
  readonly start: Address;
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

/** The memory of a block [rows, width, lanes of the panel]. */
export function panelMemory(start: Address, width: number, { vectors }: Panel): BlockMemory {
  const lanes = vectors * 4;
  return { start, channel: 1, row: width * lanes, column: lanes };
}

export function emitBlockStores(
  context: KernelContext,
  { shape, stores }: Conv2dKernel,
  { firstChannel, channels, memory, group, item, firstRow, endRow }: Block,
): void {
  const { f } = context;
  const width = shape[4];
  const views = viewsOf(stores);
  const nest = nestOf(shape.slice(3), views, { firstDim: 3 });
  const joined = nest.shape.length === 1 && memory.row === width * memory.column;
  const lane = f.local('i32');
  f.for(lane, 0, channels, 1, () => {
    const channel = f.hold(i32.add(firstChannel, lane));
    const storeRun = (row: I32, blockRow: I32, count: I32 | number): void => {
      const accesses = accessesOf(
        views,
        (view) => startOf(context, view, view.strides, [group, item, channel, row]),
        (view) => (joined ? nest.strides.get(view)!.at(-1)! : view.strides[4]),
      );
      const place = i32.add(i32.mul(blockRow, memory.row * 4), i32.mul(lane, memory.channel * 4));
      const base = f.hold(i32.add(flat(memory.start), place));
      const code = new VectorCode(context, accesses, (position) =>
        loadVector(context, { base, offset: 0, stride: memory.column }, 'float32', position),
      );
      code.storeAll(stores, 0, count);
    };
    if (joined) {
      const rows = i32.sub(endRow, firstRow);
      storeRun(firstRow, i32.const(0), f.hold(i32.mul(rows, width)));
      return;
    }
    const row = f.local('i32');
    f.for(row, firstRow, endRow, 1, () => storeRun(row, f.hold(i32.sub(row, firstRow)), width));
  });
}
