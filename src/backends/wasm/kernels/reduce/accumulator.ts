/** Accumulators: sums and maxima of vectors, in several ways at once, since an addition takes longer than a load. */

import type { DType } from '../../../../graph/dtype.js';
import type { ReduceKernel } from '../../../plan.js';
import type { Func, Local, V128, Value } from '../../assembler.js';
import { constantVector } from '../../expression.js';
import type { KernelContext } from '../../kernel-context.js';
import { f32x4, f64, f64x2, i32x4, v128 } from '../../simd.js';

/** Vectors of one way that may be added before a flush: sums run in float32 up to it and go on in float64. */
export const longestRun = 256;

export interface Accumulator {
  reset(): void;
  /** Values added in different ways do not wait for each other. */
  add(value: V128, way?: number): void;
  /** Called after `longestRun` additions at the latest, and before anything is read. */
  flush(): void;
  /** What each lane has accumulated. */
  lanes(): V128;
  /** All lanes together, in every lane. */
  all(): V128;
  /** Vectors that hold what was accumulated and flushed. */
  readonly parts: readonly Local<'v128'>[];
}

/** An accumulator for each operand, whose values are added in so many ways. */
export const accumulatorsOf = (
  { f }: KernelContext,
  { operation, operands }: ReduceKernel,
  ways: number,
): Accumulator[] => operands.map(({ dtype }) => accumulatorOf(f, operation, dtype, ways));

function accumulatorOf(
  f: Func,
  operation: ReduceKernel['operation'],
  dtype: DType,
  ways: number,
): Accumulator {
  const isFloat = dtype === 'float32';
  if (operation === 'sum') return isFloat ? floatSum(f, ways) : whole(f, i32x4.add, 0, ways);
  return isFloat ? floatMaximum(f, ways) : whole(f, i32x4.maxS, lowest(dtype), ways);
}

/** What a maximum or a sum of nothing is. */
export const identityOf = (operation: ReduceKernel['operation'], dtype: DType): number =>
  operation === 'sum' ? 0 : lowest(dtype);

const lowest = (dtype: DType): number => (dtype === 'float32' ? -Infinity : -(2 ** 31));

type Combine = (a: V128, b: V128) => V128;

/** All lanes of `held` combined, in every lane. */
function acrossLanes(f: Func, held: Local<'v128'>, combine: Combine): V128 {
  f.set(held, combine(held, v128.shuffle32(held, held, [2, 3, 0, 1])));
  f.set(held, combine(held, v128.shuffle32(held, held, [1, 0, 3, 2])));
  return held;
}

/** Of integers. */
function whole(f: Func, combine: Combine, identity: number, ways: number): Accumulator {
  const runs = Array.from({ length: ways }, () => f.local('v128'));
  const [total, ...others] = runs;
  return {
    parts: [total],
    reset: () => {
      for (const run of runs) f.set(run, constantVector(identity, 'int32'));
    },
    add: (value, way = 0) => f.set(runs[way], combine(runs[way], value)),
    flush: () => {
      for (const other of others) {
        f.set(total, combine(total, other));
        f.set(other, constantVector(identity, 'int32'));
      }
    },
    lanes: () => total,
    all: () => acrossLanes(f, total, combine),
  };
}

/** Maxima take one instruction where NaN may be lost: whether there was one is noted beside them. */
function floatMaximum(f: Func, ways: number): Accumulator {
  const runs = Array.from({ length: ways }, () => f.local('v128'));
  const [total, ...others] = runs;
  const unordered = f.local('v128');
  const lanes = (): V128 => v128.or(total, unordered);
  return {
    parts: [total, unordered],
    reset: () => {
      for (const run of runs) f.set(run, f32x4.const(-Infinity));
      f.set(unordered, f32x4.const(0));
    },
    add: (value, way = 0) => {
      const held = f.hold(value);
      f.set(runs[way], f32x4.pmax(runs[way], held));
      f.set(unordered, v128.or(unordered, f32x4.ne(held, held)));
    },
    flush: () => {
      for (const other of others) f.set(total, f32x4.pmax(total, other));
    },
    lanes,
    all: () => acrossLanes(f, f.hold(lanes()), f32x4.max),
  };
}

function floatSum(f: Func, ways: number): Accumulator {
  const runs = Array.from({ length: ways }, () => f.local('v128'));
  const low = f.local('v128');
  const high = f.local('v128');
  const flush = (): void => {
    // As a tree, so that the additions need not wait for each other.
    let sums: V128[] = runs;
    while (sums.length > 1) {
      const half = Math.ceil(sums.length / 2);
      sums = Array.from({ length: half }, (_, i) =>
        half + i < sums.length ? f32x4.add(sums[i], sums[half + i]) : sums[i],
      );
    }
    const run = f.hold(sums[0]);
    f.set(low, f64x2.add(low, f64x2.promoteLowF32x4(run)));
    const upper = v128.shuffle32(run, run, [2, 3, 2, 3]);
    f.set(high, f64x2.add(high, f64x2.promoteLowF32x4(upper)));
    for (const each of runs) f.set(each, f32x4.const(0));
  };
  return {
    parts: [low, high],
    reset: () => {
      for (const sum of [...runs, low, high]) f.set(sum, f32x4.const(0));
    },
    add: (value, way = 0) => f.set(runs[way], f32x4.add(runs[way], value)),
    flush,
    lanes: () =>
      v128.shuffle32(f32x4.demoteF64x2Zero(low), f32x4.demoteF64x2Zero(high), [0, 1, 4, 5]),
    all: () => {
      const pair = f.hold(f64x2.add(low, high));
      const sum: Value<'f64'> = f64.add(f64x2.extractLane(pair, 0), f64x2.extractLane(pair, 1));
      return f32x4.splat(f64.demote(sum));
    },
  };
}
