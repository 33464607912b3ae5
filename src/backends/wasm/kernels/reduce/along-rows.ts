/** Reductions along the innermost dimension: lanes are combined at the end of each result. */

import { bytesPerElement } from '../../../../graph/dtype.js';
import { sizeOf } from '../../../../graph/shape.js';
import type { Expression, ReduceKernel } from '../../../plan.js';
import { type Func, type I32, i32, type V128 } from '../../assembler.js';
import { constantVector } from '../../expression.js';
import { flat, type KernelContext } from '../../kernel-context.js';
import { type Nest, readsIn, type Strided } from '../../nest.js';
import { i32x4, v128 } from '../../simd.js';
import {
  type Access,
  type Position,
  VectorCode,
  vectorLoop,
  vectorWidth,
} from '../../vector-loop.js';
import { type Accumulator, accumulatorOf, identityOf, longestRun } from './accumulator.js';
import {
  accessesAt,
  countOf,
  dimsWhere,
  keptIndices,
  leastTasks,
  nestedLoops,
  storeOne,
} from './reduced-nest.js';

/** Vectors that are accumulated at the same time. */
const ways = 4;
/** Elements of a row that is worth code of its own for each way. */
const longEnough = 512;
/** Rows of at least this many bytes are long enough for the processor to fetch ahead. */
const longRow = 8192;

export function emitAlongRows(context: KernelContext, kernel: ReduceKernel, nest: Nest): void {
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
    const total = accumulatorOf(context, kernel, ways);
    total.reset();
    nestedLoops(f, nest, outer, indices, () =>
      accumulateRow(context, kernel, nest, indices, total),
    );
    for (const dim of outer) indices[dim] = i32.const(0);
    storeOne(context, kernel, nest, indices, total.all());
  });
}

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
  const total = accumulatorOf(context, kernel, ways);
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
  const { operand } = kernel;
  const inner = nest.shape.length - 1;
  const extent = nest.shape[inner];
  const reads = accessesAt(context, nest, readsIn([operand]), indices.slice(0, inner), inner);
  const codes = codesOfWays(context, operand, reads, extent);
  const step = ways * vectorWidth;
  const whole = extent - (extent % step);
  const index = f.local('i32');
  const add = (start: I32 | number, end: I32 | number): void => {
    f.for(index, start, end, step, () => {
      const first = wholeVector(f, index);
      for (let way = 0; way < ways; way++) {
        const at = codes.length > 1 ? first : wholeVector(f, ahead(f, index, way));
        total.add(codes[way % codes.length].evaluator(at)(operand), way);
      }
    });
    total.flush();
  };
  const run = longestRun * step;
  if (whole > run) {
    const start = f.local('i32');
    f.for(start, 0, whole, run, () =>
      add(start, f.hold(i32.min(i32.add(start, run), i32.const(whole)))),
    );
  } else if (whole > 0) add(0, whole);
  if (whole === extent) return;
  vectorLoop(context, whole, extent, (at) =>
    total.add(masked(at, codes[0].evaluator(at)(operand), kernel)),
  );
  total.flush();
}

/**
 * Code for each way, which reads its vector at the first one's place and an offset that costs nothing; for
 * a short row, where getting ready takes longer than the rest, one code for all of them.
 */
function codesOfWays(
  context: KernelContext,
  operand: Expression,
  accesses: ReadonlyMap<Strided, Access>,
  extent: number,
): VectorCode[] {
  const hasIndex = [...accesses.keys()].some((view) => !('buffer' in view));
  const isBackwards = [...accesses.values()].some(({ stride }) => stride < 0);
  const count = extent >= longEnough && !hasIndex && !isBackwards ? ways : 1;
  return Array.from({ length: count }, (_, way) => {
    const moved = [...accesses].map(([view, access]): [Strided, Access] => {
      const bytes = 'buffer' in view ? bytesPerElement[view.buffer.dtype] : 0;
      const offset = access.offset + way * vectorWidth * access.stride * bytes;
      return [view, { ...access, offset }];
    });
    const code = new VectorCode(context, new Map(moved));
    code.hoist([operand]);
    return code;
  });
}

/** A position at `index`, whose multiples are computed once. */
function wholeVector(f: Func, index: I32): Position {
  const multiples = new Map<number, I32>();
  const scaled = (factor: number): I32 => {
    const known = multiples.get(factor) ?? f.hold(i32.mul(index, factor));
    multiples.set(factor, known);
    return known;
  };
  return { index, left: null, scaled };
}

const ahead = (f: Func, index: I32, way: number): I32 => f.hold(i32.add(index, way * vectorWidth));

/** Lanes that exist take `value`, the others the reduction's identity. */
function masked({ left }: Position, value: V128, kernel: ReduceKernel): V128 {
  if (!left) return value;
  const exists = i32x4.gtS(i32x4.splat(left), i32x4.const(0, 1, 2, 3));
  const identity = constantVector(identityOf(kernel), kernel.operand.dtype);
  return v128.bitselect(value, identity, exists);
}
