/** DecodingThreads: worker threads that decode pictures beside the training step (Node). */

import type { Worker } from 'node:worker_threads';
import { DataError } from '../dataset.js';
import type { DecodingAnswer, DecodingSetup, DecodingTask } from './decoding-thread.js';

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** Why it is no more. */
  death: Error | null;
}

export class DecodingThreads {
  readonly #threads: readonly Thread[];
  readonly #onSkipped: (skipped: DecodingAnswer['skipped']) => void;
  #next = 0;

  constructor(
    setup: DecodingSetup,
    options: { count: number; onSkipped: (skipped: DecodingAnswer['skipped']) => void },
  ) {
    this.#onSkipped = options.onSkipped;
    this.#threads = Array.from({ length: options.count }, () => this.#start(setup));
  }

  get count(): number {
    return this.#threads.length;
  }

  /** Done once the pictures are decoded; tasks are begun in the order in which they are given. */
  run(task: Omit<DecodingTask, 'id'>): Promise<void> {
    const id = this.#next++;
    const thread = this.#threads.reduce((least, one) =>
      one.waiting.size < least.waiting.size ? one : least,
    );
    if (thread.death) return Promise.reject(thread.death);
    // A process waits for threads with work, and only for them.
    if (thread.waiting.size === 0) thread.worker.ref();
    const done = new Promise<void>((resolve, reject) => {
      thread.waiting.set(id, { resolve, reject });
    });
    thread.worker.postMessage({ ...task, id } satisfies DecodingTask);
    return done;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(setup: DecodingSetup): Thread {
    const { Worker: NodeWorker } = process.getBuiltinModule('node:worker_threads');
    const worker = new NodeWorker(new URL('./decoding-thread.js', import.meta.url), {
      workerData: setup,
      execArgv: [],
    });
    const thread: Thread = { worker, waiting: new Map(), death: null };
    worker.unref();
    worker.on('message', ({ id, skipped, error }: DecodingAnswer) => {
      if (skipped.length > 0) this.#onSkipped(skipped);
      const waiting = thread.waiting.get(id);
      thread.waiting.delete(id);
      if (thread.waiting.size === 0) worker.unref();
      if (error === null) waiting?.resolve();
      else waiting?.reject(new DataError(error));
    });
    const die = (reason: string, cause?: unknown) => {
      thread.death ??= new Error(`a thread that decodes pictures died (${reason})`, { cause });
      for (const { reject } of thread.waiting.values()) reject(thread.death);
      thread.waiting.clear();
    };
    worker.on('error', (error: Error) => die(error.message, error));
    worker.on('exit', (code) => die(`exit code ${code}`));
    return thread;
  }
}
