/** Windows over the last two dimensions: sum, maximum, index of the maximum; lanes are neighbouring windows. */

import type { BufferView, ResultPart, WindowKernel } from '../../plan.js';
import { type I32, i32, type Local, type V128 } from '../assembler.js';
import type { KernelContext } from '../kernel-context.js';
import { maximum } from '../maximum.js';
import { type IndexExpression, nestOf, viewsOf } from '../nest.js';
import { forEachRow } from '../rows.js';
import { f32x4, i32x4, v128 } from '../simd.js';
import { type Access, loadVector, moved, type Position, VectorCode } from '../vector-loop.js';
import { emitWindowColumns, haveCommonRows, wantsPlaces } from './window-columns.js';

/** Windows of more elements are walked by loops, smaller ones are written out. */
const mostUnrolled = 16;

export function emitWindow(context: KernelContext, kernel: WindowKernel): void {
  if (haveCommonRows(kernel)) {
    emitWindowColumns(context, kernel);
    return;
  }
  const { stores, shape, window, input, inputShape } = kernel;
  const rank = shape.length;
  const strides = input.strides.map((stride, dim) =>
    dim < rank - 2 ? stride : stride * window.stride[dim - (rank - 2)],
  );
  const first: BufferView = { ...input, strides };
  const width = inputShape[rank - 1];
  const place: IndexExpression = {
    kind: 'index',
    dtype: 'int32',
    offset: 0,
    strides: shape.map((_, dim) => {
      if (dim === rank - 2) return window.stride[0] * width;
      return dim === rank - 1 ? window.stride[1] : 0;
    }),
  };
  const nest = nestOf(shape, [...viewsOf(stores), first, place]);
  forEachRow(context, nest, ({ accesses, from, to }) => {
    const known = new Map<Position, WindowResult>();
    const result = (position: Position, part?: ResultPart): V128 => {
      const computed =
        known.get(position) ??
        emitWindowAt(context, kernel, position, accesses.get(first)!, accesses.get(place)!);
      known.set(position, computed);
      return part === 'place' || kernel.operation === 'argmax' ? computed.place : computed.value;
    };
    new VectorCode(context, accesses, result).storeAll(stores, from, to);
  });
}

interface WindowResult {
  readonly value: V128;
  /** Where the maximum is: element of its plane. */
  readonly place: V128;
}

/** Walks the windows at `position`. */
function emitWindowAt(
  context: KernelContext,
  kernel: WindowKernel,
  position: Position,
  access: Access,
  place: Access,
): WindowResult {
  const { f } = context;
  const { operation, input, inputShape } = kernel;
  const rank = inputShape.length;
  const isFloat = input.buffer.dtype === 'float32';
  const wantsPlace = operation === 'argmax' || wantsPlaces(kernel);
  const best = f.local('v128');
  /** Elements from a window's first to its maximum. */
  const distance = f.local('v128');
  const tapAt = (bytes: I32 | number): Local<'v128'> =>
    f.hold(loadVector(context, moved(access, bytes), input.buffer.dtype, position));
  const select = (a: V128, b: V128, mask: V128): V128 =>
    context.common.features.relaxedSimd
      ? i32x4.relaxedLaneselect(a, b, mask)
      : v128.bitselect(a, b, mask);

  const visit = (bytes: I32 | number, elements: I32 | number): void => {
    const tap = tapAt(bytes);
    if (operation === 'sum') {
      f.set(best, isFloat ? f32x4.add(best, tap) : i32x4.add(best, tap));
    } else if (!wantsPlace) {
      f.set(best, isFloat ? maximum(f, best, tap) : i32x4.maxS(best, tap));
    } else {
      // A NaN is not at most anything; the first of them stays.
      const wins = f.hold(
        isFloat ? v128.andnot(f32x4.eq(best, best), f32x4.le(tap, best)) : i32x4.gtS(tap, best),
      );
      const from = typeof elements === 'number' ? i32x4.const(elements) : i32x4.splat(elements);
      f.set(best, select(tap, best, wins));
      f.set(distance, select(from, distance, wins));
    }
  };
  // A maximum starts with the first element, for which being seen again changes nothing.
  f.set(best, operation === 'sum' ? i32x4.const(0) : tapAt(0));
  f.set(distance, i32x4.const(0));
  const rowStride = input.strides[rank - 2] * kernel.window.dilation[0];
  const columnStride = input.strides[rank - 1] * kernel.window.dilation[1];
  const rowElements = inputShape[rank - 1] * kernel.window.dilation[0];
  const columnElements = kernel.window.dilation[1];
  const [height, width] = kernel.window.kernel;
  if (height * width <= mostUnrolled) {
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        if (operation !== 'sum' && i + j === 0) continue;
        visit((i * rowStride + j * columnStride) * 4, i * rowElements + j * columnElements);
      }
    }
  } else {
    const i = f.local('i32');
    const j = f.local('i32');
    f.for(i, 0, height, 1, () =>
      f.for(j, 0, width, 1, () =>
        visit(
          f.hold(i32.add(i32.mul(i, rowStride * 4), i32.mul(j, columnStride * 4))),
          f.hold(i32.add(i32.mul(i, rowElements), i32.mul(j, columnElements))),
        ),
      ),
    );
  }
  const origin = i32x4.add(
    i32x4.splat(i32.add(place.base, position.scaled(place.stride))),
    i32x4.const(0, place.stride, 2 * place.stride, 3 * place.stride),
  );
  return { value: best, place: wantsPlace ? f.hold(i32x4.add(origin, distance)) : distance };
}
