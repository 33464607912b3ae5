/**
 * Depthwise convolution, one channel in and few out for each group: the lanes are neighbouring output
 * positions, and the taps of a filter are broadcast.
 */

import type { Conv2dKernel } from '../../../plan.js';
import { type I32, i32, type V128 } from '../../assembler.js';
import type { KernelContext } from '../../kernel-context.js';
import { multiplyAdd } from '../../math.js';
import { viewsOf } from '../../nest.js';
import { decode, startOf } from '../../rows.js';
import { f32x4, i32x4, v128 } from '../../simd.js';
import {
  accessesOf,
  loadVector,
  type Position,
  VectorCode,
  vectorLoop,
} from '../../vector-loop.js';
import { emitStoresFrom } from '../two-steps.js';
import { emitInput, type Input } from './input.js';
import type { ConvolutionMethod } from './method.js';
import { multiplyAdds } from './taps.js';

/** More outputs for each group fill the lanes of a register tile. */
const mostOutputs = 2;
/** More taps are not kept in registers. */
const mostTaps = 49;
/** Padding that is written out: the loops along rows know no edges. */
const writesPadding = { rows: false, columns: false };

/** The method for a depthwise convolution or the gradient of its filters; null for any other. */
export function depthwiseMethodOf(kernel: Conv2dKernel): ConvolutionMethod | null {
  const { shape, filterShape } = kernel;
  const [groups, items, outputs, height, width] = shape;
  const [, , channels, filterHeight, filterWidth] = filterShape;
  const runsForward = kernel.input.view.strides.every((step) => step >= 0);
  if (groups === 1 || !runsForward) return null;
  const inPlace = { readsInPlace: true, filterBytes: 0, emitFilters: () => {} };
  if (channels === 1 && outputs <= mostOutputs && filterHeight * filterWidth <= mostTaps) {
    return { name: 'depthwise', ...inPlace, emit: (context) => emitDepthwise(context, kernel) };
  }
  const isGradient = items === 1 && outputs <= mostOutputs && height * width <= mostTaps;
  if (!isGradient || filterHeight * filterWidth < height * width) return null;
  const emit = (context: KernelContext): void => emitDepthwiseGradient(context, kernel);
  return { name: 'depthwise gradient', ...inPlace, emit };
}

function emitDepthwise(context: KernelContext, kernel: Conv2dKernel): void {
  const { f, common } = context;
  const { shape, stores, filters, stride } = kernel;
  const [groups, items, outputs, height, width] = shape;
  const input = emitInput(context, kernel, writesPadding);
  context.barrier();
  const work = { count: groups * items * outputs, cost: multiplyAdds(kernel) };
  context.forEachTask(work, (task) => {
    const [group, item, output] = decode(context, task, [groups, items, outputs]);
    const filter = startOf(context, filters, filters.strides, [group, output]);
    const taps = tapsOf(kernel).map(({ row, column }) => {
      const place = row * filters.strides[3] + column * filters.strides[4];
      return f.hold(v128.load32Splat(i32.add(filter.base, i32.const(filter.offset + place * 4))));
    });
    const offsets = tapsOf(kernel).map((tap) => tapOffset(kernel, input, tap));
    const { base, offset } = input.start([group, item]);
    const plane = f.hold(i32.add(base, i32.const(offset)));
    const row = f.local('i32');
    f.for(row, 0, height, 1, () => {
      const start = f.hold(i32.add(plane, i32.mul(row, stride[0] * input.strides[3])));
      const views = viewsOf(stores);
      const accesses = accessesOf(
        views,
        (view) => startOf(context, view, view.strides, [group, item, output, row]),
        (view) => view.strides[4],
      );
      const known = new Map<Position, V128>();
      const sum = (position: Position): V128 => {
        const done = known.get(position);
        if (done) return done;
        let total: V128 = f32x4.const(0);
        taps.forEach((tap, i) => {
          const x = loadRun(context, start, offsets[i], stride[1] * input.strides[4], position);
          total = i === 0 ? f32x4.mul(tap, x) : multiplyAdd(common.features, tap, x, total);
          total = f.hold(total);
        });
        known.set(position, total);
        return total;
      };
      new VectorCode(context, accesses, sum).storeAll(stores, 0, width);
    });
  });
}

