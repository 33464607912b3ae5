/** Reductions that keep the innermost dimension: lanes are neighbouring results, of which several vectors or a whole panel are computed at once. */

import { sizeOf } from '../../../../graph/shape.js';
import { partsOf, type ReduceKernel } from '../../../plan.js';
import { i32 } from '../../assembler.js';
import type { KernelContext } from '../../kernel-context.js';
import { type Nest, readsIn, viewsOf } from '../../nest.js';
import { type Position, VectorCode, vectorWidth } from '../../vector-loop.js';
import { accumulatorsOf } from './accumulator.js';
import { emitPanel, panelWidth } from './panel.js';
import {
  countOf,
  dimsWhere,
  keptIndices,
  leastTasks,
  nestedLoops,
  type ResultBlock,
  rowsInRun,
  startingAt,
} from './reduced-nest.js';

/** Vectors of results at once: two cache lines of each row; fewer where an element takes many operations. */
const mostVectors = 8;
const mostParts = 48;
/** Rows, and elements of a result, from which on accumulators in memory cost less than reading in short pieces. */
const manyRows = 16;
const wideResult = 64;

export function emitAcrossRows(context: KernelContext, kernel: ReduceKernel, nest: Nest): void {
  const { f } = context;
  const inner = nest.shape.length - 1;
  const kept = dimsWhere(nest, false).filter((dim) => dim !== inner);
  const extent = nest.shape[inner];
  const rows = countOf(nest, dimsWhere(nest, true));
  const inPanels = rows >= manyRows && extent >= wideResult;
  const width = inPanels
    ? panelWidth(nest, countOf(nest, kept))
    : vectorsTogether(kernel, nest, countOf(nest, kept)) * vectorWidth;
  const blocks = Math.ceil(extent / width);
  const rest = extent % width;
  const count = countOf(nest, kept) * blocks;
  context.forEachTask({ count, cost: sizeOf(nest.shape) }, (position) => {
    const row = kept.length === 0 ? i32.const(0) : f.hold(i32.divU(position, blocks));
    const block = kept.length === 0 ? position : f.hold(i32.remU(position, blocks));
    const indices = keptIndices(context, nest, kept, row);
    const first = f.hold(i32.mul(block, width));
    const emitOne = inPanels ? emitPanel : emitBlock;
    const emit = (results: number): void =>
      emitOne(context, kernel, nest, { indices, first, results });
    if (rest === 0) emit(width);
    else if (blocks === 1) emit(rest);
    else
      f.if(
        i32.eq(block, blocks - 1),
        () => emit(rest),
        () => emit(width),
      );
  });
}

function vectorsTogether({ operands }: ReduceKernel, nest: Nest, rows: number): number {
  const vectors = Math.ceil(nest.shape[nest.shape.length - 1] / vectorWidth);
  const byTasks = Math.floor((rows * vectors) / leastTasks);
  const byCode = Math.floor(mostParts / partsOf(operands).size);
  const byRegisters = Math.floor(mostVectors / operands.length);
  return Math.max(1, Math.min(byRegisters, vectors, byTasks, byCode));
}

function emitBlock(
  context: KernelContext,
  kernel: ReduceKernel,
  nest: Nest,
  { indices, first, results }: ResultBlock,
): void {
  const { f } = context;
  const { operands } = kernel;
  const reduced = dimsWhere(nest, true);
  const vectors = Array.from({ length: Math.ceil(results / vectorWidth) }, (_, i) => ({
    position: blockPosition(context, i, results),
    totals: accumulatorsOf(context, kernel, 1),
  }));
  const all = vectors.flatMap(({ totals }) => totals);
  const reads = readsIn(operands);
  const accessesFrom = startingAt(context, nest, first, [...reads, ...viewsOf(kernel.stores)]);
  const at = [...indices];
  const addRow = (): void => {
    const code = new VectorCode(context, accessesFrom(reads, at));
    code.hoist(operands);
    for (const { position, totals } of vectors) {
      const evaluate = code.evaluator(position);
      totals.forEach((total, i) => {
        total.add(evaluate(operands[i]));
      });
    }
  };
  const flush = (): void => {
    for (const total of all) total.flush();
  };
  for (const total of all) total.reset();
  nestedLoops(f, nest, reduced.slice(0, -1), at, () => {
    const last = reduced[reduced.length - 1];
    if (last === undefined) addRow();
    else {
      const index = f.local('i32');
      at[last] = index;
      f.for(index, 0, nest.shape[last], 1, () => {
        addRow();
        if (nest.shape[last] > rowsInRun)
          f.if(i32.eq(i32.and(index, rowsInRun - 1), rowsInRun - 1), flush);
      });
    }
    flush();
  });
  const accesses = accessesFrom(viewsOf(kernel.stores), indices);
  for (const { position, totals } of vectors) {
    const results = totals.map((total) => f.hold(total.lanes()));
    new VectorCode(context, accesses, (_, part) => results[Number(part ?? 0)]).store(
      kernel.stores,
      position,
    );
  }
}

/** Vector `i` of a block, counted from the block's first result. */
function blockPosition({ f }: KernelContext, i: number, results: number): Position {
  const start = i * vectorWidth;
  const left = results - start < vectorWidth ? f.hold(i32.const(results - start)) : null;
  return { index: i32.const(0), left, ahead: start, scaled: () => i32.const(0) };
}
