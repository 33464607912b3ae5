/** The transformed filters of a convolution in tiles, packed as the products read them. */

import type { Conv2dKernel } from '../../../../plan.js';
import { type I32, i32 } from '../../../assembler.js';
import { type Address, flat, type KernelContext } from '../../../kernel-context.js';
import { type Panels, panelsOf } from '../../../pack.js';
import { forEachIndex, startOf } from '../../../rows.js';
import { f32x4, v128 } from '../../../simd.js';
import { panelLanes } from '../../../tile.js';
import { transformBytes, transformFunction } from './tile-transform.js';
import { paddingBytes, type Tiling } from './tiling.js';

/** How transformed filters lie. */
export interface FilterLayout {
  /** The panels of one point; k is [phase, channel]. */
  readonly panels: Panels;
  /** Bytes from one point to the next. */
  readonly pointStride: number;
  readonly bytes: number;
}

export function filterLayout(
  { filterShape, shape }: Conv2dKernel,
  { down, across, phases }: Tiling,
): FilterLayout {
  const panels = panelsOf(shape[2], filterShape[2] * phases.length);
  const pointStride = panels.bytes + paddingBytes;
  return { panels, pointStride, bytes: down.size * across.size * pointStride };
}

/** Transforms the filters, shared among the threads; a barrier must follow. */
export function emitFilterTransforms(
  context: KernelContext,
  kernel: Conv2dKernel,
  tiling: Tiling,
  address: Address,
): void {
  const { filters, filterShape, shape } = kernel;
  const { down, across, spacing, phases } = tiling;
  const { panels, pointStride } = filterLayout(kernel, tiling);
  const { f, common } = context;
  const outputs = shape[2];
  const [, , channels, height, width] = filterShape;
  const depth = channels * phases.length;
  // Taps that phases do not have stay zero.
  const [rows, columns] = [down.taps * spacing, across.taps * spacing];
  const taps = f.hold(flat(context.localScratch(rows * columns * 16)));
  const memory = f.hold(flat(context.localScratch(transformBytes)));
  const transform = transformFunction(common, {
    ...{ down: down.tapMatrix, across: across.tapMatrix },
    source: { row: spacing * columns * 16, column: spacing * 16 },
    target: { row: across.size * pointStride, column: pointStride },
  });
  const [, outputStride, channelStride, rowStride, columnStride] = filters.strides.map(
    (stride) => stride * 4,
  );
  const quads = panels.list.reduce((sum, { vectors }) => sum + vectors, 0);
  const lastPanel = panels.list[panels.list.length - 1];
  const start = f.hold(flat(startOf(context, filters, filters.strides, [])));
  const work = { count: quads * channels, cost: quads * channels * height * width * 4 };
  if (rows * columns > height * width) {
    for (let i = 0; i < rows * columns; i++) v128.store(f, taps, f32x4.const(0), i * 16);
  }
  forEachIndex(context, work, [quads, channels], ([quad, channel]) => {
    const first = f.hold(i32.add(start, i32.mul(channel, i32.const(channelStride))));
    const lanes = [0, 1, 2, 3].map((lane) => {
      const output = f.hold(i32.add(i32.mul(quad, 4), lane));
      // Lanes that do not exist repeat the last one: nobody reads them.
      const existing = outputs % 4 === 0 ? output : i32.min(output, i32.const(outputs - 1));
      return f.hold(i32.add(first, i32.mul(existing, i32.const(outputStride))));
    });
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        const at = (lane: I32): I32 => i32.add(lane, i32.const(i * rowStride + j * columnStride));
        let tap = v128.load32Zero(at(lanes[0]));
        for (let lane = 1; lane < 4; lane++) tap = v128.load32Lane(at(lanes[lane]), tap, lane);
        v128.store(f, taps, tap, (i * columns + j) * 16);
      }
    }
    const panel = f.hold(i32.divU(quad, 2));
    const isNarrow = i32.eq(panel, panels.list.length - 1);
    const laneBytes =
      lastPanel.vectors === 2
        ? i32.const(panelLanes * 4)
        : f.hold(i32.select(isNarrow, i32.const(16), i32.const(panelLanes * 4)));
    const inPanel = i32.mul(i32.sub(quad, i32.mul(panel, 2)), 16);
    const panelStart = i32.add(flat(address), i32.mul(panel, depth * panelLanes * 4));
    const target = f.hold(i32.add(i32.add(panelStart, inPanel), i32.mul(channel, laneBytes)));
    for (const { row, column } of phases) {
      f.call(transform, i32.add(taps, (row * columns + column) * 16), target, memory);
      f.set(target, i32.add(target, i32.mul(laneBytes, channels)));
    }
  });
}
