/** Plan interpreter: runs a plan kernel by kernel in float64 over one arena, and refuses plans that a parallel backend could not run. */

import type { Executable, KernelBackend } from '../src/backends/contract.js';
import { Freshness } from '../src/backends/freshness.js';
import {
  type Buffer,
  type BufferView,
  type Expression,
  type Kernel,
  type MapKernel,
  type PaddedView,
  type Plan,
  type ReduceKernel,
  type RowsKernel,
  readsOf,
  type SingleKernel,
  type WindowKernel,
  writesOf,
} from '../src/backends/plan.js';
import {
  allocateReference,
  forEachIndex,
  type ReferenceArray,
  type ReferenceKernel,
  type Value,
} from '../src/backends/reference/kernel.js';
import { referenceKernels } from '../src/backends/reference/reference.js';
import { bytesPerElement, type DType, type TypedArray } from '../src/graph/dtype.js';
import { type Shape, sizeOf } from '../src/graph/shape.js';
import type { PrimitiveAttributes, PrimitiveName } from '../src/graph/vocabulary.js';
import { type KeptValues, PlanMemory } from './plan-memory.js';

/**
 * Slow and plain: what a plan means. Every mistake in a plan is an error or a wrong value here:
 * elements read that nobody wrote or that another buffer has overwritten, accesses outside a buffer,
 * an element written twice, and kernels whose elements could not be computed in any order.
 */
export const planInterpreter: KernelBackend = {
  kind: 'kernels',
  name: 'plan interpreter',
  load: (plan) => new PlanExecutable(plan),
};

class PlanExecutable implements Executable {
  readonly #plan: Plan;
  readonly #prologue: Freshness;
  #kept: KeptValues = new Map();

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#prologue = new Freshness(plan.prologue.variables);
    plan.kernels.forEach(checkOrderFree);
  }

  run(inputs: readonly TypedArray[]): TypedArray[] {
    const { kernels, prologue, arenaBytes } = this.#plan;
    this.#prologue.refresh((isFresh) => {
      if (isFresh) return;
      this.#kept = new Map();
      // In a memory of its own, where there is no input, and of which the other kernels see nothing.
      const memory = new PlanMemory(arenaBytes, this.#kept);
      for (const kernel of kernels.slice(0, prologue.kernels)) runKernel(kernel, memory);
    });
    const memory = new PlanMemory(arenaBytes, this.#kept);
    this.#plan.inputs.forEach((buffer, i) => {
      for (let at = 0; at < buffer.length; at++) memory.write(buffer, at, inputs[i][at]);
    });
    for (const kernel of kernels.slice(prologue.kernels)) {
      const kept = writesOf(kernel).find(({ place }) => place.kind === 'kept');
      if (kept)
        throw new Error(`plan: ${kernel.label} writes ${kept.id}, which the prologue keeps`);
      runKernel(kernel, memory);
    }
    return this.#plan.outputs.map((buffer) => {
      const output = allocateReference(buffer.dtype, buffer.length);
      for (let at = 0; at < buffer.length; at++) output[at] = memory.read(buffer, at);
      return output;
    });
  }

  profile(): null {
    return null;
  }

  dispose(): void {}
}

/** Throws unless the elements of the kernel can be computed in any order, by any number of threads. */
function checkOrderFree(kernel: Kernel): void {
  if (kernel.kind === 'rows') {
    kernel.stages.forEach(checkOrderFree);
    checkRowsFree(kernel);
    return;
  }
  const describe = `${kernel.kind} kernel (${kernel.label})`;
  const reads = readsOf(kernel);
  for (const { view } of kernel.stores) {
    const { buffer } = view;
    for (const store of kernel.stores) {
      for (const load of loadsOf(store.value)) {
        if (load.view.buffer !== buffer || sameElements(load.view, view, kernel.shape)) continue;
        if (areDisjoint(load.view, view, kernel.shape)) continue;
        throw new Error(`plan: ${describe} reads other elements of ${buffer.id} than it writes`);
      }
    }
    const together = new Set([...reads, ...kernel.stores.map((store) => store.view.buffer)]);
    for (const other of together) {
      if (other !== buffer && overlap(buffer, other)) {
        throw new Error(`plan: ${describe} writes ${buffer.id} over ${other.id} while in use`);
      }
    }
  }
}

