/** Join rows: reductions and maps over the same rows become one kernel, which reads memory once and then its cache. */

import {
  type Buffer,
  type BufferView,
  expressionsOf,
  type Kernel,
  partsOf,
  type ReduceKernel,
  type RowStage,
  type RowsKernel,
  readsOf,
  rewrite,
  writesOf,
} from '../backends/plan.js';
import { bytesPerElement } from '../graph/dtype.js';
import { type Shape, sameShape, sizeOf } from '../graph/shape.js';
import { conflict } from './kernel-order.js';

/** What the rows at hand may read, in bytes: a part of a second-level cache. */
const cacheBytes = 1 << 18;
/** Ways of a second-level cache, and what one of them holds. */
const cacheWays = 8;
const cacheWay = 1 << 16;
/** Rows that are done together where neighbouring elements are of neighbouring rows: long runs of memory. */
const rowsInRun = 64;
/** Rows, or runs of them, that there should be, so that threads have enough to share. */
const leastRows = 16;
/** Elements that one thread may as well do alone. */
const littleWork = 20_000;
/** Kernels that a stage may be moved over. */
const reach = 16;

/**
 * Joins each reduction of `kernels` with the stages around it that take the same rows, so that a softmax
 * or a normalisation is one kernel; what no other kernel reads then needs no memory of its own.
 */
export function joinRows(kernels: readonly Kernel[], outputs: readonly Buffer[]): Kernel[] {
  const order = [...kernels];
  for (let at = 0; at < order.length; at++) {
    const reduction = order[at];
    if (reduction.kind !== 'reduce') continue;
    const block = new Block(reduction);
    if (!block.isShareable()) continue;
    const later = order.slice(at + 1, at + 1 + reach);
    // A sum that others wait for comes along, whatever it reads; so does what is one number for each row.
    const behind = takeInto(later, (stage) => {
      const isSmall = stage.kind === 'reduce' || !sameShape(stage.shape, reduction.inputShape);
      if (!block.accepts(stage) || !(isSmall || block.shares(stage))) return false;
      block.append(stage);
      return true;
    });
    const earlier = order.slice(Math.max(0, at - reach), at).reverse();
    const before = takeInto(earlier, (stage) => {
      if (!block.accepts(stage) || !block.shares(stage)) return false;
      block.prepend(stage);
      return true;
    }).reverse();
    const joined = block.kernel();
    if (!joined) continue;
    order.splice(
      at - earlier.length,
      earlier.length + 1 + later.length,
      ...before,
      joined,
      ...behind,
    );
    at += before.length - earlier.length;
  }
  const users = usersOf(order);
  return order.map((kernel) =>
    kernel.kind === 'rows' ? withoutMemory(kernel, innerBuffers(kernel, users, outputs)) : kernel,
  );
}

/** Offers `kernels`, nearest first, to `take`; returns those that stay where they are. */
function takeInto(kernels: readonly Kernel[], take: (stage: RowStage) => boolean): Kernel[] {
  const passed: Kernel[] = [];
  for (const kernel of kernels) {
    const isStage = kernel.kind === 'map' || kernel.kind === 'reduce';
    const mayMove = isStage && !passed.some((other) => conflict(kernel, other));
    if (!mayMove || !take(kernel)) passed.push(kernel);
  }
  return passed;
}

/** How a stage touches a buffer. */
interface Use {
  /** The elements that each of its views means at each row, in words. */
  readonly elements: Set<string>;
  readonly isWritten: boolean;
  /** Of the rows at hand, if they are read. */
  readonly bytesRead: number;
}

/** Stages over the same rows, under construction. */
class Block {
  readonly #shape: Shape;
  readonly #rows: Shape;
  #stages: RowStage[];
  #uses: Map<Buffer, Use>;

  constructor(reduction: ReduceKernel) {
    this.#shape = reduction.inputShape;
    this.#rows = reduction.shape;
    this.#stages = [reduction];
    this.#uses = this.#usesOf(reduction);
  }

