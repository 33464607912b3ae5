/** The threads: workers over one shared memory that run programs together with the calling thread. */

import { ModuleBuilder } from './assembler.js';
import { commands, control, emitAwaitCommand } from './control.js';
import type { Heap } from './memory.js';
import type { Run, ThreadSetup } from './thread.js';

/** Whether a worker starts while the thread that made it waits; in a browser it does not. */
export const workersStartWhileBlocked = Boolean(globalThis.process?.versions?.node);

/** How long to wait for workers that start or load before giving up. */
const patienceMs = 20_000;
/** How long to wait for workers that leave after a failure. */
const leavingMs = 3_000;

export class Threads {
  /** All threads, the calling one included. */
  readonly count: number;
  readonly #heap: Heap;
  readonly #workers: WorkerLike[] = [];
  #generation = 0;
  #started = false;
  #failed = false;
  #startFailure: string | null = null;

  /**
   * Starts `count - 1` workers. They are ready after `ready()`, or at the first command where workers
   * start while this thread waits.
   *
   * NOTE: all threads of one heap talk through the same words, so those before must have stopped.
   */
  constructor(heap: Heap, count: number) {
    this.#heap = heap;
    this.count = heap.shared ? count : 1;
    if (this.count === 1) return;
    const words = this.#words();
    for (const word of Object.values(control)) words[word / 4] = 0;
    const pool = poolModule();
    for (let thread = 1; thread < this.count; thread++) {
      const setup = { memory: heap.memory, pool, thread, threads: this.count, generation: 0 };
      this.#workers.push(
        startWorker(setup, (message) => {
          this.#startFailure ??= message;
        }),
      );
    }
  }

  /** Whether a thread has died; none of them runs any more then. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Resolves when every worker runs. */
  async ready(): Promise<void> {
    const start = performance.now();
    while (!this.#started && this.#acknowledged() < this.count - 1) {
      if (this.#startFailure || this.#deaths() || performance.now() - start > patienceMs) {
        throw this.#fail(this.#startFailure);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    this.#started = true;
  }

  /** Makes every worker compile and keep the module of a program. */
  load(program: number, bytes: Uint8Array): void {
    if (this.count === 1) return;
    const address = this.#heap.allocate(bytes.length);
    new Uint8Array(this.#heap.memory.buffer, address, bytes.length).set(bytes);
    try {
      this.#commandAndWait(commands.load, program, address, bytes.length);
    } finally {
      this.#heap.free(address);
    }
  }

  unload(program: number): void {
    if (this.count > 1) this.#commandAndWait(commands.unload, program);
  }

  /** Runs kernels first to last - 1 of a program on every thread. */
  run(program: number, run: Run, arena: number, first: number, last: number): void {
    // NOTE: without a kernel there is no barrier, and workers could miss the command after this one.
    if (first === last) return;
    if (this.count === 1) {
      run(0, 1, arena, first, last);
      return;
    }
    if (this.#deaths()) throw this.#fail(null);
    this.#command(commands.run, program, arena, first, last);
    try {
      run(0, this.count, arena, first, last);
    } catch (cause) {
      throw this.#fail(cause);
    }
  }

  /** Ends the workers; when it returns, none of them touches the memory any more. */
  stop(): void {
    if (this.#workers.length === 0) return;
    // Whoever stops threads does not mind if one of them has died.
    if (this.#deaths()) this.#fail(null);
    else this.#commandAndWait(commands.stop);
    this.#terminate();
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
      if (this.#deaths() || performance.now() - start > patienceMs) throw this.#fail(null);
      if (acknowledged >= this.count - 1) break;
      Atomics.wait(words, control.acknowledged / 4, acknowledged, 100);
    }
    this.#started = true;
  }

  /** Makes every worker leave, as one that still ran would disturb those that come after; the error to throw. */
  #fail(cause: unknown): Error {
    this.#failed = true;
    const words = this.#words();
    const first = Atomics.compareExchange(words, control.blamed / 4, 0, 1) === 0;
    Atomics.add(words, control.failed / 4, 1);
    const start = performance.now();
    while (this.#started && performance.now() - start < leavingMs) {
      const left = this.#deaths();
      if (left >= this.count) break;
      Atomics.notify(words, control.passed / 4);
      Atomics.notify(words, control.generation / 4);
      Atomics.wait(words, control.failed / 4, left, 10);
    }
    this.#terminate();
    // NOTE: not before all have left: the first to die may have been overtaken while it wrote.
    const reason = first ? (cause ?? 'it did not answer') : this.#reasonOfWorker();
    return this.#started ? deathError(reason, cause) : startError(reason);
  }

  /** Why the first worker that died did. */
  #reasonOfWorker(): string {
    const { buffer } = this.#heap.memory;
    const [length] = new Int32Array(buffer, control.reason, 1);
    // A copy, as browsers decode no shared memory.
    return new TextDecoder().decode(new Uint8Array(buffer, control.reason + 4, length).slice());
  }

  #terminate(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers.length = 0;
  }

  #acknowledged(): number {
    return Atomics.load(this.#words(), control.acknowledged / 4);
  }

  #deaths(): number {
    return Atomics.load(this.#words(), control.failed / 4);
  }

  #words(): Int32Array {
    return new Int32Array(this.#heap.memory.buffer);
  }
}

interface WorkerLike {
  terminate(): unknown;
}

function startWorker(setup: ThreadSetup, onError: (message: string) => void): WorkerLike {
  if (globalThis.process?.versions?.node) {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    const worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData: setup,
      execArgv: [],
    });
    worker.on('error', ({ message }) => onError(message));
    // Waiting workers must not keep a finished program alive.
    worker.unref();
    return worker;
  }
  const worker = new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
  worker.addEventListener('error', ({ message }) => {
    onError(message || 'thread.js could not be loaded; its answer needs the COEP header too');
  });
  worker.postMessage(setup);
  return worker;
}

function poolModule(): WebAssembly.Module {
  const builder = new ModuleBuilder({ initialPages: 1, maximumPages: 65536, shared: true });
  const f = builder.function({ params: ['i32'], result: 'i32' });
  emitAwaitCommand(f);
  builder.export('awaitCommand', f);
  return new WebAssembly.Module(builder.bytes());
}

const deathError = (reason: unknown, cause: unknown): Error =>
  new Error(
    `a thread of the engine died (${reason}), so variables may hold the values of half a step; ` +
      'the next program starts new threads',
    { cause },
  );

const startError = (reason: unknown): Error =>
  new Error(
    `a worker thread of the engine did not start (${reason}); ` +
      'set FOVEA_THREADS=1 or call setThreads(1) to run on one thread',
  );
