/** The control words: how threads tell each other what to do and when they are done. */

import { type Func, type I32, i32 } from './assembler.js';
import { atomic } from './simd.js';
import { mostThreads } from './thread-count.js';

/** Byte addresses of the words, each on a cache line of its own, below all blocks of the heap. */
export const control = {
  /** Counts commands; a change wakes the threads. */
  generation: 64,
  /** Threads asleep while they wait for a command. */
  idle: 128,
  /** Commands finished, counted over all threads but the first. */
  acknowledged: 192,
  /** Threads that have arrived at the barrier. */
  arrived: 256,
  /** Counts barriers passed. */
  passed: 320,
  /** Threads asleep at the barrier. */
  asleep: 384,
  /** Threads that have died, or left because another one had. */
  failed: 448,
  /** The command itself: kind, then up to seven arguments. */
  command: 512,
  /** Not zero when a thread has said why it died. */
  blamed: 576,
  /** What it said: the number of bytes, and behind it UTF-8, at most `longestReason` bytes. */
  reason: 640,
} as const;

export const longestReason = 1024;

export const commands = { stop: 0, load: 1, unload: 2, run: 3 } as const;

/** Spins about 100 microseconds: longer than threads are apart at the end of a kernel, even on a busy machine. */
const barrierSpins = 60_000;
/** Spins about a millisecond, longer than a training loop needs between two steps. */
const commandSpins = 400_000;

/** Waits until the word at `address` is no longer `seen`: spins, then sleeps. */
function emitWait(f: Func, address: number, sleepers: number, seen: I32, spins: number): void {
  const word = i32.const(address);
  const left = f.local('i32');
  f.block((leaveIf) => {
    f.set(left, i32.const(spins));
    f.doWhile(
      () => {
        leaveIf(i32.ne(atomic.load(word), seen));
        f.set(left, i32.sub(left, 1));
      },
      () => left,
    );
    // The sleeper is counted before it looks again, so that no waker overlooks it.
    f.drop(atomic.add(i32.const(sleepers), i32.const(1)));
    f.doWhile(
      () => {
        atomic.wait(f, word, seen);
        f.if(atomic.load(i32.const(control.failed)), () => f.unreachable());
      },
      () => i32.eq(atomic.load(word), seen),
    );
    f.drop(atomic.add(i32.const(sleepers), i32.const(-1)));
  });
}

/** awaitCommand(seen): the number of the next command, once there is one. */
export function emitAwaitCommand(f: Func): void {
  const seen = f.param(0, 'i32');
  emitWait(f, control.generation, control.idle, seen, commandSpins);
  f.return(atomic.load(i32.const(control.generation)));
}

/** What was handed out of each thread's part of the work at each site: a row of counters a thread. */
export const counters = { address: 4096, bytesPerThread: 4096 } as const;

/** Sites of a program at which work is handed out in pieces. */
export const sitesPerProgram = counters.bytesPerThread / 4;

/** Bytes at the beginning of the memory that hold no block. */
export const reservedBytes = counters.address + mostThreads * counters.bytesPerThread;

/** Sets a thread's counters of the first `sites` sites to zero. */
export function emitResetCounters(f: Func, thread: I32, sites: number): void {
  const row = f.hold(i32.mul(thread, counters.bytesPerThread));
  const end = f.hold(i32.add(row, Math.min(sites, sitesPerProgram) * 4));
  f.while(
    () => i32.ltU(row, end),
    () => {
      atomic.store(f, row, i32.const(0), counters.address);
      f.set(row, i32.add(row, 4));
    },
  );
}

/** barrier(threads): returns when all threads have called it. */
export function emitBarrier(f: Func): void {
  const threads = f.param(0, 'i32');
  const passed = f.local('i32');
  f.if(i32.eq(threads, 1), () => f.return());
  f.set(passed, atomic.load(i32.const(control.passed)));
  const before = f.hold(atomic.add(i32.const(control.arrived), i32.const(1)));
  f.if(
    i32.eq(i32.add(before, 1), threads),
    () => {
      atomic.store(f, i32.const(control.arrived), i32.const(0));
      atomic.store(f, i32.const(control.passed), i32.add(passed, 1));
      f.if(atomic.load(i32.const(control.asleep)), () =>
        atomic.notify(f, i32.const(control.passed)),
      );
    },
    () => emitWait(f, control.passed, control.asleep, passed, barrierSpins),
  );
}
