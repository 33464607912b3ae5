/** Windows over the last two dimensions: sum, maximum, index of the maximum; lanes are neighbouring windows. */

import {
  type BufferView,
  type Expression,
  partsOf,
  type ResultPart,
  type WindowKernel,
} from '../../plan.js';
import { type I32, i32, type V128 } from '../assembler.js';
import type { KernelContext } from '../kernel-context.js';
import { type IndexExpression, nestOf, viewsOf } from '../nest.js';
import { forEachRow } from '../rows.js';
import { f32x4, i32x4, v128 } from '../simd.js';
import { type Access, loadVector, type Position, VectorCode } from '../vector-loop.js';

/** Windows of more elements are walked by loops, smaller ones are written out. */
const mostUnrolled = 16;

export function emitWindow(context: KernelContext, kernel: WindowKernel): void {
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
  const wantsPlace =
    operation === 'argmax' || [...partsOf(kernel.stores.map(({ value }) => value))].some(isPlace);
  const best = f.local('v128');
  const index = f.local('v128');
  const started = f.local('v128');
  const origin = f.hold(
    i32x4.add(
      i32x4.splat(i32.add(place.base, position.scaled(place.stride))),
      i32x4.const(0, place.stride, 2 * place.stride, 3 * place.stride),
    ),
  );
  const initial = operation === 'sum' || wantsPlace ? 0 : isFloat ? -Infinity : -(2 ** 31);
  f.set(best, isFloat ? f32x4.const(initial) : i32x4.const(initial));
  f.set(started, i32x4.const(0));
  f.set(index, origin);

  const visit = (bytes: I32 | number, elements: I32 | number): void => {
    const tap = f.hold(loadVector(context, moved(access, bytes), input.buffer.dtype, position));
    if (operation === 'sum') {
      f.set(best, isFloat ? f32x4.add(best, tap) : i32x4.add(best, tap));
    } else if (!wantsPlace) {
      f.set(best, isFloat ? f32x4.max(best, tap) : i32x4.maxS(best, tap));
    } else {
      const larger = isFloat
        ? v128.or(f32x4.gt(tap, best), v128.and(f32x4.ne(tap, tap), f32x4.eq(best, best)))
        : i32x4.gtS(tap, best);
      const wins = f.hold(v128.or(larger, v128.not(started)));
      const offset = typeof elements === 'number' ? i32.const(elements) : elements;
      f.set(best, v128.bitselect(tap, best, wins));
      f.set(index, v128.bitselect(i32x4.add(origin, i32x4.splat(offset)), index, wins));
      f.set(started, i32x4.const(-1));
    }
  };
  const rowStride = input.strides[rank - 2] * kernel.window.dilation[0];
  const columnStride = input.strides[rank - 1] * kernel.window.dilation[1];
  const rowElements = inputShape[rank - 1] * kernel.window.dilation[0];
  const columnElements = kernel.window.dilation[1];
  const [height, width] = kernel.window.kernel;
  if (height * width <= mostUnrolled) {
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
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
  return { value: best, place: index };
}

function moved({ base, offset, stride }: Access, bytes: I32 | number): Access {
  if (typeof bytes !== 'number') return { base: i32.add(base, bytes), offset, stride };
  if (offset + bytes >= 0) return { base, offset: offset + bytes, stride };
  return { base: i32.add(base, i32.const(bytes)), offset, stride };
}

const isPlace = (part: Expression): boolean => part.kind === 'result' && part.part === 'place';
