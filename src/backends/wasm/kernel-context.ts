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
import { counters, sitesPerProgram } from './control.js';
import type { Features } from './features.js';
import type { ConvolutionMethods } from './kernels/conv-2d/methods.js';
import type { MathLibrary } from './math.js';
import { atomic } from './simd.js';

/** A byte address in two parts: a local or constant, and an offset that memory instructions carry. */
export interface Address {
  readonly base: I32;
  readonly offset: number;
}

/** What there is to share among threads. */
export interface Work {
  /** Tasks, rows or elements. */
  readonly count: number;
  /** What all of them cost, in elements or multiply-adds, roughly. */
  readonly cost: number;
  /** Taken together: ranges begin at multiples of it. */
  readonly unit?: number;
  /** Whether the kernel comes here more than once a run. */
  readonly repeats?: boolean;
}

interface Split {
  readonly count: number;
  readonly units: number;
  readonly unit: number;
}

/** A part of the work. */
export interface Range {
  readonly from: Local<'i32'>;
  readonly to: Local<'i32'>;
}

/** What all kernels of one module have in common. */
export interface ModuleContext {
  readonly module: ModuleBuilder;
  readonly features: Features;
  readonly math: MathLibrary;
  readonly convolutions: ConvolutionMethods;
  readonly barrier: Callable;
  /** Functions that kernels share, by a key that says what they do. */
  readonly shared: Map<string, Func>;
  /** Where a variable or a constant is. */
  addressOf(buffer: Buffer): number;
  /** The address of constant int32 values. */
  table(values: Int32Array): number;
  /** Whether there can be more than one thread. */
  readonly sharedMemory: boolean;
  /** Numbers the places in the program at which threads share work. */
  nextSite(): number;
  /** Bytes of the plan's arena; scratch memory follows behind it. */
  readonly arenaBytes: number;
}

const cacheLine = 64;
/** Work of fewer elements is done in a microsecond or two. */
export const leastWork = 20_000;
/** Pieces that a thread's part is taken in. */
const piecesPerThread = 16;

export class KernelContext {
  readonly common: ModuleContext;
  readonly f: Func;
  readonly thread: Local<'i32'>;
  readonly threads: Local<'i32'>;
  readonly #arena: Local<'i32'>;
  readonly #local: Local<'i32'>;
  /** Bytes of scratch memory that all threads share, and that each has for itself, at the most. */
  sharedBytes = 0;
  localBytes = 0;
  #sharedInUse = 0;
  #localInUse = 0;
  readonly #bound = new Map<Buffer, Address>();
  #alone = false;

  constructor(common: ModuleContext) {
    this.common = common;
    this.f = common.module.function({ params: ['i32', 'i32', 'i32', 'i32'] });
    this.thread = this.f.param(0, 'i32');
    this.threads = this.f.param(1, 'i32');
    this.#arena = this.f.param(2, 'i32');
    this.#local = this.f.param(3, 'i32');
  }

