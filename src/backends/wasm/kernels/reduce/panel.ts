/** Panels of results: rows are added to accumulators in memory from their beginnings to their ends, so that the processor fetches ahead. */

import type { DType } from '../../../../graph/dtype.js';
import type { BufferView, Expression, ReduceKernel, Store } from '../../../plan.js';
import { type I32, i32, type V128 } from '../../assembler.js';
import { constantVector } from '../../expression.js';
import { flat, type KernelContext, roundUp } from '../../kernel-context.js';
import { type Nest, readsIn, viewsOf } from '../../nest.js';
import { f32x4, f64x2, v128 } from '../../simd.js';
import { type Access, type Position, VectorCode, vectorWidth } from '../../vector-loop.js';
import { identityOf } from './accumulator.js';
import {
  dimsWhere,
  leastTasks,
  nestedLoops,
  type ResultBlock,
  rowsInRun,
  startingAt,
} from './reduced-nest.js';

/** Results of a panel: long runs of memory, and accumulators that a first-level cache holds. */
const leastWidth = 128;
const mostWidth = 512;

/** How wide panels of results are when there are `kept` rows of results. */
export function panelWidth(nest: Nest, kept: number): number {
  const extent = nest.shape[nest.shape.length - 1];
  const byTasks = roundUp(Math.ceil((kept * extent) / leastTasks), vectorWidth);
  return Math.min(extent, Math.max(leastWidth, Math.min(mostWidth, byTasks)));
}

/** What an operand has come to. */
interface Sums {
  /** What is accumulated in lanes of the operand's dtype. */
  readonly run: BufferView;
  readonly access: Access;
  readonly dtype: DType;
  /** Sums of float32 runs in float64; null for others, which are in `run`. */
  readonly totals: I32 | null;
}

export function emitPanel(
  context: KernelContext,
  kernel: ReduceKernel,
  nest: Nest,
  { indices, first, results }: ResultBlock,
): void {
  const { f } = context;
  const { operands, operation } = kernel;
  const reads = readsIn(operands);
  const accessesFrom = startingAt(context, nest, first, [...reads, ...viewsOf(kernel.stores)]);
  const sums = operands.map(({ dtype }) => sumsOf(context, operation, dtype, results));
  const stores = operands.map((operand, i) => accumulation(operation, operand, sums[i]));
  const at = [...indices];
  const addRow = (): void => {
    const accesses = accessesFrom(reads, at);
    for (const { run, access } of sums) accesses.set(run, access);
    new VectorCode(context, accesses).storeAll(stores, 0, results);
  };
  const flush = (): void => {
    for (const sum of sums) flushRun(context, sum, results);
  };
  for (const sum of sums)
    clear(context, sum, { results, identity: identityOf(operation, sum.dtype) });
  const reduced = dimsWhere(nest, true);
  const last = reduced[reduced.length - 1];
  nestedLoops(f, nest, reduced.slice(0, -1), at, () => {
    const index = f.local('i32');
    at[last] = index;
    const extent = nest.shape[last];
    if (extent <= rowsInRun) f.for(index, 0, extent, 1, addRow);
    else {
      const start = f.local('i32');
      f.for(start, 0, extent, rowsInRun, () => {
        const end = f.hold(i32.min(i32.add(start, rowsInRun), i32.const(extent)));
        f.for(index, start, end, 1, addRow);
        f.if(i32.ltS(end, extent), flush);
      });
    }
    flush();
  });
  const accesses = accessesFrom(viewsOf(kernel.stores), indices);
  const code = new VectorCode(context, accesses, (position, part) =>
    resultAt(sums[Number(part ?? 0)], position),
  );
  code.storeAll(kernel.stores, 0, results);
}

/** Memory for the accumulators of one operand. */
function sumsOf(
  context: KernelContext,
  operation: ReduceKernel['operation'],
  dtype: DType,
  results: number,
): Sums {
  const { f } = context;
  const width = roundUp(results, vectorWidth);
  const lanes = dtype === 'float32' ? 'float32' : 'int32';
  const memory = context.localScratch(width * 4);
  const run = context.scratchView(memory, [], lanes);
  const access = { base: f.hold(flat(memory)), offset: 0, stride: 1 };
  const isFloatSum = operation === 'sum' && dtype === 'float32';
  const totals = isFloatSum ? f.hold(flat(context.localScratch(width * 8))) : null;
  return { run, access, dtype: lanes, totals };
}

/** run = run + operand, or the larger of both */
function accumulation(
  operation: ReduceKernel['operation'],
  operand: Expression,
  { run, dtype }: Sums,
): Store {
  const soFar: Expression = { kind: 'load', view: run, dtype };
  const name = operation === 'sum' ? 'add' : 'maximum';
  return { view: run, value: { kind: 'apply', name, args: [soFar, operand], dtype } };
}

/** Calls `body` with the byte address, from 0, of each vector of `results` elements. */
function forEachVector({ f }: KernelContext, results: number, body: (offset: I32) => void): void {
  const offset = f.local('i32');
  f.for(offset, 0, roundUp(results, vectorWidth) * 4, 16, () => body(offset));
}

function clear(
  context: KernelContext,
  { access, dtype, totals }: Sums,
  { results, identity }: { results: number; identity: number },
): void {
  const { f } = context;
  forEachVector(context, results, (offset) => {
    v128.store(f, i32.add(access.base, offset), constantVector(identity, dtype));
    if (!totals) return;
    const total = f.hold(i32.add(totals, i32.mul(offset, 2)));
    v128.store(f, total, f32x4.const(0));
    v128.store(f, total, f32x4.const(0), 16);
  });
}

/** Adds what a run has come to in float32 to its total in float64. */
function flushRun(context: KernelContext, { access, totals }: Sums, results: number): void {
  const { f } = context;
  if (!totals) return;
  forEachVector(context, results, (offset) => {
    const from = f.hold(i32.add(access.base, offset));
    const run = f.hold(v128.load(from));
    const total = f.hold(i32.add(totals, i32.mul(offset, 2)));
    const upper = v128.shuffle32(run, run, [2, 3, 2, 3]);
    v128.store(f, total, f64x2.add(v128.load(total), f64x2.promoteLowF32x4(run)));
    v128.store(f, total, f64x2.add(v128.load(total, 16), f64x2.promoteLowF32x4(upper)), 16);
    v128.store(f, from, f32x4.const(0));
  });
}

function resultAt({ access, totals }: Sums, position: Position): V128 {
  if (!totals) return v128.load(i32.add(access.base, position.scaled(4)));
  const total = i32.add(totals, position.scaled(8));
  const [low, high] = [0, 16].map((at) => f32x4.demoteF64x2Zero(v128.load(total, at)));
  return v128.shuffle32(low, high, [0, 1, 4, 5]);
}