/** The sums over all items and positions, for each tap. */
function emitDepthwiseGradient(context: KernelContext, kernel: Conv2dKernel): void {
  const { f, common } = context;
  const { shape, filters, filterShape, stride, dilation } = kernel;
  const [groups, , outputs, height, width] = shape;
  const [, , items, filterHeight, filterWidth] = filterShape;
  const input = emitInput(context, kernel, writesPadding);
  const plane = height * width;
  const result = context.sharedScratch(groups * outputs * plane * 4);
  context.barrier();
  const work = { count: groups * outputs, cost: multiplyAdds(kernel) };
  context.forEachTask(work, (task) => {
    const [group, output] = decode(context, task, [groups, outputs]);
    const sums = Array.from({ length: plane }, () => f.local('v128'));
    for (const sum of sums) f.set(sum, f32x4.const(0));
    const item = f.local('i32');
    const row = f.local('i32');
    f.for(item, 0, items, 1, () => {
      const from = input.start([group, i32.const(0), item]);
      const source = f.hold(i32.add(from.base, i32.const(from.offset)));
      f.for(row, 0, filterHeight, 1, () => {
        const start = f.hold(i32.add(source, i32.mul(row, dilation[0] * input.strides[3])));
        const arriving = startOf(context, filters, filters.strides, [group, output, item, row]);
        vectorLoop(context, 0, filterWidth, (position) => {
          const access = { ...arriving, stride: filters.strides[4] };
          const factor = f.hold(loadVector(context, access, 'float32', position));
          sums.forEach((sum, i) => {
            const [y, x] = [Math.floor(i / width), i % width];
            const offset = y * stride[0] * input.strides[3] + x * stride[1] * input.strides[4];
            const step = dilation[1] * input.strides[4];
            const value = loadRun(context, start, offset, step, position);
            f.set(
              sum,
              position.left === null
                ? multiplyAdd(common.features, factor, value, sum)
                : f32x4.add(sum, existing(position, f32x4.mul(factor, value))),
            );
          });
        });
      });
    });
    const target = f.hold(
      i32.add(i32.add(result.base, i32.const(result.offset)), i32.mul(task, plane * 4)),
    );
    sums.forEach((sum, i) => {
      const halves = f.hold(f32x4.add(sum, v128.shuffle32(sum, sum, [2, 3, 0, 1])));
      const total = f.hold(f32x4.add(halves, v128.shuffle32(halves, halves, [1, 0, 3, 2])));
      v128.store32Lane(f, target, total, 0, i * 4);
    });
  });
  context.barrier();
  emitStoresFrom(context, kernel, {
    address: result,
    strides: [outputs * plane, 0, plane, width, 1],
  });
}

interface Tap {
  readonly row: number;
  readonly column: number;
}

function tapsOf({ filterShape: [, , , height, width] }: Conv2dKernel): Tap[] {
  return Array.from({ length: height * width }, (_, i) => ({
    row: Math.floor(i / width),
    column: i % width,
  }));
}

/** Bytes from where the first tap reads to where this one does. */
const tapOffset = ({ dilation }: Conv2dKernel, { strides }: Input, { row, column }: Tap): number =>
  row * dilation[0] * strides[3] + column * dilation[1] * strides[4];

/** Neighbours along a row, `step` bytes apart. */
function loadRun(
  context: KernelContext,
  start: I32,
  offset: number,
  step: number,
  position: Position,
): V128 {
  const access = { base: start, offset, stride: step / 4 };
  return loadVector(context, access, 'float32', position);
}

/** The lanes that exist; zero in the others, whatever was read there. */
function existing({ left }: Position, value: V128): V128 {
  const exists = i32x4.gtS(i32x4.splat(left!), i32x4.const(0, 1, 2, 3));
  return v128.and(value, exists);
}
