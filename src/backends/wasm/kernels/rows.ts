/** Stages over the same rows, all of them for one block of rows after the other, which stays in the cache. */

import { bytesPerElement } from '../../../graph/dtype.js';
import { type Shape, sameShape, sizeOf } from '../../../graph/shape.js';
import {
  type Buffer,
  type BufferView,
  type Expression,
  expressionsOf,
  partsOf,
  type RowStage,
  type RowsKernel,
  readsOf,
  rewrite,
  writesOf,
} from '../../plan.js';
import { type I32, i32 } from '../assembler.js';
import { flat, type KernelContext, leastWork } from '../kernel-context.js';
import { type IndexExpression, type Nest, nestOf, type Strided } from '../nest.js';
import { decode, startOf } from '../rows.js';
import { store32 } from '../simd.js';
import { emitMap } from './map.js';
import { emitReduce } from './reduce/reduce.js';

/** A block of all operands that a first-level cache holds, and of those that are read, a second-level one. */
const smallBlock = 24 << 10;
const largeBlock = 1 << 18;
/** Runs of memory of at least this many bytes are long enough for the processor to fetch ahead. */
const longRun = 4096;
/** Neighbouring elements of neighbouring rows that are done together, at the least. */
const leastRun = 64;
const leastBlocks = 16;

export function emitRows(context: KernelContext, kernel: RowsKernel): void {
  const { f } = context;
  const nest = rowsNest(kernel);
  const kept = nest.shape.flatMap((_, dim) => (nest.reduced[dim] ? [] : [dim]));
  const outer = kept.slice(0, -1);
  const last = kept[kept.length - 1];
  const rows = last === undefined ? 1 : nest.shape[last];
  const together = rowsTogether(kernel, nest, last);
  const blocks = Math.ceil(rows / together);
  const rest = rows % together;
  const outerShape = outer.map((dim) => nest.shape[dim]);
  const work = {
    count: sizeOf(outerShape) * blocks,
    cost: sizeOf(nest.shape) * kernel.stages.length,
  };
  context.forEachTask(work, (task) => {
    const block = blocks === 1 ? i32.const(0) : f.hold(i32.remU(task, blocks));
    const position = blocks === 1 ? task : f.hold(i32.divU(task, blocks));
    const indices = nest.shape.map(() => i32.const(0) as I32);
    decode(context, position, outerShape).forEach((index, i) => {
      indices[outer[i]] = index;
    });
    if (last !== undefined) indices[last] = f.hold(i32.mul(block, together));
    const emit = (count: number): void => {
      const shape = nest.shape.map((extent, dim) => {
        if (dim === last) return count;
        return nest.reduced[dim] ? extent : 1;
      });
      context.alone(() => new BlockCode(context, nest, { shape, indices }).emit(kernel));
    };
    if (rest === 0) emit(together);
    else
      f.if(
        i32.eq(block, blocks - 1),
        () => emit(rest),
        () => emit(together),
      );
  });
}

/** The nest of all stages' views; what is one for each row does not change along reduced dimensions. */
function rowsNest({ shape, rows, stages }: RowsKernel): Nest {
  const views = new Set<Strided>();
  const results = new Set<Strided>();
  for (const stage of stages) {
    const operand = stage.kind === 'reduce' ? partsOf(stage.operands) : new Set();
    const isResult = isOfRows(stage, shape);
    for (const part of partsOf(expressionsOf(stage))) {
      if (part.kind !== 'load' && part.kind !== 'index') continue;
      const view = part.kind === 'load' ? part.view : part;
      views.add(view);
      if (isResult && !operand.has(part)) results.add(view);
    }
    for (const { view } of stage.stores) {
      views.add(view);
      if (isResult) results.add(view);
    }
  }
  return nestOf(shape, views, {
    results,
    reduced: shape.map((extent, dim) => rows[dim] !== extent),
  });
}

/** Whether a stage's stores are one for each row. */
const isOfRows = (stage: RowStage, shape: Shape): boolean =>
  stage.kind === 'reduce' || !sameShape(stage.shape, shape);

/** How many neighbouring rows along dimension `last` are done together. */
function rowsTogether(kernel: RowsKernel, nest: Nest, last: number | undefined): number {
  if (last === undefined) return 1;
  const rows = nest.shape[last];
  const count = nest.shape.reduce((n, extent, dim) => (nest.reduced[dim] ? n : n * extent), 1);
  const size = sizeOf(nest.shape);
  const rowBytes = (size / count) * 4;
  const bytesOf = (buffers: Iterable<Buffer>): number =>
    [...new Set(buffers)].filter(({ length }) => length >= size).length * rowBytes;
  const read = bytesOf(readsOf(kernel));
  const touched = bytesOf([...readsOf(kernel), ...writesOf(kernel)]);
  const inner = sizeOf(nest.shape.slice(last + 1));
  const isSplit = nest.reduced.slice(0, last).some((reduced) => reduced);
  let most = Math.floor(smallBlock / touched);
  if (isSplit) {
    // A row lies in pieces: several rows make them longer.
    const forLongRuns = Math.ceil(longRun / (inner * 4));
    most = Math.max(most, Math.min(forLongRuns, Math.floor(largeBlock / read)));
  }
  const byThreads = size < leastWork ? rows : Math.max(1, Math.floor(count / leastBlocks));
  most = Math.max(1, Math.min(most, byThreads, rows));
  if (last === nest.shape.length - 1) most = Math.max(leastRun, most - (most % leastRun));
  return Math.min(most, rows);
}

