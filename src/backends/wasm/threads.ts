/** The threads: workers over one shared memory that run programs together with the calling thread. */

import { ModuleBuilder } from './assembler.js';
import { commands, control, emitAwaitCommand } from './control.js';
import type { Heap } from './memory.js';
import type { Run, ThreadSetup } from './thread.js';

interface WorkerLike {
  terminate(): unknown;
}

/** How long to wait for workers that start or load before giving up. */
const patienceMs = 20_000;

export class Threads {
  /** All threads, the calling one included. */
  readonly count: number;
  readonly #heap: Heap;
  readonly #workers: WorkerLike[] = [];
  #generation = 0;
  #started = false;

  /** Starts `count - 1` workers; they are ready after `ready()` or the first command. */
  constructor(heap: Heap, count: number) {
    this.#heap = heap;
    this.count = heap.shared ? count : 1;
    if (this.count === 1) return;
    const words = this.#words();
    for (const word of Object.values(control)) words[word / 4] = 0;
    const pool = poolModule();
    for (let thread = 1; thread < this.count; thread++) {
      this.#workers.push(
        startWorker({ memory: heap.memory, pool, thread, threads: this.count, generation: 0 }),
      );
    }
  }

  /** Resolves when every worker runs. A browser needs it before the first program. */
  async ready(): Promise<void> {
    const start = performance.now();
    while (!this.#started && this.#acknowledged() < this.count - 1) {
      if (performance.now() - start > patienceMs) throw startError();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.#started = true;
  }

  /** Makes every worker compile and keep the module of a program. */
  load(program: number, bytes: Uint8Array): void {
    if (this.count === 1) return;
    const address = this.#heap.allocate(bytes.length);
    new Uint8Array(this.#heap.memory.buffer, address, bytes.length).set(bytes);
    this.#commandAndWait(commands.load, program, address, bytes.length);
    this.#heap.free(address);
  }

  unload(program: number): void {
    if (this.count > 1) this.#commandAndWait(commands.unload, program);
  }

  /** Runs kernels first to last - 1 of a program on every thread. */
  run(program: number, run: Run, arena: number, first: number, last: number): void {
    if (this.count > 1) {
      if (!this.#started) this.#waitForAcknowledgements();
      this.#command(commands.run, program, arena, first, last);
    }
    run(0, this.count, arena, first, last);
  }

  stop(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers.length = 0;
  }

  #commandAndWait(kind: number, ...args: readonly number[]): void {
    if (!this.#started) this.#waitForAcknowledgements();
    Atomics.store(this.#words(), control.acknowledged / 4, 0);
    this.#command(kind, ...args);
    this.#waitForAcknowledgements();
  }

  #command(kind: number, ...args: readonly number[]): void {
    const words = this.#words();
    words.set([kind, ...args], control.command / 4);
    this.#generation = (this.#generation + 1) | 0;
    Atomics.store(words, control.generation / 4, this.#generation);
    if (Atomics.load(words, control.idle / 4) > 0) {
      Atomics.notify(words, control.generation / 4);
    }
  }

  #waitForAcknowledgements(): void {
    const words = this.#words();
    const start = performance.now();
    for (;;) {
      const acknowledged = this.#acknowledged();
      if (acknowledged >= this.count - 1) break;
      if (performance.now() - start > patienceMs || words[control.failed / 4] !== 0) {
        throw startError();
      }
      Atomics.wait(words, control.acknowledged / 4, acknowledged, 100);
    }
    this.#started = true;
  }

  #acknowledged(): number {
    return Atomics.load(this.#words(), control.acknowledged / 4);
  }

  #words(): Int32Array {
    return new Int32Array(this.#heap.memory.buffer);
  }
}

function poolModule(): WebAssembly.Module {
  const builder = new ModuleBuilder({ initialPages: 1, maximumPages: 65536, shared: true });
  const f = builder.function({ params: ['i32'], result: 'i32' });
  emitAwaitCommand(f);
  builder.export('awaitCommand', f);
  return new WebAssembly.Module(builder.bytes());
}

function startWorker(setup: ThreadSetup): WorkerLike {
  if (globalThis.process?.versions?.node) {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData: setup,
      execArgv: [],
    });
    // Waiting workers must not keep a finished program alive.
    worker.unref();
    return worker;
  }
  const worker = new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
  worker.postMessage(setup);
  return worker;
}

const startError = (): Error =>
  new Error(
    'a worker thread of the engine did not answer; set FOVEA_THREADS=1 to run on one thread, ' +
      'and in a browser await ready() before the first program',
  );
