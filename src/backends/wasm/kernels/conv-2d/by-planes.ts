/**
 * Convolution with small output planes (filter gradients, the last layers of networks): all positions
 * of a plane, or of several items' planes, are cut into register tiles. Results go to shared memory
 * and are stored behind a barrier, so that even a single plane is shared among threads.
 */

import type { Conv2dKernel } from '../../../plan.js';
import { type I32, i32 } from '../../assembler.js';
import { flat, type KernelContext, roundUp } from '../../kernel-context.js';
import { decode } from '../../rows.js';
import { panelLanes, splitRows, tileRows } from '../../tile.js';
import { emitStoresFrom } from '../two-steps.js';
import {
  type Convolution,
  callTile,
  multiplyAdds,
  panelAddress,
  tapTable,
  withPanel,
} from './taps.js';

/** Planes of at most this many positions are small. */
const smallPlane = 36;
/** Rows of at least four positions fill register tiles, unless the plane is as small as this. */
const smallPlaneOfRows = 25;
/** Positions that several items' planes have together at the most. */
const mostPositions = 32;
/** With fewer units of work than this, long sums are cut into parts. */
const fewUnits = 8;
const sumParts = 4;

export function suitsPlanes({ shape: [, , , height, width] }: Conv2dKernel): boolean {
  return height * width <= (width >= 4 ? smallPlaneOfRows : smallPlane);
}

/** How many items' planes are cut into tiles together: a divisor of the batch. */
function itemsTogether({ shape: [, batch, , height, width] }: Conv2dKernel): number {
  let items = 1;
  for (let divisor = 2; divisor <= batch && divisor * height * width <= mostPositions; divisor++) {
    if (batch % divisor === 0) items = divisor;
  }
  return items;
}

export function emitByPlanes(context: KernelContext, convolution: Convolution): void {
  const { f, common } = context;
  const { kernel, input, order, panels } = convolution;
  const [groups, batch, channels, height, width] = kernel.shape;
  const [, , inputChannels, kernelHeight, kernelWidth] = kernel.filterShape;
  const items = itemsTogether(kernel);
  const units = groups * (batch / items) * panels.list.length;
  const most = tileRows(common.features, panels.list[0].vectors);
  const tiles = splitRows(items * height * width, most);
  // Long sums of few results are cut, always in the same places, so that there is work for all threads.
  const parts = order === 'channels' && units < fewUnits ? Math.min(sumParts, inputChannels) : 1;
  const lanes = roundUp(channels, panelLanes);
  const plane = height * width * lanes;
  const partSize = groups * batch * plane;
  const result = context.sharedScratch(parts * partSize * 4);
  const table = tapTable(context, convolution);
  const taps = (order === 'channels' ? 1 : inputChannels) * kernelHeight * kernelWidth;
  const offsetOf = (position: number): number => {
    const column = position % width;
    const row = Math.floor(position / width) % height;
    const item = Math.floor(position / (width * height));
    const inPlane =
      row * kernel.stride[0] * input.strides[3] + column * kernel.stride[1] * input.strides[4];
    return item * input.strides[1] + inPlane;
  };

  context.forEachTask(
    { count: parts * units * tiles.length, cost: multiplyAdds(kernel) },
    (task) => {
      const [part, group, unit, panelIndex, tileIndex] = decode(context, task, [
        parts,
        groups,
        batch / items,
        panels.list.length,
        tiles.length,
      ]);
      const firstItem = f.hold(i32.mul(unit, items));
      const bound = (index: I32): I32 => f.hold(i32.divU(i32.mul(index, inputChannels), parts));
      const firstChannel = bound(part);
      const channelCount = f.hold(i32.sub(bound(i32.add(part, 1)), firstChannel));
      const start = flat(input.start([group, firstItem]));
      const x = f.hold(i32.add(start, i32.mul(firstChannel, input.strides[2])));
      const panelStart = f.hold(panelAddress(convolution, group, panelIndex));
      const place = i32.add(
        i32.mul(part, partSize * 4),
        i32.mul(i32.add(i32.mul(group, batch), firstItem), plane * 4),
      );
      const lane = i32.mul(panelIndex, panelLanes * 4);
      const c = f.hold(i32.add(i32.add(flat(result), place), lane));
      withPanel(context, panels, panelIndex, (panel) => {
        const channelBytes = kernelHeight * kernelWidth * panel.vectors * 16;
        const b = f.hold(i32.add(panelStart, i32.mul(firstChannel, channelBytes)));
        const passes = { count: channelCount, step: input.strides[2], skip: i32.const(0) };
        let next = 0;
        tiles.forEach((rows, t) => {
          const begin = next;
          next += rows;
          const offsets = Array.from(
            { length: rows },
            (_, r) => offsetOf(begin + r) - offsetOf(begin),
          );
          f.if(i32.eq(tileIndex, t), () =>
            callTile(context, convolution, {
              panel,
              rowOffsets: offsets,
              resultStride: lanes * 4,
              x: i32.add(x, i32.const(offsetOf(begin))),
              b,
              c: i32.add(c, i32.const(begin * lanes * 4)),
              first: i32.const(table),
              end: i32.const(table + taps * 4),
              ...(order === 'channels' ? { passes } : {}),
            }),
          );
        });
      });
    },
  );
  context.barrier();
  emitStoresFrom(context, kernel, {
    address: result,
    strides: [batch * plane, plane, 1, width * lanes, lanes],
    parts: { count: parts, stride: partSize },
  });
}