interface BlockPlace {
  /** The extents of a block over the nest's dimensions. */
  readonly shape: readonly number[];
  /** Where it begins. */
  readonly indices: readonly I32[];
}

/** The stages of one block, whose views begin where the block does. */
class BlockCode {
  readonly #context: KernelContext;
  readonly #nest: Nest;
  readonly #place: BlockPlace;
  /** Buffers that begin where the block does, by what they are of the plan's. */
  readonly #moved = new Map<Buffer, Map<string, Buffer>>();

  constructor(context: KernelContext, nest: Nest, place: BlockPlace) {
    this.#context = context;
    this.#nest = nest;
    this.#place = place;
  }

  emit({ shape, stages }: RowsKernel): void {
    for (const stage of stages) {
      const leaf = (expression: Exclude<Expression, { kind: 'apply' }>): Expression => {
        if (expression.kind === 'load') return { ...expression, view: this.#view(expression.view) };
        return expression.kind === 'index' ? this.#index(expression) : expression;
      };
      const rewritten = rewrite(expressionsOf(stage), leaf);
      const stores = stage.stores.map(({ view, value }) => ({
        view: this.#view(view),
        value: rewritten.get(value)!,
      }));
      const whole = this.#place.shape;
      const perRow = whole.map((extent, dim) => (this.#nest.reduced[dim] ? 1 : extent));
      const over = isOfRows(stage, shape) ? perRow : whole;
      if (stage.kind === 'map') emitMap(this.#context, { ...stage, shape: over, stores });
      else {
        const operands = stage.operands.map((operand) => rewritten.get(operand)!);
        emitReduce(this.#context, { ...stage, shape: perRow, inputShape: whole, operands, stores });
      }
    }
  }

  #view(view: BufferView): BufferView {
    const strides = this.#nest.strides.get(view)!;
    if (view.buffer.place.kind === 'row') return this.#ofBlock(view.buffer, strides);
    const fromStart = strides.map((stride, dim) => (this.#nest.reduced[dim] ? 0 : stride));
    const buffer = this.#bufferAt(view.buffer, `${view.offset} ${fromStart}`, () =>
      startOf(this.#context, view, fromStart, this.#place.indices),
    );
    return { buffer, offset: 0, strides };
  }

  /** What lives in this kernel alone: as much of it as the block has, without gaps. */
  #ofBlock(whole: Buffer, strides: readonly number[]): BufferView {
    const { shape } = this.#place;
    const own = strides.map(() => 0);
    const dims = strides.flatMap((stride, dim) => (stride !== 0 && shape[dim] > 1 ? [dim] : []));
    let length = 1;
    for (const dim of dims.sort((a, b) => strides[a] - strides[b])) {
      own[dim] = length;
      length *= shape[dim];
    }
    const bytes = length * bytesPerElement[whole.dtype];
    const buffer = this.#bufferAt(whole, '', () => this.#context.localScratch(bytes));
    return { buffer, offset: 0, strides: own };
  }

  #bufferAt(
    original: Buffer,
    key: string,
    place: () => ReturnType<KernelContext['address']>,
  ): Buffer {
    const known = this.#moved.get(original) ?? new Map<string, Buffer>();
    this.#moved.set(original, known);
    const moved = known.get(key) ?? { ...original };
    if (!known.has(key)) {
      known.set(key, moved);
      this.#context.bind(moved, place());
    }
    return moved;
  }

  #index(expression: IndexExpression): Expression {
    const strides = this.#nest.strides.get(expression)!;
    const fromStart = strides.map((stride, dim) => (this.#nest.reduced[dim] ? 0 : stride));
    const inBlock: Expression = { ...expression, strides };
    if (fromStart.every((stride) => stride === 0)) return inBlock;
    // What the block's beginning adds is known when it runs.
    const { base } = startOf(
      this.#context,
      { ...expression, offset: 0 },
      fromStart,
      this.#place.indices,
    );
    const word = this.#context.localScratch(4);
    store32(this.#context.f, flat(word), base);
    const buffer: Buffer = { id: -1, dtype: 'int32', length: 1, place: { kind: 'row' }, offset: 0 };
    this.#context.bind(buffer, word);
    const view = { buffer, offset: 0, strides: strides.map(() => 0) };
    const start: Expression = { kind: 'load', view, dtype: 'int32' };
    return { kind: 'apply', name: 'add', args: [inBlock, start], dtype: 'int32' };
  }
}
