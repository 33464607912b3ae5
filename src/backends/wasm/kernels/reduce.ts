/**
 * Reductions. Where the innermost dimension is reduced, lanes work along it and are combined at the
 * end; where it is kept, lanes are four neighbouring results. Sums run in float32 over at most 1,024
 * vectors and go on in float64. Threads share results, never one sum.
 */

import type { DType } from '../../../graph/dtype.js';
import { sizeOf } from '../../../graph/shape.js';
import type { ReduceKernel } from '../../plan.js';
import { type Func, type I32, i32, type Local, type V128, type Value } from '../assembler.js';
import { constantVector } from '../expression.js';
import { flat, type KernelContext } from '../kernel-context.js';
import { type Nest, nestOf, readsIn, type Strided, viewsOf } from '../nest.js';
import { decode, startOf } from '../rows.js';
import { f32x4, f64, f64x2, i32x4, v128 } from '../simd.js';
import {
  type Access,
  accessesOf,
  type Position,
  singlePosition,
  VectorCode,
  vectorLoop,
  vectorWidth,
} from '../vector-loop.js';

const floatRun = 1024 * vectorWidth;
/** Vectors that are added at the same time, since an addition takes longer than a load. */
const ways = 4;

export function emitReduce(context: KernelContext, kernel: ReduceKernel): void {
  const { inputShape, shape } = kernel;
  const operandReads = readsIn([kernel.operand]);
  const results = viewsOf(kernel.stores);
  const nest = nestOf(inputShape, [...operandReads, ...results], {
    results: new Set(results),
    reduced: inputShape.map((extent, dim) => shape[dim] !== extent),
  });
  if (shape.includes(0)) return;
  const keepsInner = !nest.reduced[nest.shape.length - 1];
  if (kernel.operation === 'argmax') emitScalarReduction(context, kernel, nest, argmaxOf(kernel));
  else if (keepsInner) emitAcrossRows(context, kernel, nest);
  else emitAlongRows(context, kernel, nest);
}

interface Accumulator {
  reset(): void;
  /** Values added in different ways do not wait for each other. */
  add(value: V128, way?: number): void;
  /** Called now and then: a sum moves on to float64. */
  flush(): void;
  /** What each lane has accumulated. */
  lanes(): V128;
  /** All lanes together, in every lane. */
  all(): V128;
  /** Vectors of memory that hold what was accumulated and flushed. */
  readonly parts: readonly Local<'v128'>[];
}

function accumulatorOf(context: KernelContext, { operation, operand }: ReduceKernel): Accumulator {
  const isFloat = operand.dtype === 'float32';
  if (operation === 'sum')
    return isFloat ? floatSum(context.f) : simple(context.f, i32x4.add, 0, operand.dtype);
  return isFloat
    ? simple(context.f, f32x4.max, -Infinity, operand.dtype)
    : simple(context.f, i32x4.maxS, -(2 ** 31), operand.dtype);
}

function simple(
  f: Func,
  combine: (a: V128, b: V128) => V128,
  identity: number,
  dtype: DType,
): Accumulator {
  const total = f.local('v128');
  return {
    parts: [total],
    reset: () => f.set(total, constantVector(identity, dtype)),
    add: (value) => f.set(total, combine(total, value)),
    flush: () => {},
    lanes: () => total,
    all: () => {
      f.set(total, combine(total, v128.shuffle32(total, total, [2, 3, 0, 1])));
      f.set(total, combine(total, v128.shuffle32(total, total, [1, 0, 3, 2])));
      return total;
    },
  };
}