/** Throws unless all stages can be run for one row, in order, before they are run for any other. */
function checkRowsFree({ label, shape, rows, stages }: RowsKernel): void {
  const describe = `rows kernel (${label})`;
  const isReduced = shape.map((extent, dim) => rows[dim] !== extent);
  const views = stages.flatMap((stage) => {
    const ofRows = stage.kind === 'reduce' ? rows : stage.shape;
    const loads = stage.stores.flatMap(({ value }) => loadsOf(value));
    const own = [...loads, ...stage.stores].map(({ view }) => ({ view, over: ofRows }));
    const operands = stage.kind === 'reduce' ? stage.operands.flatMap(loadsOf) : [];
    return [...own, ...operands.map(({ view }) => ({ view, over: shape }))];
  });
  for (const { view, over } of views) {
    const fits = over.every((extent, dim) => extent === (isReduced[dim] ? over[dim] : shape[dim]));
    if (!fits) throw new Error(`plan: a stage of ${describe} is over ${over}`);
    view.strides.forEach((stride, dim) => {
      if (stride !== 0 && over[dim] === 1 && shape[dim] !== 1 && !isReduced[dim])
        throw new Error(`plan: a stage of ${describe} lacks rows`);
    });
  }
  const written = new Set(stages.flatMap(({ stores }) => stores.map(({ view }) => view.buffer)));
  for (const buffer of written) {
    const all = views.filter(({ view }) => view.buffer === buffer);
    /** The elements of the buffer that belong to each row, by each of the views. */
    const rowsOf = all.map(({ view, over }) => {
      const owners = new Map<number, number>();
      forEachIndex(over, (index) => {
        const row = index.reduce((at, i, dim) => (isReduced[dim] ? at : at * shape[dim] + i), 0);
        owners.set(elementOf(index, view.offset, view.strides), row);
      });
      return owners;
    });
    for (const owners of rowsOf) {
      for (const [at, row] of owners) {
        if (rowsOf.every((others) => (others.get(at) ?? row) === row)) continue;
        throw new Error(`plan: ${describe} uses element ${at} of ${buffer.id} at several rows`);
      }
    }
    for (const { view } of views) {
      if (view.buffer === buffer || !overlap(view.buffer, buffer)) continue;
      throw new Error(`plan: ${describe} writes ${buffer.id} over ${view.buffer.id} while in use`);
    }
  }
}

function overlap(a: Buffer, b: Buffer): boolean {
  if (a.place.kind === 'variable' && b.place.kind === 'variable') {
    return a.place.variable === b.place.variable;
  }
  const inOne = a.place.kind === b.place.kind && ['arena', 'kept'].includes(a.place.kind);
  if (!inOne) return false;
  const end = ({ offset, length, dtype }: Buffer) => offset + length * bytesPerElement[dtype];
  return a.offset < end(b) && b.offset < end(a);
}

function sameElements(a: BufferView, b: BufferView, shape: Shape): boolean {
  if (sizeOf(shape) === 0) return true;
  const strides = shape.every((extent, dim) => extent === 1 || a.strides[dim] === b.strides[dim]);
  return a.offset === b.offset && strides;
}

/** Whether two views of one buffer have no element in common, as those of two parts of a concatenation. */
function areDisjoint(a: BufferView, b: BufferView, shape: Shape): boolean {
  const seen = new Uint8Array(a.buffer.length);
  let disjoint = true;
  forEachIndex(shape, (index) => {
    seen[elementOf(index, a.offset, a.strides)] = 1;
  });
  forEachIndex(shape, (index) => {
    if (seen[elementOf(index, b.offset, b.strides)]) disjoint = false;
  });
  return disjoint;
}

type Load = Extract<Expression, { kind: 'load' }>;

function loadsOf(expression: Expression): Load[] {
  const seen = new Set<Expression>();
  const loads: Load[] = [];
  const visit = (part: Expression): void => {
    if (seen.has(part)) return;
    seen.add(part);
    if (part.kind === 'load') loads.push(part);
    if (part.kind === 'apply') part.args.forEach(visit);
  };
  visit(expression);
  return loads;
}