  /** Whether threads have enough rows to share, and a cache can hold a row. */
  isShareable(): boolean {
    if (sizeOf(this.#shape) < littleWork) return !this.#shape.includes(0);
    const inner = this.#shape.findLastIndex((extent) => extent !== 1);
    const run = this.#isReduced(inner) ? 1 : rowsInRun;
    return sizeOf(this.#rows) / run >= leastRows && this.#piecesFit();
  }

  /** Whether the pieces that a row lies in do not all want the same places of a cache. */
  #piecesFit(): boolean {
    const isKept = (dim: number): boolean => !this.#isReduced(dim) && this.#shape[dim] !== 1;
    const innerKept = this.#shape.findLastIndex((_, dim) => isKept(dim));
    const apart = this.#shape.findLastIndex((_, dim) => dim < innerKept && this.#isReduced(dim));
    if (apart < 0) return true;
    const pieces = sizeOf(this.#shape.filter((_, dim) => dim <= apart && this.#isReduced(dim)));
    const distance = 4 * sizeOf(this.#shape.slice(apart + 1));
    let places = 1;
    for (let bytes = cacheWay; distance % bytes !== 0; bytes /= 2) places *= 2;
    return pieces <= cacheWays * places;
  }

  /** Whether `stage` touches what the stages so far touch. */
  shares(stage: RowStage): boolean {
    return [...this.#usesOf(stage).keys()].some((buffer) => this.#uses.has(buffer));
  }

  /** Whether `stage` is over the same rows, and they still fit the cache with it. */
  accepts(stage: RowStage): boolean {
    const fits =
      stage.kind === 'reduce'
        ? sameShape(stage.inputShape, this.#shape) && sameShape(stage.shape, this.#rows)
        : sameShape(stage.shape, this.#shape) || sameShape(stage.shape, this.#rows);
    if (!fits) return false;
    const uses = this.#usesOf(stage);
    const shared = [...uses].filter(([buffer]) => this.#uses.has(buffer));
    const inRows = shared.every(([buffer, use]) => {
      const known = this.#uses.get(buffer)!;
      const sameElements = new Set([...use.elements, ...known.elements]).size === 1;
      return sameElements || !(use.isWritten || known.isWritten);
    });
    if (!inRows) return false;
    const bytes = [...merged(this.#uses, uses).values()].map(({ bytesRead }) => bytesRead);
    return bytes.reduce((sum, each) => sum + each, 0) <= cacheBytes;
  }

  append(stage: RowStage): void {
    this.#stages = [...this.#stages, stage];
    this.#uses = merged(this.#uses, this.#usesOf(stage));
  }

  prepend(stage: RowStage): void {
    this.#stages = [stage, ...this.#stages];
    this.#uses = merged(this.#uses, this.#usesOf(stage));
  }

  /** All in one; null where a single stage goes over the elements of rows. */
  kernel(): RowsKernel | null {
    const whole = this.#stages.filter(
      (stage) => stage.kind === 'reduce' || sameShape(stage.shape, this.#shape),
    );
    if (whole.length < 2) return null;
    return {
      kind: 'rows',
      scope: this.#stages.find(({ scope }) => scope !== '')?.scope ?? '',
      label: this.#stages.map(({ label }) => label).join(' | '),
      shape: this.#shape,
      rows: this.#rows,
      stages: this.#stages,
    };
  }

  #isReduced(dim: number): boolean {
    return this.#rows[dim] !== this.#shape[dim];
  }

  #usesOf(stage: RowStage): Map<Buffer, Use> {
    let uses = new Map<Buffer, Use>();
    const touch = (view: BufferView, shape: Shape, isWritten: boolean): void => {
      const elements = new Set([elementsOf(view, shape)]);
      const bytesRead = isWritten ? 0 : this.#bytesOf(view, shape);
      uses = merged(uses, new Map([[view.buffer, { elements, isWritten, bytesRead }]]));
    };
    const operand = stage.kind === 'reduce' ? partsOf(stage.operands) : new Set();
    for (const part of partsOf(expressionsOf(stage))) {
      if (part.kind !== 'load') continue;
      touch(part.view, operand.has(part) ? this.#shape : stage.shape, false);
    }
    for (const { view } of stage.stores) touch(view, stage.shape, true);
    return uses;
  }

  #bytesOf({ buffer, strides }: BufferView, shape: Shape): number {
    const inner = this.#shape.findLastIndex((extent) => extent !== 1);
    const extents = shape.map((extent, dim) => {
      if (strides[dim] === 0) return 1;
      if (this.#isReduced(dim)) return extent;
      return dim === inner ? Math.min(extent, rowsInRun) : 1;
    });
    return sizeOf(extents) * bytesPerElement[buffer.dtype];
  }
}

/** Views of the same words mean the same elements at each row. */
function elementsOf({ offset, strides }: BufferView, shape: Shape): string {
  return `${offset}: ${strides.map((stride, dim) => (shape[dim] === 1 ? 0 : stride))}`;
}

function merged(a: ReadonlyMap<Buffer, Use>, b: ReadonlyMap<Buffer, Use>): Map<Buffer, Use> {
  const uses = new Map(a);
  for (const [buffer, use] of b) {
    const known = a.get(buffer);
    uses.set(buffer, {
      elements: new Set([...use.elements, ...(known?.elements ?? [])]),
      isWritten: use.isWritten || (known?.isWritten ?? false),
      bytesRead: Math.max(use.bytesRead, known?.bytesRead ?? 0),
    });
  }
  return uses;
}

/** How many kernels touch each buffer. */
function usersOf(kernels: readonly Kernel[]): Map<Buffer, number> {
  const users = new Map<Buffer, number>();
  for (const kernel of kernels) {
    for (const buffer of new Set([...readsOf(kernel), ...writesOf(kernel)])) {
      users.set(buffer, (users.get(buffer) ?? 0) + 1);
    }
  }
  return users;
}

/** The buffers that a kernel writes and nobody else reads. */
function innerBuffers(
  kernel: RowsKernel,
  users: ReadonlyMap<Buffer, number>,
  outputs: readonly Buffer[],
): Set<Buffer> {
  const own = writesOf(kernel).filter(
    (buffer) => buffer.place.kind === 'arena' && users.get(buffer) === 1,
  );
  return new Set(own.filter((buffer) => !outputs.includes(buffer)));
}

/** `kernel` with `buffers` living within it. */
function withoutMemory(kernel: RowsKernel, buffers: ReadonlySet<Buffer>): RowsKernel {
  const moved = new Map(
    [...buffers].map((b): [Buffer, Buffer] => [b, { ...b, place: { kind: 'row' } }]),
  );
  const view = (original: BufferView): BufferView => {
    const buffer = moved.get(original.buffer);
    return buffer ? { ...original, buffer } : original;
  };
  const stages = kernel.stages.map((stage): RowStage => {
    const rewritten = rewrite(expressionsOf(stage), (leaf) =>
      leaf.kind === 'load' ? { ...leaf, view: view(leaf.view) } : leaf,
    );
    const stores = stage.stores.map((store) => ({
      view: view(store.view),
      value: rewritten.get(store.value)!,
    }));
    if (stage.kind === 'map') return { ...stage, stores };
    const operands = stage.operands.map((operand) => rewritten.get(operand)!);
    return { ...stage, stores, operands };
  });
  return { ...kernel, stages };
}
