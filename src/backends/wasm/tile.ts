/**
 * The register tile: the one inner loop under every matrix product and convolution.
 *
 *     c[r][lanes] (+)= sum over k of x[rowOffset[r] + step(k)] * b[k][lanes]
 *
 * x is read where it lies, one broadcast element per row, so it needs no packing: the steps from one k
 * to the next are a constant (matrix products) or a table (the taps of a convolution). b is packed so
 * that the lanes of one k are neighbours. One k a pass: engines before V8 13 hoist all loads of a basic
 * block above its arithmetic, and longer blocks then spill.
 */

import { type Func, i32, type Local } from './assembler.js';
import type { Features } from './features.js';
import type { ModuleContext } from './kernel-context.js';
import { multiplyAdd } from './math.js';
import { f32x4, v128 } from './simd.js';

export interface TileShape {
  /** Bytes from x to each row's element of the first k. */
  readonly rowOffsets: readonly number[];
  /** Vectors of four lanes in a row. */
  readonly vectors: number;
  /** Bytes from one k to the next, or a table of bytes from x, one int32 for each k. */
  readonly step: number | 'table';
  /** Bytes from one row of c to the next. */
  readonly resultStride: number;
  /** Bytes by which x moves between passes over all k; 0: there is one pass. */
  readonly passStep: number;
}

/** Lanes of one packed row of b at the most. */
export const panelLanes = 8;

/** The most rows that a tile of `vectors` keeps in registers. */
export function tileRows({ largeTiles }: Features, vectors: number): number {
  if (vectors === 1) return 6;
  return largeTiles ? 6 : 4;
}

/** `count` rows in tiles of nearly equal size. */
export function splitRows(count: number, most: number): number[] {
  const tiles = Math.ceil(count / most);
  return Array.from(
    { length: tiles },
    (_, i) => Math.floor(((i + 1) * count) / tiles) - Math.floor((i * count) / tiles),
  );
}

/**
 * tile(x, b, c, first, end, passes, skip, accumulate)
 *
 * For a constant step `first` is 0 and `end` the count of k; for a table both are addresses in it.
 * Between passes b skips `skip` bytes. With `accumulate` c is added to, else overwritten.
 */
export function tileFunction(common: ModuleContext, shape: TileShape): Func {
  const key = `tile ${JSON.stringify(shape)}`;
  const known = common.shared.get(key);
  if (known) return known;
  const f = common.module.function({ params: new Array<'i32'>(8).fill('i32') });
  common.shared.set(key, f);
  emitTile(f, common.features, shape);
  return f;
}

function emitTile(
  f: Func,
  features: Features,
  { rowOffsets, vectors, step, resultStride, passStep }: TileShape,
): void {
  const x = f.param(0, 'i32');
  const b = f.param(1, 'i32');
  const c = f.param(2, 'i32');
  const first = f.param(3, 'i32');
  const end = f.param(4, 'i32');
  const passes = f.param(5, 'i32');
  const skip = f.param(6, 'i32');
  const accumulate = f.param(7, 'i32');
  const sums = rowOffsets.map(() => Array.from({ length: vectors }, () => f.local('v128')));
  const lanes = Array.from({ length: vectors }, () => f.local('v128'));
  const element = f.local('v128');
  const k = f.local('i32');
  const at = f.local('i32');
  const eachSum = (visit: (sum: Local<'v128'>, offset: number) => void): void =>
    sums.forEach((row, r) => {
      row.forEach((sum, v) => {
        visit(sum, r * resultStride + v * 16);
      });
    });

  f.if(
    accumulate,
    () => eachSum((sum, offset) => f.set(sum, v128.load(c, offset))),
    () => eachSum((sum) => f.set(sum, f32x4.const(0))),
  );
  const onePass = (): void => {
    f.set(k, first);
    if (step !== 'table') f.set(at, x);
    f.doWhile(
      () => {
        if (step === 'table') f.set(at, i32.add(x, i32.load(k)));
        lanes.forEach((lane, v) => {
          f.set(lane, v128.load(b, v * 16));
        });
        rowOffsets.forEach((offset, r) => {
          // A memory instruction's own offset cannot be negative.
          const row = offset < 0 ? i32.add(at, i32.const(offset)) : at;
          f.set(element, v128.load32Splat(row, Math.max(offset, 0)));
          lanes.forEach((lane, v) => {
            f.set(sums[r][v], multiplyAdd(features, element, lane, sums[r][v]));
          });
        });
        f.set(b, i32.add(b, vectors * 16));
        f.set(k, i32.add(k, step === 'table' ? 4 : 1));
        if (step !== 'table') f.set(at, i32.add(at, step));
      },
      () => i32.ltU(k, end),
    );
  };
  f.if(i32.ltU(first, end), () => {
    if (passStep === 0) return onePass();
    f.doWhile(
      () => {
        onePass();
        f.set(x, i32.add(x, i32.const(passStep)));
        f.set(b, i32.add(b, skip));
        f.set(passes, i32.sub(passes, 1));
      },
      () => passes,
    );
  });
  eachSum((sum, offset) => v128.store(f, c, sum, offset));
}
