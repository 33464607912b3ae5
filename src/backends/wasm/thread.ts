/** What a worker thread runs: it waits for commands in shared memory and carries them out. */

import { commands, control, longestReason } from './control.js';

export interface ThreadSetup {
  readonly memory: WebAssembly.Memory;
  /** The module with awaitCommand. */
  readonly pool: WebAssembly.Module;
  /** 1 and up; 0 is the thread that gives the commands. */
  readonly thread: number;
  readonly threads: number;
  /** The number of the last command given before this thread existed. */
  readonly generation: number;
}

export type Run = (
  thread: number,
  threads: number,
  arena: number,
  first: number,
  last: number,
) => void;

/** Carries out commands until told to stop. */
function serve({ memory, pool, thread, threads, generation }: ThreadSetup): void {
  const { exports } = new WebAssembly.Instance(pool, { env: { memory } });
  const awaitCommand = exports.awaitCommand as (seen: number) => number;
  const programs = new Map<number, Run>();
  let seen = generation;
  acknowledge(memory);
  for (;;) {
    seen = awaitCommand(seen);
    // The buffer is another one after the memory has grown.
    const [kind, program, ...args] = new Int32Array(memory.buffer, control.command, 8);
    if (kind === commands.run) {
      // No acknowledgement: the program ends with a barrier.
      programs.get(program)!(thread, threads, args[0], args[1], args[2]);
      continue;
    }
    if (kind === commands.load) {
      // Another thread's growth of the memory reaches this one's buffer late, unless it grows as well.
      memory.grow(0);
      const bytes = new Uint8Array(memory.buffer, args[0] >>> 0, args[1]).slice();
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
      programs.set(program, instance.exports.run as unknown as Run);
    }
    if (kind === commands.unload) programs.delete(program);
    acknowledge(memory);
    if (kind === commands.stop) return;
  }
}

function acknowledge(memory: WebAssembly.Memory): void {
  const words = new Int32Array(memory.buffer);
  Atomics.add(words, control.acknowledged / 4, 1);
  Atomics.notify(words, control.acknowledged / 4);
}

function serveOrFail(setup: ThreadSetup): void {
  try {
    serve(setup);
  } catch (error) {
    // Others must not wait for ever at a barrier that this thread will not reach.
    const words = new Int32Array(setup.memory.buffer);
    if (Atomics.compareExchange(words, control.blamed / 4, 0, 1) === 0) {
      const text = new TextEncoder().encode(String(error)).subarray(0, longestReason);
      words[control.reason / 4] = text.length;
      new Uint8Array(setup.memory.buffer, control.reason + 4).set(text);
    }
    Atomics.add(words, control.failed / 4, 1);
    for (const word of [control.passed, control.generation, control.acknowledged, control.failed]) {
      Atomics.notify(words, word / 4);
    }
  }
}

if (globalThis.process?.versions?.node) {
  serveOrFail(process.getBuiltinModule('node:worker_threads').workerData as ThreadSetup);
} else {
  globalThis.addEventListener('message', ({ data }: MessageEvent<ThreadSetup>) =>
    serveOrFail(data),
  );
}
