/** The transformed filters of a convolution in tiles, packed as the products read them. */

import type { Conv2dKernel } from '../../../../plan.js';
import { type I32, i32 } from '../../../assembler.js';
import { type Address, flat, type KernelContext } from '../../../kernel-context.js';
import { type Panels, panelsOf } from '../../../pack.js';
import { forEachIndex, startOf } from '../../../rows.js';
import { f32x4, v128 } from '../../../simd.js';
import { panelLanes } from '../../../tile.js';
import { transposed } from '../../../transpose.js';
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
  const { filters, filterShape } = kernel;
  const { down, across, spacing, phases } = tiling;
  const { panels, pointStride } = filterLayout(kernel, tiling);
  const { f, common } = context;
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
  const lastPanel = panels.list[panels.list.length - 1];
  const start = f.hold(flat(startOf(context, filters, filters.strides, [])));
  const panelCount = panels.list.length;
  const elements = panelCount * panelLanes * channels * height * width;
  if (rows * columns > height * width) {
    for (let i = 0; i < rows * columns; i++) v128.store(f, taps, f32x4.const(0), i * 16);
  }
  const work = { count: panelCount * channels, cost: elements };
  forEachIndex(context, work, [panelCount, channels], ([panel, channel]) => {
    const source = i32.mul(channel, i32.const(filters.strides[2] * 4));
    const first = f.hold(i32.add(start, source));
    const panelStart = f.hold(i32.add(flat(address), i32.mul(panel, depth * panelLanes * 4)));
    // Both halves of a panel at once, so that each line of memory is written while it is in the cache.
    const emitPanel = (vectors: number): void => {
      for (let v = 0; v < vectors; v++) {
        const output = f.hold(i32.add(i32.mul(panel, panelLanes), v * 4));
        emitTaps(context, kernel, { first, output, taps, columns });
        const target = f.hold(i32.add(i32.add(panelStart, v * 16), i32.mul(channel, vectors * 16)));
        for (const { row, column } of phases) {
          f.call(transform, i32.add(taps, (row * columns + column) * 16), target, memory);
          f.set(target, i32.add(target, i32.const(channels * vectors * 16)));
        }
      }
    };
    if (panelCount === 1 || lastPanel.vectors === 2) emitPanel(lastPanel.vectors);
    else {
      f.if(
        i32.eq(panel, panelCount - 1),
        () => emitPanel(lastPanel.vectors),
        () => emitPanel(2),
      );
    }
  });
}

interface Taps {
  /** Address of the first output's filter for the channel at hand. */
  readonly first: I32;
  /** The first of four outputs. */
  readonly output: I32;
  /** Where the taps go, a vector of four outputs each, and how many there are in a row. */
  readonly taps: I32;
  readonly columns: number;
}

/** Writes the taps of four outputs for one channel, the outputs in the lanes. */
function emitTaps(
  { f }: KernelContext,
  { filters, filterShape, shape }: Conv2dKernel,
  { first, output, taps, columns }: Taps,
): void {
  const [, outputStride, , rowStride, columnStride] = filters.strides.map((stride) => stride * 4);
  const [, , , height, width] = filterShape;
  const outputs = shape[2];
  const lanes = [0, 1, 2, 3].map((lane) => {
    const own = f.hold(i32.add(output, lane));
    // Lanes that do not exist repeat the last one: nobody reads them.
    const existing = outputs % 4 === 0 ? own : i32.min(own, i32.const(outputs - 1));
    return f.hold(i32.add(first, i32.mul(existing, i32.const(outputStride))));
  });
  const all = Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const target = (row * columns + column) * 16;
    return { source: row * rowStride + column * columnStride, target };
  });
  for (let next = 0; next < all.length; ) {
    const four = all.slice(next, next + 4).sort((a, b) => a.source - b.source);
    const at = (lane: I32): I32 => i32.add(lane, i32.const(four[0].source));
    const areNeighbours = four.every(({ source }, i) => source === four[0].source + i * 4);
    if (four.length === 4 && areNeighbours) {
      const loaded = lanes.map((lane) => f.hold(v128.load(at(lane))));
      transposed(f, loaded).forEach((tap, i) => {
        v128.store(f, taps, tap, four[i].target);
      });
      next += 4;
      continue;
    }
    const { source, target } = all[next];
    const from = (lane: I32): I32 => i32.add(lane, i32.const(source));
    let tap = v128.load32Zero(from(lanes[0]));
    for (let lane = 1; lane < 4; lane++) tap = v128.load32Lane(from(lanes[lane]), tap, lane);
    v128.store(f, taps, tap, target);
    next++;
  }
}
