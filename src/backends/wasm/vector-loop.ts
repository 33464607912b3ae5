/** The innermost loop of most kernels: loads, expressions and stores, four elements at a time. */

import { bytesPerElement, type DType } from '../../graph/dtype.js';
import { type Expression, partsOf, type ResultPart, type Store } from '../plan.js';
import { type I32, i32, type V128 } from './assembler.js';
import { type Position, unrolledLoop, vectorWidth } from './element-loops.js';
import { applyOperation, constantVector, isCostly } from './expression.js';
import type { Address, KernelContext } from './kernel-context.js';
import { readsIn, type Strided } from './nest.js';
import { i32x4, v128, widenBytes } from './simd.js';

export { type Position, singlePosition, vectorLoop, vectorWidth } from './element-loops.js';

/** How a view is walked in the loop: where index 0 is, and how far one element is from the next. */
export interface Access {
  readonly base: I32;
  readonly offset: number;
  /** In elements; of a coordinate, its increase. */
  readonly stride: number;
}

/** What the kernel's structure computed at a position. */
export type ResultCode = (position: Position, part?: ResultPart) => V128;

/** Instructions of a vector, roughly, up to which four vectors or two are done in one pass. */
const shortBody = 10;
const longBody = 24;

/** Evaluates expressions at a position; what does not change along the loop is computed before it. */
export class VectorCode {
  readonly #context: KernelContext;
  readonly #accesses: ReadonlyMap<Strided, Access>;
  readonly #result: ResultCode | null;
  readonly #invariant = new Map<Expression, V128>();
  /** What was found to change, so that shared parts are looked at once. */
  readonly #varying = new Set<Expression>();

  constructor(
    context: KernelContext,
    accesses: ReadonlyMap<Strided, Access>,
    result: ResultCode | null = null,
  ) {
    this.#context = context;
    this.#accesses = accesses;
    this.#result = result;
  }

  /** Computes what is the same for the whole loop; call it before the loop. */
  hoist(expressions: Iterable<Expression>): void {
    for (const expression of expressions) this.#hoist(expression);
  }

