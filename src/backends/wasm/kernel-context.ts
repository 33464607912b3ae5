/** What the code generator of one kernel works with: its function, its memory and its share of the work. */

import type { Buffer, BufferView } from '../plan.js';
import {
  type Callable,
  type Func,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
} from './assembler.js';
import type { Features } from './features.js';
import type { MathLibrary } from './math.js';

/** A byte address in two parts: a local or constant, and an offset that memory instructions carry. */
export interface Address {
  readonly base: I32;
  readonly offset: number;
}

/** The part of a count that one thread works on. */
export interface Share {
  readonly from: Local<'i32'>;
  readonly to: Local<'i32'>;
}

/** What all kernels of one module have in common. */
export interface ModuleContext {
  readonly module: ModuleBuilder;
  readonly features: Features;
  readonly math: MathLibrary;
  readonly barrier: Callable;
  /** Functions that kernels share, by a key that says what they do. */
  readonly shared: Map<string, Func>;
  /** Where a variable or a constant is. */
  addressOf(buffer: Buffer): number;
  /** The address of constant int32 values. */
  table(values: Int32Array): number;
  /** Bytes of the plan's arena; scratch memory follows behind it. */
  readonly arenaBytes: number;
}

const cacheLine = 64;

export class KernelContext {
  readonly common: ModuleContext;
  readonly f: Func;
  readonly thread: Local<'i32'>;
  readonly threads: Local<'i32'>;
  readonly #arena: Local<'i32'>;
  readonly #local: Local<'i32'>;
  /** Bytes of scratch memory that all threads share, and that each has for itself. */
  sharedBytes = 0;
  localBytes = 0;

  constructor(common: ModuleContext) {
    this.common = common;
    this.f = common.module.function({ params: ['i32', 'i32', 'i32', 'i32'] });
    this.thread = this.f.param(0, 'i32');
    this.threads = this.f.param(1, 'i32');
    this.#arena = this.f.param(2, 'i32');
    this.#local = this.f.param(3, 'i32');
  }

  address(buffer: Buffer): Address {
    if (buffer.place.kind === 'arena') return { base: this.#arena, offset: buffer.offset };
    return { base: i32.const(this.common.addressOf(buffer)), offset: 0 };
  }

  /** Scratch memory that all threads see; it lives until the kernel ends. */
  sharedScratch(bytes: number): Address {
    const offset = this.common.arenaBytes + this.sharedBytes;
    this.sharedBytes += roundUp(bytes + cacheLine, cacheLine);
    return { base: this.#arena, offset };
  }

  /** Shared scratch memory as a view that expressions can load. */
  scratchView(
    { offset }: Address,
    strides: readonly number[],
    dtype: 'float32' | 'int32',
  ): BufferView {
    const buffer: Buffer = { id: -1, dtype, length: 0, place: { kind: 'arena' }, offset };
    return { buffer, offset: 0, strides };
  }

  /** Scratch memory of this thread alone. */
  localScratch(bytes: number): Address {
    const offset = this.localBytes;
    this.localBytes += roundUp(bytes + cacheLine, cacheLine);
    return { base: this.#local, offset };
  }

  /** Waits for all threads. */
  barrier(): void {
    this.f.call(this.common.barrier, this.threads);
  }

  /** This thread's share of `count`, in whole units. */
  share(count: number, unit = 1): Share {
    const { f } = this;
    const units = Math.ceil(count / unit);
    const bound = (thread: I32): I32 =>
      i32.mul(i32.divU(i32.mul(thread, units), this.threads), unit);
    const from = f.hold(bound(this.thread));
    const to = f.hold(bound(i32.add(this.thread, 1)));
    if (units * unit > count) f.set(to, i32.min(to, i32.const(count)));
    return { from, to };
  }

  /** Runs `body` on the first thread only. */
  onFirstThread(body: () => void): void {
    this.f.if(i32.eqz(this.thread), body);
  }
}

export const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** The whole address in one value. */
export const flat = ({ base, offset }: Address): I32 =>
  offset === 0 ? base : i32.add(base, i32.const(offset));
