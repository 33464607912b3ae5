/** The plan: the compiler's output and every kernel backend's input: kernels over buffers in one arena. */

import type { DType, TypedArray } from '../graph/dtype.js';
import type { Shape } from '../graph/shape.js';
import type { Variable } from '../graph/variable.js';
import type { ElementwiseName, ScatterOperation, WindowAttributes } from '../graph/vocabulary.js';

/** Where a buffer's bytes are. */
export type Place =
  | { readonly kind: 'arena' }
  | { readonly kind: 'variable'; readonly variable: Variable }
  /** Memory of the program alone, for what the prologue computes. */
  | { readonly kind: 'kept' }
  /** Lives within one rows kernel, where a backend keeps what the rows at hand need of it. */
  | { readonly kind: 'row' }
  /** float32 values may be given in a Float64Array; the backend rounds what it takes over. */
  | { readonly kind: 'constant'; readonly data: TypedArray };

/** A run of `length` elements. */
export interface Buffer {
  readonly id: number;
  readonly dtype: DType;
  readonly length: number;
  /** Kept only once the prologue is known. */
  place: Place;
  /** Byte offset in the arena or in what is kept; set by the memory plan, meaningless for other places. */
  offset: number;
}

/** Elements of a buffer over the dimensions of a kernel: offset + sum(index * stride). */
export interface BufferView {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A scalar expression, evaluated for each element of a kernel's shape. */
export type Expression =
  | { readonly kind: 'load'; readonly view: BufferView; readonly dtype: DType }
  | { readonly kind: 'constant'; readonly value: number; readonly dtype: DType }
  /** The coordinate itself: offset + sum(index * stride), int32. */
  | {
      readonly kind: 'index';
      readonly offset: number;
      readonly strides: readonly number[];
      readonly dtype: 'int32';
    }
  /** What the kernel's own structure computed at this element. */
  | { readonly kind: 'result'; readonly part?: ResultPart; readonly dtype: DType }
  | {
      readonly kind: 'apply';
      readonly name: ElementwiseName;
      readonly args: readonly Expression[];
      readonly dtype: DType;
    };

/** One of several results: where a window's maximum is, or what came of a reduction's n-th operand; default 0. */
export type ResultPart = 'place' | number;

/** Writes an expression to a buffer; strides are over the kernel's output shape. */
export interface Store {
  readonly view: BufferView;
  readonly value: Expression;
}

interface Named {
  /** The path of the layer it came from. */
  readonly scope: string;
  /** The primitives it computes, for describe() and profile(). */
  readonly label: string;
}

interface KernelBase extends Named {
  /** The output shape that `stores` iterate over. */
  readonly shape: Shape;
  /**
   * NOTE: at each element all are computed before the first is written: one may overwrite, at that
   * element, what the others load.
   */
  readonly stores: readonly Store[];
}

/** Elementwise over `shape`. */
export interface MapKernel extends KernelBase {
  readonly kind: 'map';
}

/** Reduces each of `operands`, expressions over `inputShape`, to `shape` (same rank, reduced extents 1). */
export interface ReduceKernel extends KernelBase {
  readonly kind: 'reduce';
  readonly operation: 'sum' | 'max' | 'argmax';
  readonly inputShape: Shape;
  /** Several only of a sum or maximum. */
  readonly operands: readonly Expression[];
}

/** An operand that a prepare kernel has put into an order that only the backend knows. */
export interface Prepared {
  /** What the plan calls it. */
  readonly operand: 'a' | 'b' | 'filters';
  readonly view: BufferView;
}

/** result[b, m, n] = sum over k of a[b, m, k] * b[b, k, n] */
export interface MatmulKernel extends KernelBase {
  readonly kind: 'matmul';
  readonly prepared?: Prepared;
  readonly depth: number;
  readonly a: BufferView;
  readonly b: BufferView;
}

/** An operand that is padded on the fly: low and interior per dimension of the view. */
export interface PaddedView {
  readonly view: BufferView;
  /** Extents before padding. */
  readonly extents: Shape;
  readonly low: readonly number[];
  readonly interior: readonly number[];
  /** Extents after padding. */
  readonly shape: Shape;
  readonly value: number;
}

/** result[g, n, o, y, x]; input [G, N, C, H, W] and filters [G, O, C, KH, KW]. */
export interface Conv2dKernel extends KernelBase {
  readonly kind: 'conv2d';
  readonly prepared?: Prepared;
  readonly input: PaddedView;
  readonly filters: BufferView;
  readonly filterShape: Shape;
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** Kernels of which an operand can be prepared. */
export type PreparableKernel = MatmulKernel | Conv2dKernel;

/** result = the operand of another kernel as its backend reads it fastest. */
export interface PrepareKernel extends KernelBase {
  readonly kind: 'prepare';
  readonly of: PreparableKernel & { readonly prepared: Prepared };
}

/** result = the operand with padding. */
export interface PadKernel extends KernelBase {
  readonly kind: 'pad';
  readonly input: PaddedView;
}

/** Sum, maximum or index of the maximum over windows of the last two dimensions. */
export interface WindowKernel extends KernelBase {
  readonly kind: 'window';
  readonly operation: 'sum' | 'max' | 'argmax';
  readonly input: BufferView;
  readonly inputShape: Shape;
  readonly window: WindowAttributes;
}

/** result[r, k] = source[r, index[r, k]] */
export interface GatherKernel extends KernelBase {
  readonly kind: 'gather';
  readonly source: BufferView;
  readonly sourceExtent: number;
  readonly index: BufferView;
}

/** result[r, s] = all source[r, k] with index[r, k] = s, joined by `operation` */
export interface ScatterKernel extends KernelBase {
  readonly kind: 'scatter';
  readonly operation: ScatterOperation;
  readonly source: BufferView;
  readonly index: BufferView;
  readonly count: number;
}

/** result[r, i] = the column of the i-th value of source's row r in order */
export interface ArgsortKernel extends KernelBase {
  readonly kind: 'argsort';
  readonly source: BufferView;
  readonly descending: boolean;
}

/** Philox numbers in [0, 1). */
export interface UniformKernel extends KernelBase {
  readonly kind: 'uniform';
  readonly state: BufferView;
}

/** Reduces the elements of each row, or is elementwise over them or over one number for each row. */
export type RowStage = MapKernel | ReduceKernel;

/**
 * Stages over the same rows, which are what a reduction of `shape` (never empty) to `rows` (same rank,
 * reduced extents 1) takes together. What one stage writes, others read or overwrite at the same row
 * alone: a backend may run all stages for some rows, which stay in its cache, before it goes on.
 */
export interface RowsKernel extends Named {
  readonly kind: 'rows';
  readonly shape: Shape;
  readonly rows: Shape;
  readonly stages: readonly RowStage[];
}

/** A kernel with a structure and stores of its own. */
export type SingleKernel =
  | MapKernel
  | ReduceKernel
  | MatmulKernel
  | Conv2dKernel
  | PrepareKernel
  | PadKernel
  | WindowKernel
  | GatherKernel
  | ScatterKernel
  | ArgsortKernel
  | UniformKernel;

export type Kernel = SingleKernel | RowsKernel;

/**
 * The first kernels of a plan, which depend on constants and on variables that the plan does not write: a
 * backend runs them when one of these was written since they last ran.
 */
export interface Prologue {
  /** How many kernels it is. */
  readonly kernels: number;
  /** What they read. */
  readonly variables: ReadonlySet<Variable>;
  /** Bytes of what they leave to the other kernels. */
  readonly bytes: number;
}

export interface Plan {
  readonly kernels: readonly Kernel[];
  readonly prologue: Prologue;
  readonly inputs: readonly Buffer[];
  readonly outputs: readonly Buffer[];
  readonly arenaBytes: number;
}

/** Every distinct part of `expressions`, arguments before what uses them. */
export function partsOf(expressions: Iterable<Expression>): Set<Expression> {
  const parts = new Set<Expression>();
  const seen = new Set<Expression>();
  const visit = (expression: Expression): void => {
    if (seen.has(expression)) return;
    seen.add(expression);
    if (expression.kind === 'apply') expression.args.forEach(visit);
    parts.add(expression);
  };
  for (const expression of expressions) visit(expression);
  return parts;
}

type Leaf = Exclude<Expression, { kind: 'apply' }>;

/** What becomes of every part of `expressions` when `leaf` is applied to what is no operation. */
export function rewrite(
  expressions: Iterable<Expression>,
  leaf: (expression: Leaf) => Expression,
): Map<Expression, Expression> {
  const rewritten = new Map<Expression, Expression>();
  for (const part of partsOf(expressions)) {
    const value =
      part.kind === 'apply'
        ? { ...part, args: part.args.map((arg) => rewritten.get(arg)!) }
        : leaf(part);
    rewritten.set(part, value);
  }
  return rewritten;
}

/** `stores` with `view` applied to what they write and `leaf` to what is no operation in their values. */
export function rewriteStores(
  stores: readonly Store[],
  view: (view: BufferView) => BufferView,
  leaf: (expression: Leaf) => Expression,
): Store[] {
  const values = stores.map(({ value }) => value);
  const rewritten = rewrite(values, leaf);
  return stores.map((store) => ({ view: view(store.view), value: rewritten.get(store.value)! }));
}

/** The expressions that a kernel evaluates. */
export function expressionsOf(kernel: SingleKernel): Expression[] {
  const values = kernel.stores.map(({ value }) => value);
  return kernel.kind === 'reduce' ? [...values, ...kernel.operands] : values;
}

/** The buffers a kernel reads. */
export function readsOf(kernel: Kernel): Buffer[] {
  if (kernel.kind === 'rows') return [...new Set(kernel.stages.flatMap(readsOf))];
  const buffers = new Set<Buffer>();
  for (const part of partsOf(expressionsOf(kernel))) {
    if (part.kind === 'load') buffers.add(part.view.buffer);
  }
  for (const view of operandsOf(kernel)) buffers.add(view.buffer);
  return [...buffers];
}

/** The buffers a kernel writes. */
export const writesOf = (kernel: Kernel): Buffer[] =>
  kernel.kind === 'rows'
    ? kernel.stages.flatMap(writesOf)
    : kernel.stores.map((store) => store.view.buffer);

/** The operands a kernel's structure reads, beside what its stores load. */
export function operandsOf(kernel: SingleKernel): BufferView[] {
  switch (kernel.kind) {
    case 'map':
    case 'reduce':
      return [];
    case 'matmul':
      return [preparedOr('a', kernel.a, kernel), preparedOr('b', kernel.b, kernel)];
    case 'conv2d':
      return [kernel.input.view, preparedOr('filters', kernel.filters, kernel)];
    case 'prepare':
      return [preparableOperand(kernel.of, kernel.of.prepared.operand)];
    case 'pad':
      return [kernel.input.view];
    case 'window':
      return [kernel.input];
    case 'gather':
    case 'scatter':
      return [kernel.source, kernel.index];
    case 'argsort':
      return [kernel.source];
    case 'uniform':
      return [kernel.state];
  }
}

const preparedOr = (
  operand: Prepared['operand'],
  view: BufferView,
  { prepared }: PreparableKernel,
): BufferView => (prepared?.operand === operand ? prepared.view : view);

/** The view that a kernel calls by this name. */
export function preparableOperand(
  kernel: PreparableKernel,
  operand: Prepared['operand'],
): BufferView {
  if (kernel.kind === 'conv2d') return kernel.filters;
  return operand === 'a' ? kernel.a : kernel.b;
}