  /** Writes what `stores` say for elements from to to - 1. */
  storeAll(stores: readonly Store[], from: I32 | number, to: I32 | number): void {
    this.hoist(stores.map(({ value }) => value));
    const passes = {
      from,
      to,
      unrolled: this.#vectorsInPass(stores),
      mayRepeat: mayRepeat(stores),
    };
    unrolledLoop(this.#context, passes, (position) => this.store(stores, position));
  }

  evaluator(position: Position): (expression: Expression) => V128 {
    const known = new Map<Expression, V128>();
    const evaluate = (expression: Expression): V128 => {
      const done = this.#invariant.get(expression) ?? known.get(expression);
      if (done) return done;
      const value = this.#compute(expression, position, evaluate);
      if (expression.kind === 'constant') return value;
      const held = this.#context.f.hold(value);
      known.set(expression, held);
      return held;
    };
    return evaluate;
  }

  /** Writes what `stores` say at `position`. */
  store(stores: readonly Store[], position: Position): void {
    const evaluate = this.evaluator(position);
    // All before the first store: what a later one reads may be what an earlier one overwrites.
    const values = stores.map(({ value }) => evaluate(value));
    stores.forEach(({ view }, i) => {
      const access = this.#accesses.get(view)!;
      storeVector(this.#context, access, view.buffer.dtype, position, values[i]);
    });
  }

  /** More than one where counting and testing would cost as much as what is computed. */
  #vectorsInPass(stores: readonly Store[]): number {
    // What structures compute knows nothing of vectors ahead.
    if (this.#result !== null) return 1;
    let cost = stores.length;
    for (const part of partsOf(stores.map(({ value }) => value))) {
      if (part.kind === 'constant' || this.#invariant.has(part)) continue;
      cost += part.kind === 'apply' && isCostly(part.name) ? longBody : 1;
    }
    return cost <= shortBody ? 4 : cost <= longBody ? 2 : 1;
  }

  #hoist(expression: Expression): boolean {
    if (expression.kind === 'constant' || this.#invariant.has(expression)) return true;
    if (this.#varying.has(expression)) return false;
    if (!this.#isInvariant(expression)) {
      this.#varying.add(expression);
      return false;
    }
    const start: Position = { index: i32.const(0), left: null, scaled: () => i32.const(0) };
    const value = this.#compute(
      expression,
      start,
      (arg) => this.#invariant.get(arg) ?? this.#compute(arg, start, () => unreachable()),
    );
    this.#invariant.set(expression, this.#context.f.hold(value));
    return true;
  }

  /** Whether a value is the same for the whole loop; what it is computed of is hoisted where that is. */
  #isInvariant(expression: Expression): boolean {
    if (expression.kind === 'result') return false;
    if (expression.kind === 'constant') return true;
    if (expression.kind === 'apply') {
      return expression.args.map((arg) => this.#hoist(arg)).every((same) => same);
    }
    const key = expression.kind === 'load' ? expression.view : expression;
    return this.#accesses.get(key)!.stride === 0;
  }

  #compute(expression: Expression, position: Position, evaluate: (arg: Expression) => V128): V128 {
    switch (expression.kind) {
      case 'constant':
        return this.#context.f.constant(constantVector(expression.value, expression.dtype));
      case 'load':
        return loadVector(
          this.#context,
          this.#accesses.get(expression.view)!,
          expression.dtype,
          position,
        );
      case 'index': {
        const { base, stride } = this.#accesses.get(expression)!;
        const ahead = i32.const((position.ahead ?? 0) * stride);
        const index = i32.add(position.scaled(stride), ahead.constant === 0 ? 0 : ahead);
        const first = i32x4.splat(i32.add(base, index));
        return stride === 0
          ? first
          : i32x4.add(first, i32x4.const(0, stride, 2 * stride, 3 * stride));
      }
      case 'result':
        return this.#result!(position, expression.part);
      case 'apply':
        return applyOperation(this.#context, expression, evaluate);
    }
  }
}

/** Whether stores give the same when done twice: none of them reads what one of them writes. */
export function mayRepeat(stores: readonly Store[]): boolean {
  const written = new Set(stores.map(({ view }) => view.buffer));
  return readsIn(stores.map(({ value }) => value)).every(
    (read) => !('buffer' in read) || !written.has(read.buffer),
  );
}

/** An access `bytes` further on. */
export function moved({ base, offset, stride }: Access, bytes: I32 | number): Access {
  if (typeof bytes !== 'number') return { base: i32.add(base, bytes), offset, stride };
  if (offset + bytes >= 0) return { base, offset: offset + bytes, stride };
  return { base: i32.add(base, i32.const(bytes)), offset, stride };
}

function unreachable(): never {
  throw new Error('internal: an argument of a loop invariant is no invariant');
}

/** Four elements of a view, from `position` on; lanes behind the end hold anything. */
export function loadVector(
  context: KernelContext,
  access: Access,
  dtype: DType,
  position: Position,
): V128 {
  return fromMemory(loadLanes(context, access, bytesPerElement[dtype], position), dtype);
}

/** Lanes as they are computed with, from lanes as they are stored. */
function fromMemory(lanes: V128, dtype: DType): V128 {
  return dtype === 'bool' ? i32x4.ne(lanes, i32x4.const(0)) : lanes;
}

function loadLanes({ f }: KernelContext, access: Access, bytes: number, position: Position): V128 {
  const { stride } = access;
  const isByte = bytes === 1;
  if (stride === 0) {
    const { base, offset } = access;
    return isByte ? i32x4.splat(i32.load8(base, offset)) : v128.load32Splat(base, offset);
  }
  const { address, offset } = addressAt(access, bytes, position);
  if (stride === 1) {
    return isByte ? widenBytes(v128.load32Zero(address, offset)) : v128.load(address, offset);
  }
  if (stride === 2 && !isByte && position.left === null) {
    const held = f.hold(address);
    // The second load begins one element early, so that it ends with the last element.
    return v128.shuffle32(
      v128.load(held, offset),
      v128.load(held, offset + 3 * bytes),
      [0, 2, 5, 7],
    );
  }
  // Lanes that do not exist repeat the last one that does.
  const lane = (l: number): I32 =>
    position.left === null
      ? i32.add(address0, i32.const(l * stride * bytes))
      : i32.add(address0, i32.mul(i32.min(i32.const(l), lastLane!), stride * bytes));
  const address0 = f.hold(address);
  const lastLane = position.left === null ? null : f.hold(i32.sub(position.left, 1));
  let lanes = isByte ? i32x4.splat(i32.load8(address0, offset)) : v128.load32Zero(address0, offset);
  for (let l = 1; l < vectorWidth; l++) {
    lanes = isByte
      ? i32x4.replaceLane(lanes, l, i32.load8(lane(l), offset))
      : v128.load32Lane(lane(l), lanes, l, offset);
  }
  return lanes;
}

/** Where the first element at `position` is: what memory instructions can add is left to them. */
function addressAt(
  { base, offset, stride }: Access,
  bytes: number,
  { scaled, ahead = 0 }: Position,
): { address: I32; offset: number } {
  const index = scaled(stride * bytes);
  const beyond = ahead * stride * bytes;
  // They add without wrapping: not what goes backwards.
  if (stride < 0) {
    return { address: i32.add(i32.add(base, index), i32.const(beyond)), offset };
  }
  if (base.constant === undefined)
    return { address: i32.add(base, index), offset: offset + beyond };
  return { address: index, offset: base.constant + offset + beyond };
}

/** Writes four elements of a view, or the `left` first lanes of them. */
export function storeVector(
  { f }: KernelContext,
  access: Access,
  dtype: DType,
  position: Position,
  value: V128,
): void {
  const { stride } = access;
  const bytes = bytesPerElement[dtype];
  const at = addressAt(access, bytes, position);
  const { offset } = at;
  const address = f.hold(at.address);
  const held = f.hold(dtype === 'bool' ? v128.and(value, i32x4.const(1)) : value);
  if (stride === 1 && position.left === null) {
    if (bytes === 4) v128.store(f, address, held, offset);
    else v128.store32Lane(f, address, v128.shuffle8(held, held, narrowed), 0, offset);
    return;
  }
  const storeLane = (l: number): void => {
    const ahead = offset + l * stride * bytes;
    const where =
      ahead >= 0 ? { address, ahead } : { address: i32.add(address, i32.const(ahead)), ahead: 0 };
    if (bytes === 4) v128.store32Lane(f, where.address, held, l, where.ahead);
    else v128.store8Lane(f, where.address, held, l * 4, where.ahead);
  };
  storeLane(0);
  for (let l = 1; l < vectorWidth; l++) {
    if (position.left === null) storeLane(l);
    else f.if(i32.gtS(position.left, l), () => storeLane(l));
  }
}

/** The lowest byte of each lane, together in lane 0. */
const narrowed = [0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12];

/** The accesses of `views` along the innermost dimension, whose address at its start is `start(view)`. */
export function accessesOf(
  views: Iterable<Strided>,
  start: (view: Strided) => Address,
  strideOf: (view: Strided) => number,
): Map<Strided, Access> {
  return new Map(
    [...views].map((view) => {
      const { base, offset } = start(view);
      return [view, { base, offset, stride: strideOf(view) }];
    }),
  );
}
