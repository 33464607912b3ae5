/**
 * The transform of a tile on both sides, down * tile * across', four channels in the lanes of every
 * vector: a function of the module for each matrix and layout.
 */

import { type Func, type I32, i32, type Local, type V128 } from '../../../assembler.js';
import type { Features } from '../../../features.js';
import type { ModuleContext } from '../../../kernel-context.js';
import { multiplyAdd } from '../../../math.js';
import { f32x4, v128 } from '../../../simd.js';
import { transposed } from '../../../transpose.js';
import type { Matrix } from './toom-cook.js';

/** Where the element in row i and column j of a tile is: i * row + j * column bytes from its start. */
export interface TileLayout {
  readonly row: number;
  readonly column: number;
}

export interface TransformShape {
  /** For columns, and for rows. */
  readonly down: Matrix;
  readonly across: Matrix;
  readonly source: TileLayout;
  /** `planes`: the lanes are taken apart, and `plane` bytes lie between them; a column is 4 bytes. */
  readonly target: TileLayout | { readonly row: number; readonly plane: number };
}

/** Bytes that a transform needs to keep its halves in, at the most. */
export const transformBytes = 8 * 8 * 16;

/**
 * transform(source, target, memory): `memory` has transformBytes.
 *
 * Column by column into memory, then row by row: short loops, since engines before V8 13 move all loads
 * of a longer block to its beginning and run out of registers.
 */
export function transformFunction(common: ModuleContext, shape: TransformShape): Func {
  const key = `transform ${JSON.stringify(shape)}`;
  const known = common.shared.get(key);
  if (known) return known;
  const f = common.module.function({ params: ['i32', 'i32', 'i32'] });
  common.shared.set(key, f);
  const [source, target, memory] = [0, 1, 2].map((i) => f.param(i, 'i32'));
  const { down, across } = shape;
  const columns = across[0].length;
  const half = f.local('i32');
  const end = f.local('i32');
  f.set(half, memory);
  f.set(end, i32.add(memory, columns * 16));
  f.doWhile(
    () => {
      const column = down[0].map((_, i) => f.hold(v128.load(source, i * shape.source.row)));
      applied(f, common.features, down, column).forEach((value, i) => {
        v128.store(f, half, value, i * columns * 16);
      });
      f.set(source, i32.add(source, shape.source.column));
      f.set(half, i32.add(half, 16));
    },
    () => i32.ne(half, end),
  );
  f.set(half, memory);
  f.set(end, i32.add(memory, down.length * columns * 16));
  f.doWhile(
    () => {
      const row = across[0].map((_, j) => f.hold(v128.load(half, j * 16)));
      storeRow(f, target, applied(f, common.features, across, row), shape.target);
      f.set(target, i32.add(target, i32.const(shape.target.row)));
      f.set(half, i32.add(half, columns * 16));
    },
    () => i32.ne(half, end),
  );
  return f;
}

function storeRow(
  f: Func,
  target: I32,
  values: readonly Local<'v128'>[],
  layout: TransformShape['target'],
): void {
  if ('column' in layout) {
    values.forEach((value, j) => {
      v128.store(f, target, value, j * layout.column);
    });
    return;
  }
  for (let first = 0; first < values.length; first += 4) {
    const some = values.slice(first, first + 4);
    const four = [0, 1, 2, 3].map((i) => some[Math.min(i, some.length - 1)]);
    transposed(f, four).forEach((plane, lane) => {
      const offset = lane * layout.plane + first * 4;
      if (some.length === 4) v128.store(f, target, plane, offset);
      else {
        const held = f.hold(plane);
        if (some.length >= 2) v128.store64Lane(f, target, held, 0, offset);
        if (some.length !== 2) {
          const last = some.length - 1;
          v128.store32Lane(f, target, held, last, offset + last * 4);
        }
      }
    });
  }
}

/** matrix * column, a vector for each row. */
function applied(
  f: Func,
  features: Features,
  matrix: Matrix,
  column: readonly V128[],
): Local<'v128'>[] {
  const result = new Array<Local<'v128'>>(matrix.length);
  matrix.forEach((row, i) => {
    if (result[i]) return;
    const mirror = matrix.findIndex((other, l) => l > i && isMirrored(row, other));
    if (mirror < 0) {
      result[i] = f.hold(combination(f, features, row, column));
      return;
    }
    // Rows that differ in some signs only: the sum and the difference of what they share.
    const other = matrix[mirror];
    const even = row.map((value, k) => (value === other[k] ? value : 0));
    const odd = row.map((value, k) => (value === other[k] ? 0 : value));
    const evenPart = f.hold(combination(f, features, even, column));
    const oddPart = f.hold(combination(f, features, odd, column));
    result[i] = f.hold(f32x4.add(evenPart, oddPart));
    result[mirror] = f.hold(f32x4.sub(evenPart, oddPart));
  });
  return result;
}

/** Whether it is worth it to compute two rows together: at least two terms are alike. */
function isMirrored(a: readonly number[], b: readonly number[]): boolean {
  const alike = a.every((value, k) => Math.abs(value) === Math.abs(b[k]));
  const same = a.filter((value, k) => value !== 0 && value === b[k]).length;
  const opposite = a.filter((value, k) => value !== 0 && value === -b[k]).length;
  return alike && same > 0 && opposite > 0 && same + opposite > 2;
}

/** The sum of coefficient * value; terms without a multiplication first. */
function combination(
  f: Func,
  features: Features,
  coefficients: readonly number[],
  values: readonly V128[],
): V128 {
  const terms = coefficients
    .map((coefficient, k) => ({ coefficient, value: values[k] }))
    .filter(({ coefficient }) => coefficient !== 0)
    .sort((a, b) => order(a.coefficient) - order(b.coefficient));
  const [first, ...rest] = terms;
  if (!first) return f32x4.const(0);
  let sum: V128 =
    first.coefficient === 1
      ? first.value
      : first.coefficient === -1
        ? f32x4.neg(first.value)
        : f32x4.mul(first.value, f32x4.const(first.coefficient));
  for (const { coefficient, value } of rest) {
    if (coefficient === 1) sum = f32x4.add(sum, value);
    else if (coefficient === -1) sum = f32x4.sub(sum, value);
    else sum = multiplyAdd(features, value, f32x4.const(coefficient), sum);
    sum = f.hold(sum);
  }
  return sum;
}

const order = (coefficient: number): number => (coefficient === 1 ? 0 : coefficient === -1 ? 1 : 2);