  address(buffer: Buffer): Address {
    const bound = this.#bound.get(buffer);
    if (bound) return bound;
    if (buffer.place.kind === 'arena') return { base: this.#arena, offset: buffer.offset };
    return { base: i32.const(this.common.addressOf(buffer)), offset: 0 };
  }

  /** Says where `buffer` is, which is no buffer of the plan. */
  bind(buffer: Buffer, address: Address): void {
    this.#bound.set(buffer, address);
  }

  /** Generates `body`, a thread's task, whose own work is not shared with the other threads. */
  alone(body: () => void): void {
    this.#alone = true;
    body();
    this.#alone = false;
  }

  /** Scratch memory that all threads see; it lives until the kernel ends. */
  sharedScratch(bytes: number): Address {
    const offset = this.common.arenaBytes + this.#sharedInUse;
    this.#sharedInUse += roundUp(bytes + cacheLine, cacheLine);
    this.sharedBytes = Math.max(this.sharedBytes, this.#sharedInUse);
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
    const offset = this.#localInUse;
    this.#localInUse += roundUp(bytes + cacheLine, cacheLine);
    this.localBytes = Math.max(this.localBytes, this.#localInUse);
    return { base: this.#local, offset };
  }

  /** Generates `body`, whose scratch memory is free again behind a barrier. */
  withScratch(body: () => void): void {
    const [shared, local] = [this.#sharedInUse, this.#localInUse];
    body();
    this.barrier();
    [this.#sharedInUse, this.#localInUse] = [shared, local];
  }

  /** Waits for all threads. */
  barrier(): void {
    this.f.call(this.common.barrier, this.threads);
  }

  /**
   * Generates `body` for ranges from `from` to `to` - 1 that together are 0 to `count` - 1, shared
   * among the threads.
   *
   * Each thread has an equal part, and takes it in pieces; one that is done first takes pieces of the
   * others' parts, since cores are not equally fast at every moment. Which thread does a piece changes
   * nothing in the result. Small work is not worth the pieces.
   */
  distribute({ count, cost, unit = 1, repeats = false }: Work, body: (range: Range) => void): void {
    const units = Math.ceil(count / unit);
    if (units === 0) return;
    if (this.#alone) {
      body({ from: this.f.hold(i32.const(0)), to: this.f.hold(i32.const(count)) });
      return;
    }
    const site = this.common.nextSite();
    const worthwhile = units >= 4 && cost >= leastWork && !repeats && site < sitesPerProgram;
    if (this.common.sharedMemory && worthwhile) this.#takeTurns({ count, units, unit, site }, body);
    else this.#splitEvenly({ count, units, unit }, body);
  }

  /** The same, one task at a time. */
  forEachTask(work: Work, body: (task: Local<'i32'>) => void): void {
    const task = this.f.local('i32');
    this.distribute(work, ({ from, to }) => this.f.for(task, from, to, 1, () => body(task)));
  }

  /** The first unit of a thread's equal part. */
  #partStart(thread: I32, units: number): I32 {
    return i32.divU(i32.mul(thread, units), this.threads);
  }

  #range(from: I32, to: I32, { count, units, unit }: Split): Range {
    const { f } = this;
    const range = { from: f.hold(i32.mul(from, unit)), to: f.hold(i32.mul(to, unit)) };
    if (units * unit > count) f.set(range.to, i32.min(range.to, i32.const(count)));
    return range;
  }

  #splitEvenly(split: Split, body: (range: Range) => void): void {
    const next = i32.add(this.thread, 1);
    const { units } = split;
    body(this.#range(this.#partStart(this.thread, units), this.#partStart(next, units), split));
  }

  #takeTurns(split: Split & { site: number }, body: (range: Range) => void): void {
    const { f } = this;
    const { units, site } = split;
    const pieces = f.hold(i32.mul(this.threads, piecesPerThread));
    const piece = f.hold(i32.add(i32.divU(i32.const(units), pieces), 1));
    const owner = f.hold<'i32'>(this.thread);
    const left = f.hold<'i32'>(this.threads);
    const first = f.local('i32');
    f.doWhile(
      () => {
        const start = f.hold(this.#partStart(owner, units));
        const end = f.hold(this.#partStart(i32.add(owner, 1), units));
        const counter = f.hold(i32.mul(owner, counters.bytesPerThread));
        f.block((leaveIf) =>
          f.doWhile(
            () => {
              const taken = atomic.add(counter, piece, counters.address + site * 4);
              f.set(first, i32.add(start, taken));
              leaveIf(i32.geS(first, end));
              const last = f.hold(i32.add(first, piece));
              body(this.#range(first, i32.min(last, end), split));
            },
            () => i32.const(1),
          ),
        );
        f.set(owner, i32.add(owner, 1));
        f.if(i32.eq(owner, this.threads), () => f.set(owner, i32.const(0)));
        f.set(left, i32.sub(left, 1));
      },
      () => left,
    );
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
