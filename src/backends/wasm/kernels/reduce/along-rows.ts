/** Reductions along the innermost dimension: lanes are combined at the end of each result. */

import { sizeOf } from '../../../../graph/shape.js';
import type { ReduceKernel } from '../../../plan.js';
import { type I32, i32, type V128 } from '../../assembler.js';
import { constantVector } from '../../expression.js';
import { flat, type KernelContext } from '../../kernel-context.js';
import { type Nest, readsIn } from '../../nest.js';
import { i32x4, v128 } from '../../simd.js';
import {
  type Position,
  singlePosition,
  VectorCode,
  vectorLoop,
  vectorWidth,
} from '../../vector-loop.js';
import { type Accumulator, accumulatorsOf, identityOf, longestRun } from './accumulator.js';
import {
  accessesAt,
  countOf,
  dimsWhere,
  keptIndices,
  leastTasks,
  nestedLoops,
  storeOne,
} from './reduced-nest.js';

/** Vectors in a pass, and accumulators that fit into registers beside what they are computed of. */
const vectors = 4;
const mostAccumulators = 4;
const waysOf = ({ operands }: ReduceKernel): number =>
  Math.max(1, Math.floor(mostAccumulators / operands.length));
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
    const totals = accumulatorsOf(context, kernel, waysOf(kernel));
    for (const total of totals) total.reset();
    nestedLoops(f, nest, outer, indices, () =>
      accumulateRow(context, kernel, nest, indices, totals),
    );
    for (const dim of outer) indices[dim] = i32.const(0);
    const results = totals.map((total) => total.all());
    storeOne(context, kernel, nest, indices, results);
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
  const totals = accumulatorsOf(context, kernel, waysOf(kernel));
  const parts = totals.flatMap((total) => total.parts);
  const bytesEach = parts.length * 16;
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
    const reset = (): void => {
      for (const total of totals) total.reset();
    };
    const save = (sums: I32): void =>
      parts.forEach((part, i) => {
        v128.store(f, sums, part, i * 16);
      });
    const restore = (sums: I32): void => {
      reset();
      parts.forEach((part, i) => {
        f.set(part, v128.load(sums, i * 16));
      });
    };
    reset();
    forEachRow(save);
    nestedLoops(f, nest, outer, indices, () =>
      forEachRow((sums) => {
        restore(sums);
        accumulateRow(context, kernel, nest, indices, totals);
        save(sums);
      }),
    );
    for (const dim of outer) indices[dim] = i32.const(0);
    forEachRow((sums) => {
      restore(sums);
      const results = totals.map((total) => total.all());
      storeOne(context, kernel, nest, indices, results);
    });
  });
}

/** Adds one row along the innermost dimension. */
function accumulateRow(
  context: KernelContext,
  kernel: ReduceKernel,
  nest: Nest,
  indices: readonly I32[],
  totals: readonly Accumulator[],
): void {
  const { f } = context;
  const { operands } = kernel;
  const inner = nest.shape.length - 1;
  const extent = nest.shape[inner];
  const reads = accessesAt(context, nest, readsIn(operands), indices.slice(0, inner), inner);
  const code = new VectorCode(context, reads);
  code.hoist(operands);
  const own = waysOf(kernel);
  const step = vectors * vectorWidth;
  const whole = extent - (extent % step);
  const index = f.local('i32');
  const flush = (): void => {
    for (const total of totals) total.flush();
  };
  const add = (start: I32 | number, end: I32 | number): void => {
    f.for(index, start, end, step, () => {
      const first = singlePosition(context, index, vectorWidth);
      for (let way = 0; way < vectors; way++) {
        const evaluate = code.evaluator({ ...first, ahead: way * vectorWidth });
        totals.forEach((total, i) => {
          total.add(evaluate(operands[i]), way % own);
        });
      }
    });
    flush();
  };
  const run = longestRun * step;
  if (whole > run) {
    const start = f.local('i32');
    f.for(start, 0, whole, run, () =>
      add(start, f.hold(i32.min(i32.add(start, run), i32.const(whole)))),
    );
  } else if (whole > 0) add(0, whole);
  if (whole === extent) return;
  vectorLoop(context, whole, extent, (at) => {
    const evaluate = code.evaluator(at);
    totals.forEach((total, i) => {
      const identity = identityOf(kernel.operation, operands[i].dtype);
      total.add(masked(at, evaluate(operands[i]), constantVector(identity, operands[i].dtype)));
    });
  });
  flush();
}

/** Lanes that exist take `value`, the others `identity`. */
function masked({ left }: Position, value: V128, identity: V128): V128 {
  if (!left) return value;
  const exists = i32x4.gtS(i32x4.splat(left), i32x4.const(0, 1, 2, 3));
  return v128.bitselect(value, identity, exists);
}