/** Everything is read and computed before anything is written. */
function runKernel(kernel: Kernel, memory: PlanMemory): void {
  if (kernel.kind === 'rows') {
    for (const stage of kernel.stages) runKernel(stage, memory);
    memory.forgetRows();
    return;
  }
  const operands = memory.startNoting();
  const results = resultsOf(kernel, memory);
  const place = kernel.kind === 'window' ? windowsOf(kernel, 'windowArgmax', memory) : null;
  memory.stopNoting();
  const known = new Map<Expression, Value>();
  const values = kernel.stores.map(({ value }) =>
    evaluate(value, kernel.shape, { memory, results, place, known }),
  );
  const written = new Map<Buffer, Uint8Array>();
  kernel.stores.forEach(({ view: { buffer, offset, strides } }, i) => {
    const { data, dtype } = values[i];
    if (dtype !== buffer.dtype) {
      throw new Error(`plan: ${dtype} is stored in buffer ${buffer.id} of ${buffer.dtype}`);
    }
    const seen = written.get(buffer) ?? new Uint8Array(buffer.length);
    written.set(buffer, seen);
    const read = operands.get(buffer);
    forEachIndex(kernel.shape, (index, position) => {
      const at = elementOf(index, offset, strides);
      if (seen[at]) throw new Error(`plan: element ${at} of buffer ${buffer.id} is written twice`);
      if (read?.[at]) {
        throw new Error(`plan: element ${at} of operand ${buffer.id} is overwritten in its kernel`);
      }
      memory.write(buffer, at, data[position]);
      seen[at] = 1;
    });
  });
}

function windowsOf(
  { input, inputShape, window, shape }: WindowKernel,
  name: 'windowSum' | 'windowMax' | 'windowArgmax',
  memory: PlanMemory,
): Value {
  const dtype = name === 'windowArgmax' ? 'int32' : input.buffer.dtype;
  const values = loaded(input, inputShape, input.buffer.dtype, memory);
  return applied(name, [values], { attributes: window, shape, dtype });
}

function elementOf(index: readonly number[], offset: number, strides: readonly number[]): number {
  if (index.length !== strides.length) {
    throw new Error(`plan: ${strides.length} strides for ${index.length} dimensions`);
  }
  return index.reduce((at, i, dim) => at + i * strides[dim], offset);
}

interface Evaluation {
  readonly memory: PlanMemory;
  readonly results: readonly Value[];
  readonly place: Value | null;
  readonly known: Map<Expression, Value>;
}

/** The value of an expression at every element of `shape`. */
function evaluate(expression: Expression, shape: Shape, evaluation: Evaluation): Value {
  const { memory, results, place, known } = evaluation;
  const done = known.get(expression);
  if (done) return done;
  const value = ((): Value => {
    switch (expression.kind) {
      case 'load':
        return loaded(expression.view, shape, expression.dtype, memory);
      case 'constant': {
        const data = allocateReference(expression.dtype, sizeOf(shape)).fill(expression.value);
        return { shape, dtype: expression.dtype, data };
      }
      case 'index': {
        const data = new Int32Array(sizeOf(shape));
        forEachIndex(shape, (index, position) => {
          data[position] = elementOf(index, expression.offset, expression.strides);
        });
        return { shape, dtype: 'int32', data };
      }
      case 'result':
        if (expression.part === 'place') {
          if (!place) throw new Error('plan: only windows have places');
          return place;
        }
        if (!results[expression.part ?? 0]) throw new Error('plan: there is no such result');
        return results[expression.part ?? 0];
      case 'apply': {
        const inputs = expression.args.map((arg) => evaluate(arg, shape, evaluation));
        const attributes = { dtype: expression.dtype, shape, dim: 0 };
        return applied(expression.name, inputs, { attributes, shape, dtype: expression.dtype });
      }
    }
  })();
  known.set(expression, value);
  return value;
}

function loaded(view: BufferView, shape: Shape, dtype: DType, memory: PlanMemory): Value {
  const { buffer, offset, strides } = view;
  if (buffer.dtype !== dtype) {
    throw new Error(`plan: buffer ${buffer.id} of ${buffer.dtype} is read as ${dtype}`);
  }
  const data: ReferenceArray = allocateReference(dtype, sizeOf(shape));
  forEachIndex(shape, (index, position) => {
    data[position] = memory.read(buffer, elementOf(index, offset, strides));
  });
  return { shape, dtype, data };
}

