/** Stores a block of finished output rows of one item and one panel of channels. */

import type { Conv2dKernel } from '../../../plan.js';
import { type I32, i32 } from '../../assembler.js';
import { type Address, flat, type KernelContext } from '../../kernel-context.js';
import { nestOf, viewsOf } from '../../nest.js';
import type { Panel } from '../../pack.js';
import { startOf } from '../../rows.js';
import { panelLanes } from '../../tile.js';
import { accessesOf, loadVector, VectorCode } from '../../vector-loop.js';

export interface Block {
  readonly panel: Panel;
  readonly panelIndex: I32;
  /** Memory of the block: [rows, width, lanes of the panel]. */
  readonly memory: Address;
  readonly group: I32;
  readonly item: I32;
  readonly firstRow: I32;
  readonly endRow: I32;
}

export function emitBlockStores(
  context: KernelContext,
  { shape, stores }: Conv2dKernel,
  { panel, panelIndex, memory, group, item, firstRow, endRow }: Block,
): void {
  const { f } = context;
  const width = shape[4];
  const views = viewsOf(stores);
  const nest = nestOf(shape.slice(3), views, { firstDim: 3 });
  const lanes = panel.vectors * 4;
  const lane = f.local('i32');
  f.for(lane, 0, panel.lanes, 1, () => {
    const channel = f.hold(i32.add(i32.mul(panelIndex, panelLanes), lane));
    const storeRun = (row: I32, blockRow: I32, count: I32 | number): void => {
      const accesses = accessesOf(
        views,
        (view) => startOf(context, view, view.strides, [group, item, channel, row]),
        (view) => nest.strides.get(view)!.at(-1)!,
      );
      const place = i32.add(i32.mul(blockRow, width * lanes * 4), i32.mul(lane, 4));
      const base = f.hold(i32.add(flat(memory), place));
      const code = new VectorCode(context, accesses, (position) =>
        loadVector(context, { base, offset: 0, stride: lanes }, 'float32', position),
      );
      code.storeAll(stores, 0, count);
    };
    if (nest.shape.length === 1) {
      const rows = i32.sub(endRow, firstRow);
      storeRun(firstRow, i32.const(0), f.hold(i32.mul(rows, width)));
      return;
    }
    const row = f.local('i32');
    f.for(row, firstRow, endRow, 1, () => storeRun(row, f.hold(i32.sub(row, firstRow)), width));
  });
}
