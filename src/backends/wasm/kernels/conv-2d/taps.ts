/** The taps of a convolution: their order, their table, the filters packed in that order, and the call of the register tile. */

import { sizeOf } from '../../../../graph/shape.js';
import type { Conv2dKernel } from '../../../plan.js';
import { type I32, i32 } from '../../assembler.js';
import { type Address, flat, type KernelContext } from '../../kernel-context.js';
import { emitPack, type Panel, type Panels, panelsOf } from '../../pack.js';
import { startOf } from '../../rows.js';
import { panelLanes, tileFunction } from '../../tile.js';
import type { Input } from './input.js';

/**
 * Which index of a tap runs fastest: `rows` (row of taps, channel, column) and `pixels` (row, column,
 * channel) have one table of all taps, so that a range of it is a range of rows or, within a row, of
 * columns; `channels` (channel, row, column) has a table of one channel's taps.
 */
export type TapOrder = 'rows' | 'pixels' | 'channels';

/** What all ways to compute a convolution share. */
export interface Convolution {
  readonly kernel: Conv2dKernel;
  readonly input: Input;
  readonly order: TapOrder;
  readonly panels: Panels;
  readonly packed: Address;
}

/** The panels of one group's filters: lanes are output channels, k are taps. */
export const filterPanels = ({ filterShape, shape }: Conv2dKernel): Panels =>
  panelsOf(shape[2], sizeOf(filterShape.slice(2)));

/** Packs the filters, group behind group; a barrier must follow. */
export function emitFilters(
  context: KernelContext,
  kernel: Conv2dKernel,
  order: TapOrder,
  packed: Address,
): void {
  const { filters, filterShape, shape } = kernel;
  const panels = filterPanels(kernel);
  const strides = filters.strides.map((stride) => stride * 4);
  const [c, i, j] = [2, 3, 4].map((dim) => ({ extent: filterShape[dim], stride: strides[dim] }));
  const depth = { rows: [i, c, j], pixels: [i, j, c], channels: [c, i, j] }[order];
  for (let group = 0; group < shape[0]; group++) {
    const start = startOf(context, filters, filters.strides, [i32.const(group)]);
    const target = { base: packed.base, offset: packed.offset + group * panels.bytes };
    emitPack(context, { start, laneStride: strides[1], depth }, panels, target);
  }
}

/** The address of the table of taps: bytes from the first. */
export function tapTable(context: KernelContext, { kernel, input, order }: Convolution): number {
  const [, , channels, height, width] = kernel.filterShape;
  const [, , channel, row, column] = input.strides;
  const taps: number[] = [];
  const add = (i: number, c: number, j: number): void => {
    taps.push(i * kernel.dilation[0] * row + c * channel + j * kernel.dilation[1] * column);
  };
  for (let i = 0; i < height; i++) {
    if (order === 'pixels') {
      for (let j = 0; j < width; j++) for (let c = 0; c < channels; c++) add(i, c, j);
    } else {
      const inTable = order === 'rows' ? channels : 1;
      for (let c = 0; c < inTable; c++) for (let j = 0; j < width; j++) add(i, c, j);
    }
  }
  return context.common.table(Int32Array.from(taps));
}

/** Where the filters of a panel begin. */
export function panelAddress({ kernel, panels, packed }: Convolution, group: I32, panel: I32): I32 {
  const depth = sizeOf(kernel.filterShape.slice(2));
  return i32.add(
    i32.add(flat(packed), i32.mul(group, panels.bytes)),
    i32.mul(panel, depth * panelLanes * 4),
  );
}

/** Generates `body` for whole panels and for a narrower last one. */
export function withPanel(
  { f }: KernelContext,
  { list }: Panels,
  panel: I32,
  body: (panel: Panel) => void,
): void {
  const last = list[list.length - 1];
  if (list.length === 1 || last.lanes === panelLanes) {
    body(last);
    return;
  }
  f.if(
    i32.eq(panel, list.length - 1),
    () => body(last),
    () => body(list[0]),
  );
}

export const multiplyAdds = ({ shape, filterShape }: Conv2dKernel): number =>
  sizeOf(shape) * sizeOf(filterShape.slice(2));

export interface TileCall {
  readonly panel: Panel;
  /** Bytes of the rows relative to the first. */
  readonly rowOffsets: readonly number[];
  readonly resultStride: number;
  readonly x: I32;
  readonly b: I32;
  readonly c: I32;
  /** The range of the table. */
  readonly first: I32;
  readonly end: I32;
  /** Passes over that range, the bytes that x moves and the bytes of b that are skipped between them. */
  readonly passes?: { readonly count: I32; readonly step: number; readonly skip: I32 };
}

export function callTile(
  context: KernelContext,
  { kernel, input, order }: Convolution,
  call: TileCall,
): void {
  const { panel, rowOffsets, resultStride, x, b, c, first, end } = call;
  const byChannel = {
    count: i32.const(kernel.filterShape[2]),
    step: input.strides[2],
    skip: i32.const(0),
  };
  const passes = call.passes ?? (order === 'channels' ? byChannel : null);
  const tile = tileFunction(context.common, {
    rowOffsets,
    vectors: panel.vectors,
    step: 'table',
    resultStride,
    passStep: passes?.step ?? 0,
  });
  const [count, skip] = passes ? [passes.count, passes.skip] : [i32.const(1), i32.const(0)];
  context.f.call(tile, x, b, c, first, end, count, skip, i32.const(0));
}

/** The taps along an axis that meet elements: from `first` to `end` - 1, of `count`. */
export interface TapRange {
  readonly first: I32;
  readonly end: I32;
}

/** The taps that meet elements when tap 0 lies at `start`; all of them where nothing was skipped. */
export function tapsInside(
  { f }: KernelContext,
  start: I32,
  { count, dilation, extent, lowest, highest }: TapAxis,
): TapRange {
  const first = f.local('i32');
  const end = f.local('i32');
  f.set(first, i32.const(0));
  f.set(end, i32.const(count));
  if (lowest < 0) {
    const before = i32.sub(i32.const(0), start);
    f.if(i32.ltS(start, 0), () => f.set(first, i32.divU(i32.add(before, dilation - 1), dilation)));
  }
  if (highest + (count - 1) * dilation >= extent) {
    const reach = f.hold(i32.add(i32.sub(i32.const(extent - 1), start), dilation));
    const inside = f.hold(i32.select(i32.ltS(reach, 0), i32.const(0), i32.divU(reach, dilation)));
    f.set(end, i32.min(end, inside));
    f.if(i32.ltS(end, first), () => f.set(end, first));
  }
  return { first, end };
}

export interface TapAxis {
  readonly count: number;
  readonly dilation: number;
  /** Elements along the axis. */
  readonly extent: number;
  /** The least and the greatest place that tap 0 takes. */
  readonly lowest: number;
  readonly highest: number;
}

/** The taps along rows (axis 0) or columns (axis 1). */
export function tapAxis({ kernel, input }: Convolution, axis: 0 | 1): TapAxis {
  const { skipped, extent } = axis === 0 ? input.rows : input.columns;
  return {
    count: kernel.filterShape[3 + axis],
    dilation: kernel.dilation[axis],
    extent,
    lowest: -skipped,
    highest: (kernel.shape[3 + axis] - 1) * kernel.stride[axis] - skipped,
  };
}