function applied<Name extends PrimitiveName>(
  name: Name,
  inputs: readonly Value[],
  {
    attributes,
    shape,
    dtype,
  }: { attributes: PrimitiveAttributes[Name]; shape: Shape; dtype: DType },
): Value {
  const output: Value = { shape, dtype, data: allocateReference(dtype, sizeOf(shape)) };
  const kernel: ReferenceKernel<Name> = referenceKernels[name];
  kernel({ inputs, attributes, output });
  return output;
}

/** What the kernel's own structure computes: nothing for a map kernel, for a reduction one of each operand. */
function resultsOf(kernel: SingleKernel, memory: PlanMemory): Value[] {
  if (kernel.kind === 'map') return [];
  if (kernel.kind !== 'reduce') return [structureOf(kernel, memory)];
  const { shape, inputShape, operands, operation } = kernel;
  const evaluation = { memory, results: [], place: null, known: new Map<Expression, Value>() };
  const dims = shape.flatMap((extent, dim) => (extent === inputShape[dim] ? [] : [dim]));
  const attributes = { dims, dim: dims[0] ?? shape.indexOf(1) };
  return operands.map((expression) => {
    const operand = evaluate(expression, inputShape, evaluation);
    const dtype = operation === 'argmax' ? 'int32' : operand.dtype;
    return applied(operation, [operand], { attributes, shape, dtype });
  });
}

/** What comes of a kernel with one result. */
function structureOf(
  kernel: Exclude<SingleKernel, MapKernel | ReduceKernel>,
  memory: PlanMemory,
): Value {
  const { shape } = kernel;
  const read = (view: BufferView, extents: Shape, dtype = view.buffer.dtype): Value =>
    loaded(view, extents, dtype, memory);
  const float = 'float32';
  switch (kernel.kind) {
    case 'matmul': {
      const [batch, rows, columns] = shape;
      const a = read(kernel.a, [batch, rows, kernel.depth], float);
      const b = read(kernel.b, [batch, kernel.depth, columns], float);
      return applied('matmul', [a, b], { attributes: {}, shape, dtype: float });
    }
    case 'conv2d': {
      const inputs = [
        padded(kernel.input, memory),
        read(kernel.filters, kernel.filterShape, float),
      ];
      const attributes = { stride: kernel.stride, dilation: kernel.dilation };
      return applied('conv2d', inputs, { attributes, shape, dtype: float });
    }
    case 'prepare':
      throw new Error('plan: only a backend that asked for it can prepare an operand');
    case 'pad':
      return padded(kernel.input, memory);
    case 'window': {
      const names = { sum: 'windowSum', max: 'windowMax', argmax: 'windowArgmax' } as const;
      return windowsOf(kernel, names[kernel.operation], memory);
    }
    case 'gather': {
      const source = read(kernel.source, [shape[0], kernel.sourceExtent]);
      const inputs = [source, read(kernel.index, shape, 'int32')];
      return applied('gather', inputs, { attributes: {}, shape, dtype: source.dtype });
    }
    case 'argsort': {
      const { descending } = kernel;
      const inputs = [read(kernel.source, shape)];
      return applied('argsort', inputs, { attributes: { descending }, shape, dtype: 'int32' });
    }
    case 'scatter': {
      const source = read(kernel.source, [shape[0], kernel.count]);
      const index = read(kernel.index, [shape[0], kernel.count], 'int32');
      const attributes = { size: shape[1], operation: kernel.operation };
      return applied('scatter', [source, index], { attributes, shape, dtype: source.dtype });
    }
    case 'uniform': {
      const inputs = [read(kernel.state, [4], 'int32')];
      return applied('uniform', inputs, { attributes: { shape }, shape, dtype: float });
    }
  }
}

function padded(
  { view, extents, low, interior, shape, value }: PaddedView,
  memory: PlanMemory,
): Value {
  const { dtype } = view.buffer;
  const high = shape.map(
    (extent, dim) =>
      extent - low[dim] - extents[dim] - Math.max(extents[dim] - 1, 0) * interior[dim],
  );
  if (high.some((amount) => amount < 0)) throw new Error('plan: a padded view is cut off');
  const inputs = [loaded(view, extents, dtype, memory)];
  return applied('pad', inputs, { attributes: { low, high, interior, value }, shape, dtype });
}
