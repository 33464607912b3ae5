/** A test that a reader answers damaged files with a value or its own error: fast, in little memory, always. */

import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { mutations } from './format-mutations.js';

/** What is read, how often, and which errors are answers. */
export interface Endurance {
  /** Undamaged files by name; the copies are shared out among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly read: (bytes: Uint8Array, name: string) => unknown;
  /** Classes of errors that say what is wrong with a file. */
  readonly errors: readonly (new (
    ...given: never[]
  ) => Error)[];
  /** Damaged copies in all. */
  readonly count: number;
  readonly seed?: number;
}

/** How many copies were read and how many refused. */
export interface Endured {
  readonly values: number;
  readonly refusals: number;
}

const longestMs = 2000;
const mostBytes = 256 * 2 ** 20;
/** Garbage that is collected before it is mistaken for memory that is needed. */
const garbageBytes = 32 * 2 ** 20;

/**
 * Reads every file as it is, which must succeed, and `count` damaged copies.
 *
 * Fails when a copy throws another error, takes more than 2 s, or takes more than 256 MB.
 */
export async function enduresMutations(endurance: Endurance): Promise<Endured> {
  const { files, read, errors, count, seed = 1 } = endurance;
  const answered = { values: 0, refusals: 0 };
  const watch = watchdog();
  try {
    for (const [i, [name, original]] of [...files].entries()) {
      await read(new Uint8Array(original), name);
      const damaged = mutations(original, seed * 1000 + i);
      const share =
        Math.floor(((i + 1) * count) / files.size) - Math.floor((i * count) / files.size);
      for (let k = 0; k < share; k++) {
        const { bytes, what } = damaged.next().value;
        const told = `${name}, copy ${k} (${what})`;
        watch.feed(told);
        const before = memory();
        const start = performance.now();
        try {
          await read(bytes, name);
          answered.values++;
        } catch (error) {
          const known = errors.some((kind) => error instanceof kind);
          if (!known) throw new Error(`${told}: ${described(error)}`, { cause: error });
          answered.refusals++;
        }
        const took = performance.now() - start;
        assert.ok(took < longestMs, `${told} took ${Math.round(took)} ms`);
        const now = memory();
        const more = Math.max(now.held - before.held, now.peak - before.peak);
        assert.ok(more < mostBytes, `${told} took ${Math.round(more / 2 ** 20)} MB`);
        if (now.held > garbageBytes) collect();
      }
    }
  } finally {
    await watch.stop();
  }
  return answered;
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes of typed arrays that are held or not yet collected, and the most memory that ever was resident. */
function memory(): { held: number; peak: number } {
  return {
    held: process.memoryUsage().arrayBuffers,
    peak: process.resourceUsage().maxRSS * 1024,
  };
}

function described(error: unknown): string {
  return error instanceof Error ? `${error.stack}` : `threw ${String(error)}`;
}

/** Ends the process, saying where it hung, when nobody feeds it: a loop without end stops all else. */
function watchdog(): { feed(told: string): void; stop(): Promise<unknown> } {
  const words = new Int32Array(new SharedArrayBuffer(4));
  const text = new Uint8Array(new SharedArrayBuffer(1024));
  const worker = new Worker(
    `const { workerData: { words, text } } = require('node:worker_threads');
     let last = 0;
     setInterval(() => {
       const now = Atomics.load(words, 0);
       if (now !== last || now === 0) { last = now; return; }
       require('node:fs').writeSync(2, 'hangs: ' + Buffer.from(text).toString() + '\\n');
       process.kill(process.pid, 'SIGKILL');
     }, 20000);`,
    { eval: true, workerData: { words, text } },
  );
  worker.unref();
  return {
    feed(told) {
      text.fill(0x20);
      text.set(new TextEncoder().encode(told).subarray(0, text.length));
      Atomics.add(words, 0, 1);
    },
    stop: () => worker.terminate(),
  };
}
