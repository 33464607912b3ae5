/** Windows that overlap from row to row: four columns of a plane are walked downwards, and what windows share is computed once for each row. */

import { bytesPerElement } from '../../../graph/dtype.js';
import { sizeOf } from '../../../graph/shape.js';
import { partsOf, type WindowKernel } from '../../plan.js';
import { type I32, i32, type Local, type V128 } from '../assembler.js';
import { type Position, unrolledLoop } from '../element-loops.js';
import type { KernelContext } from '../kernel-context.js';
import { maximum } from '../maximum.js';
import { type Strided, viewsOf } from '../nest.js';
import { forEachIndex, startOf } from '../rows.js';
import { f32x4, i32x4 } from '../simd.js';
import { type Access, loadVector, mayRepeat, moved, VectorCode } from '../vector-loop.js';

/** Rows of windows whose results stay in registers. */
const mostRows = 5;
/** Planes that there should be, so that threads have enough to share. */
const leastPlanes = 16;

/** Whether windows have rows in common and planes are enough to share. */
export function haveCommonRows(kernel: WindowKernel): boolean {
  const { operation, shape, window } = kernel;
  const [height, width] = window.kernel;
  const overlap = height > window.stride[0] && window.dilation[0] === 1;
  const isSmall = height <= mostRows && width <= mostRows;
  const planes = sizeOf(shape.slice(0, -2));
  const isValue = operation !== 'argmax' && !wantsPlaces(kernel);
  return overlap && isSmall && isValue && planes >= leastPlanes;
}

export function emitWindowColumns(context: KernelContext, kernel: WindowKernel): void {
  const { shape, stores, window, input } = kernel;
  if (sizeOf(shape) === 0) return;
  const planes = shape.slice(0, -2);
  const [rows, columns] = shape.slice(-2);
  const views = viewsOf(stores);
  const work = { count: sizeOf(planes), cost: sizeOf(shape) * window.kernel[0] };
  const passes = { from: 0, to: columns, unrolled: 1, mayRepeat: mayRepeat(stores) };
  forEachIndex(context, work, planes, (indices) => {
    const source = walkDown(context, input, indices, window.stride);
    const targets = views.map((view) => walkDown(context, view, indices, [1, 1]));
    const accesses = new Map<Strided, Access>(views.map((view, i) => [view, targets[i].access]));
    unrolledLoop(context, passes, (position) => {
      for (const walk of [source, ...targets]) walk.start();
      const result = windowRows(context, kernel, source.access, position);
      const code = new VectorCode(context, accesses, () => result.value());
      result.begin();
      context.f.for(context.f.local('i32'), 0, rows, 1, () => {
        result.addRows();
        code.store(stores, position);
        result.passOn();
        for (const walk of [source, ...targets]) walk.next();
      });
    });
  });
}

interface Walk {
  readonly access: Access;
  /** Goes to the first row. */
  start(): void;
  /** Goes down one row of windows. */
  next(): void;
}

/** Walks down a plane of a view, `stride` elements at a time. */
function walkDown(
  context: KernelContext,
  view: Strided,
  indices: readonly I32[],
  [down, right]: readonly [number, number],
): Walk {
  const { f } = context;
  const rank = view.strides.length;
  const { base, offset } = startOf(context, view, view.strides, indices);
  const bytes = 'buffer' in view ? bytesPerElement[view.buffer.dtype] : 1;
  const step = view.strides[rank - 2] * down * bytes;
  const at = f.local('i32');
  return {
    access: { base: at, offset, stride: view.strides[rank - 1] * right },
    start: () => f.set(at, base),
    next: () => {
      if (step !== 0) f.set(at, i32.add(at, i32.const(step)));
    },
  };
}

/** The rows of the windows at hand, each reduced to one vector. */
function windowRows(
  context: KernelContext,
  { operation, input, window }: WindowKernel,
  access: Access,
  position: Position,
) {
  const { f } = context;
  const { dtype } = input.buffer;
  const isFloat = dtype === 'float32';
  const rank = input.strides.length;
  const [height, width] = window.kernel;
  const fresh = window.stride[0];
  const rowBytes = input.strides[rank - 2] * bytesPerElement[dtype];
  const columnBytes = input.strides[rank - 1] * window.dilation[1] * bytesPerElement[dtype];
  const join = {
    sum: isFloat ? f32x4.add : i32x4.add,
    max: isFloat ? (a: V128, b: V128) => maximum(f, a, b) : i32x4.maxS,
    argmax: i32x4.maxS,
  }[operation];
  const rows: Local<'v128'>[] = Array.from({ length: height }, () => f.local('v128'));
  const reduceRow = (row: number): void => {
    const taps = Array.from({ length: width }, (_, column): V128 => {
      const tap = moved(access, row * rowBytes + column * columnBytes);
      return loadVector(context, tap, dtype, position);
    });
    f.set(
      rows[row],
      taps.reduce((a, b) => join(a, b)),
    );
  };
  const numbersTo = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, i) => from + i);
  return {
    /** The rows that the first windows have in common with none. */
    begin: () => numbersTo(0, height - fresh).forEach(reduceRow),
    addRows: () => numbersTo(height - fresh, height).forEach(reduceRow),
    value: (): V128 =>
      rows.reduce<V128>((sum, row, i) => (i === 0 ? row : join(sum, row)), rows[0]),
    /** What the windows below have in common with these. */
    passOn: () => {
      for (const row of numbersTo(0, height - fresh)) f.set(rows[row], rows[row + fresh]);
    },
  };
}

/** Whether what is stored tells where the maxima are. */
export const wantsPlaces = ({ stores }: WindowKernel): boolean =>
  [...partsOf(stores.map(({ value }) => value))].some(
    (part) => part.kind === 'result' && part.part === 'place',
  );
