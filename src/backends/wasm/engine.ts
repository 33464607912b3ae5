/** The engine: one memory, its threads, and the workspace that programs take turns in. */

import type { DType, TypedArray } from '../../graph/dtype.js';
import type { TuningStorage } from '../tuning.js';
import { type Features, features, obstacleToThreads } from './features.js';
import { ConvolutionMethods } from './kernels/conv-2d/methods.js';
import { Heap } from './memory.js';
import { checkThreadCount, defaultThreadCount } from './thread-count.js';
import { Threads, workersStartWhileBlocked } from './threads.js';
import { convolutionKey } from './tuning/convolution-key.js';
import { MeasuredMethods } from './tuning/measured-methods.js';

export interface EngineOptions {
  /** What to use of WebAssembly; defaults to all that there is. */
  features?: Features;
  /** Defaults to FOVEA_THREADS or the number of cores. */
  threads?: number;
  /** Where what tuning measures is kept, asked for when it is first needed. Default: nowhere. */
  tuning?: () => TuningStorage | null;
}

export class Engine {
  readonly features: Features;
  readonly heap: Heap;
  /** What tuning has measured, and by which methods programs compute convolutions therefore. */
  readonly measured: MeasuredMethods;
  readonly convolutions: ConvolutionMethods;
  #threads: Threads | null = null;
  #asked: number | null;
  #starting: Promise<void> = Promise.resolve();
  #workspace = { address: 0, bytes: 0 };
  #programs = 0;
  #warned = false;

  constructor(options: EngineOptions = {}) {
    const { features: used = features(), threads, tuning = () => null } = options;
    this.features = used;
    this.#asked = threads ?? null;
    this.heap = new Heap(used.threads);
    const { relaxedSimd } = used;
    this.measured = new MeasuredMethods(() => ({ threads: this.#count(), relaxedSimd }), tuning);
    this.convolutions = new ConvolutionMethods((kernel) =>
      this.measured.get(convolutionKey(kernel)),
    );
  }

  /** The threads to run on now; new ones when those before were stopped or have died. */
  get threads(): Threads {
    if (this.#threads === null || this.#threads.failed) {
      this.#threads = new Threads(this.heap, this.#countWithoutDelay());
    }
    return this.#threads;
  }

  setThreads(count: number): void {
    this.#asked = checkThreadCount(count, 'setThreads');
    if (this.#threads !== null && this.#threads.count !== count) this.#stop();
  }

  /** Resolves when all threads run. */
  ready(): Promise<void> {
    // One after the other, as all threads talk through the same words.
    this.#starting = this.#starting.catch(() => {}).then(() => this.#start());
    return this.#starting;
  }

  nextProgram(): number {
    return this.#programs++;
  }

  /** Memory for a program's arena and scratch; only one program runs at a time, so all share it. */
  workspace(bytes: number): number {
    if (bytes > this.#workspace.bytes) {
      if (this.#workspace.address) this.heap.free(this.#workspace.address);
      this.#workspace = { address: this.heap.allocate(bytes), bytes };
    }
    return this.#workspace.address;
  }

  view(dtype: DType, address: number, length: number): TypedArray {
    const { buffer } = this.heap.memory;
    if (dtype === 'float32') return new Float32Array(buffer, address, length);
    if (dtype === 'int32') return new Int32Array(buffer, address, length);
    return new Uint8Array(buffer, address, length);
  }

  async #start(): Promise<void> {
    if (workersStartWhileBlocked) return this.threads.ready();
    const count = this.#count();
    if (this.#threads !== null && !this.#threads.failed && this.#threads.count === count) return;
    this.#stop();
    // Programs that run meanwhile do so on one thread.
    const threads = new Threads(this.heap, count);
    await threads.ready();
    if (count === this.#count()) this.#threads = threads;
    else threads.stop();
  }

  #stop(): void {
    if (this.#threads !== null && !this.#threads.failed) this.#threads.stop();
    this.#threads = null;
  }

  #count(): number {
    const count = this.#asked ?? defaultThreadCount();
    if (count === 1 || this.heap.shared) return count;
    const obstacle = obstacleToThreads();
    if (obstacle) this.#warn(`fovea: programs run on one thread: ${obstacle}`);
    return 1;
  }

  #countWithoutDelay(): number {
    const count = this.#count();
    if (count === 1 || workersStartWhileBlocked) return count;
    this.#warn('fovea: programs run on one thread until `await ready()` has started the others');
    return 1;
  }

  #warn(message: string): void {
    if (!this.#warned) console.warn(message);
    this.#warned = true;
  }
}