function floatSum(f: Func): Accumulator {
  const runs = Array.from({ length: ways }, () => f.local('v128'));
  const [run] = runs;
  const low = f.local('v128');
  const high = f.local('v128');
  const flush = (): void => {
    for (const other of runs.slice(1)) {
      f.set(run, f32x4.add(run, other));
      f.set(other, f32x4.const(0));
    }
    f.set(low, f64x2.add(low, f64x2.promoteLowF32x4(run)));
    const upper = v128.shuffle32(run, run, [2, 3, 2, 3]);
    f.set(high, f64x2.add(high, f64x2.promoteLowF32x4(upper)));
    f.set(run, f32x4.const(0));
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

/** Lanes that exist take `value`, the others the reduction's identity. */
function masked({ left }: Position, value: V128, kernel: ReduceKernel): V128 {
  if (!left) return value;
  const identity =
    kernel.operation === 'sum' ? 0 : kernel.operand.dtype === 'float32' ? -Infinity : -(2 ** 31);
  const exists = i32x4.gtS(i32x4.splat(left), i32x4.const(0, 1, 2, 3));
  return v128.bitselect(value, constantVector(identity, kernel.operand.dtype), exists);
}

/** Numbers of the nest's dimensions for which `reduced` is `wanted`. */
const dimsWhere = (nest: Nest, wanted: boolean): number[] =>
  nest.reduced.flatMap((reduced, dim) => (reduced === wanted ? [dim] : []));

/** Loops over `dims`, outermost first, and calls `body` with all indices. */
function nestedLoops(
  f: Func,
  nest: Nest,
  dims: readonly number[],
  indices: I32[],
  body: () => void,
): void {
  const [dim, ...rest] = dims;
  if (dim === undefined) {
    body();
    return;
  }
  const index = f.local('i32');
  indices[dim] = index;
  f.for(index, 0, nest.shape[dim], 1, () => nestedLoops(f, nest, rest, indices, body));
}

function accessesAt(
  context: KernelContext,
  nest: Nest,
  views: Iterable<Strided>,
  indices: readonly I32[],
  along: number,
): Map<Strided, Access> {
  return accessesOf(
    views,
    (view) => startOf(context, view, nest.strides.get(view)!, indices),
    (view) => nest.strides.get(view)![along],
  );
}

/** Indices of all dimensions from a number that counts the kept ones; reduced ones are 0. */
function keptIndices(
  context: KernelContext,
  nest: Nest,
  kept: readonly number[],
  position: I32,
): I32[] {
  const indices = nest.shape.map(() => i32.const(0) as I32);
  const decoded = decode(
    context,
    position,
    kept.map((dim) => nest.shape[dim]),
  );
  kept.forEach((dim, i) => {
    indices[dim] = decoded[i];
  });
  return indices;
}

const countOf = (nest: Nest, dims: readonly number[]): number =>
  dims.reduce((product, dim) => product * nest.shape[dim], 1);

/** Stores the epilogue for one result, the same in every lane of `result`. */
function storeOne(
  context: KernelContext,
  { stores }: ReduceKernel,
  nest: Nest,
  indices: readonly I32[],
  result: V128,
): void {
  const held = context.f.hold(result);
  const last = nest.shape.length - 1;
  const accesses = accessesAt(context, nest, viewsOf(stores), indices, last);
  const code = new VectorCode(context, accesses, () => held);
  code.store(stores, singlePosition(context, i32.const(0), 1));
}

/** The innermost dimension is reduced. */
function emitAlongRows(context: KernelContext, kernel: ReduceKernel, nest: Nest): void {
  const { f } = context;
  const inner = nest.shape.length - 1;
  const kept = dimsWhere(nest, false);
  const outer = dimsWhere(nest, true).filter((dim) => dim !== inner);
  const together = rowsTogether(nest, kept, outer);
  if (together > 1) {
    emitBlocksOfRows(context, kernel, nest, together);
    return;
  }
  context.forEachTask({ count: countOf(nest, kept), cost: sizeOf(nest.shape) }, (position) => {
    const indices = keptIndices(context, nest, kept, position);
    const total = accumulatorOf(context, kernel);
    total.reset();
    nestedLoops(f, nest, outer, indices, () =>
      accumulateRow(context, kernel, nest, indices, total),
    );
    for (const dim of outer) indices[dim] = i32.const(0);
    storeOne(context, kernel, nest, indices, total.all());
  });
}

/** Rows of at least this many bytes are long enough for the processor to fetch ahead. */
const longRow = 8192;
/** Tasks that there should be, so that threads share them evenly. */
const leastTasks = 16;

/** How many neighbouring results are computed at the same time, so that memory is read in long runs. */
function rowsTogether(nest: Nest, kept: readonly number[], outer: readonly number[]): number {
  const inner = nest.shape.length - 1;
  const last = kept[kept.length - 1];
  if (outer.length === 0 || last !== inner - 1) return 1;
  const rowBytes = nest.shape[inner] * 4;
  const most = Math.min(Math.ceil(longRow / rowBytes), countOf(nest, kept) / leastTasks);
  for (let rows = Math.floor(most); rows > 1; rows--)
    if (nest.shape[last] % rows === 0) return rows;
  return 1;
}

/** The same for blocks of `together` results, whose sums so far are kept in memory. */
function emitBlocksOfRows(
  context: KernelContext,
  kernel: ReduceKernel,
  nest: Nest,
  together: number,
): void {
  const { f } = context;
  const inner = nest.shape.length - 1;
  const kept = dimsWhere(nest, false);
  const outer = dimsWhere(nest, true).filter((dim) => dim !== inner);
  const last = kept[kept.length - 1];
  const total = accumulatorOf(context, kernel);
  const bytesEach = total.parts.length * 16;
  const memory = f.hold(flat(context.localScratch(together * bytesEach)));
  const count = countOf(nest, kept) / together;
  context.forEachTask({ count, cost: sizeOf(nest.shape) }, (block) => {
    const indices = keptIndices(context, nest, kept, f.hold(i32.mul(block, together)));
    const first = f.hold(indices[last]);
    const row = f.local('i32');
    const forEachRow = (body: (sums: I32) => void): void =>
      f.for(row, 0, together, 1, () => {
        indices[last] = f.hold(i32.add(first, row));
        body(f.hold(i32.add(memory, i32.mul(row, bytesEach))));
      });
    const save = (sums: I32): void =>
      total.parts.forEach((part, i) => {
        v128.store(f, sums, part, i * 16);
      });
    const restore = (sums: I32): void => {
      total.reset();
      total.parts.forEach((part, i) => {
        f.set(part, v128.load(sums, i * 16));
      });
    };
    total.reset();
    forEachRow(save);
    nestedLoops(f, nest, outer, indices, () =>
      forEachRow((sums) => {
        restore(sums);
        accumulateRow(context, kernel, nest, indices, total);
        save(sums);
      }),
    );
    for (const dim of outer) indices[dim] = i32.const(0);
    forEachRow((sums) => {
      restore(sums);
      storeOne(context, kernel, nest, indices, total.all());
    });
  });
}

/** Adds one row along the innermost dimension. */
function accumulateRow(
  context: KernelContext,
  kernel: ReduceKernel,
  nest: Nest,
  indices: readonly I32[],
  total: Accumulator,
): void {
  const { f } = context;
  const inner = nest.shape.length - 1;
  const accesses = accessesAt(
    context,
    nest,
    readsIn([kernel.operand]),
    indices.slice(0, inner),
    inner,
  );
  const code = new VectorCode(context, accesses);
  code.hoist([kernel.operand]);
  const extent = nest.shape[inner];
  const run = (start: I32 | number, end: I32 | number): void => {
    if (extent % (ways * vectorWidth) === 0) {
      const index = f.local('i32');
      f.for(index, start, end, ways * vectorWidth, () => {
        for (let way = 0; way < ways; way++) {
          const next = i32.add(index, way * vectorWidth);
          const at = singlePosition(context, next, vectorWidth);
          total.add(code.evaluator(at)(kernel.operand), way);
        }
      });
      total.flush();
      return;
    }
    vectorLoop(context, start, end, (at) =>
      total.add(masked(at, code.evaluator(at)(kernel.operand), kernel)),
    );
    total.flush();
  };
  if (extent <= floatRun) {
    run(0, extent);
    return;
  }
  const start = f.local('i32');
  f.for(start, 0, extent, floatRun, () =>
    run(start, f.hold(i32.min(i32.add(start, floatRun), i32.const(extent)))),
  );
}

/** The innermost dimension is kept: lanes are neighbouring results. */
function emitAcrossRows(context: KernelContext, kernel: ReduceKernel, nest: Nest): void {
  const { f } = context;
  const inner = nest.shape.length - 1;
  const kept = dimsWhere(nest, false).filter((dim) => dim !== inner);
  const reduced = dimsWhere(nest, true);
  const extent = nest.shape[inner];
  const vectors = Math.ceil(extent / vectorWidth);
  context.forEachTask(
    { count: countOf(nest, kept) * vectors, cost: sizeOf(nest.shape) },
    (position) => {
      const [row, vector] =
        kept.length === 0
          ? [i32.const(0), position]
          : [f.hold(i32.divU(position, vectors)), f.hold(i32.remU(position, vectors))];
      const indices = keptIndices(context, nest, kept, row);
      const first = f.hold(i32.mul(vector, vectorWidth));
      const total = accumulatorOf(context, kernel);
      total.reset();
      const element = (at: Position): void => {
        const accesses = accessesAt(
          context,
          nest,
          readsIn([kernel.operand]),
          indices.slice(0, inner),
          inner,
        );
        const code = new VectorCode(context, accesses);
        total.add(code.evaluator(at)(kernel.operand));
      };
      const finish = (at: Position): void => {
        nestedLoops(f, nest, reduced.slice(0, -1), indices, () => {
          const last = reduced[reduced.length - 1];
          if (last === undefined) return element(at);
          const index = f.local('i32');
          indices[last] = index;
          f.for(index, 0, nest.shape[last], 1, () => {
            element(at);
            // Now and then is every 64 additions: rows are short runs of float32.
            f.if(i32.eq(i32.and(index, 63), 63), () => total.flush());
          });
          total.flush();
        });
        total.flush();
        const result = f.hold(total.lanes());
        const at0 = indices.map((index, dim) => (reduced.includes(dim) ? i32.const(0) : index));
        const accesses = accessesAt(
          context,
          nest,
          viewsOf(kernel.stores),
          at0.slice(0, inner),
          inner,
        );
        new VectorCode(context, accesses, () => result).store(kernel.stores, at);
      };
      const whole: Position = {
        index: first,
        left: null,
        scaled: (factor) => i32.mul(first, factor),
      };
      if (extent % vectorWidth === 0) return finish(whole);
      const left: Local<'i32'> = f.hold(i32.sub(i32.const(extent), first));
      f.if(
        i32.geS(left, vectorWidth),
        () => finish(whole),
        () => finish({ ...whole, left }),
      );
    },
  );
}

interface ScalarReduction {
  reset(): void;
  add(value: V128, index: I32): void;
  result(): V128;
}

/** Index of the first maximum; the first NaN counts as the largest. */
function argmaxOf({ operand }: ReduceKernel): (f: Func) => ScalarReduction {
  return (f) => {
    const best = f.local('v128');
    const place = f.local('v128');
    const isFloat = operand.dtype === 'float32';
    const started = f.local('v128');
    return {
      reset: () => {
        f.set(started, i32x4.const(0));
        f.set(place, i32x4.const(0));
        f.set(best, i32x4.const(0));
      },
      add: (value, index) => {
        const held = f.hold(value);
        const larger = isFloat
          ? v128.or(f32x4.gt(held, best), v128.and(f32x4.ne(held, held), f32x4.eq(best, best)))
          : i32x4.gtS(held, best);
        const wins = f.hold(v128.or(larger, v128.not(started)));
        f.set(best, v128.bitselect(held, best, wins));
        f.set(place, v128.bitselect(i32x4.splat(index), place, wins));
        f.set(started, i32x4.const(-1));
      },
      result: () => place,
    };
  };
}

/** One result after the other, one element after the other, in the first lane. */
function emitScalarReduction(
  context: KernelContext,
  kernel: ReduceKernel,
  nest: Nest,
  reduction: (f: Func) => ScalarReduction,
): void {
  const { f } = context;
  const kept = dimsWhere(nest, false);
  const reduced = dimsWhere(nest, true);
  const last = nest.shape.length - 1;
  context.forEachTask({ count: countOf(nest, kept), cost: sizeOf(nest.shape) }, (position) => {
    const indices = keptIndices(context, nest, kept, position);
    const total = reduction(f);
    total.reset();
    nestedLoops(f, nest, reduced, indices, () => {
      const accesses = accessesAt(context, nest, readsIn([kernel.operand]), indices, last);
      const code = new VectorCode(context, accesses);
      const value = code.evaluator(singlePosition(context, i32.const(0), 1))(kernel.operand);
      const along = reduced.length > 0 ? indices[reduced[0]] : i32.const(0);
      total.add(value, along);
    });
    for (const dim of reduced) indices[dim] = i32.const(0);
    storeOne(context, kernel, nest, indices, total.result());
  });
}
