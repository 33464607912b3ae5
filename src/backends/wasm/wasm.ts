/** The WebAssembly backend: fused kernels as one generated module per program, on all threads. */

import { allocate, bytesPerElement, type DType, type TypedArray } from '../../graph/dtype.js';
import { ShapeError } from '../../graph/errors.js';
import type { DeviceMemory, Variable } from '../../graph/variable.js';
import type { Executable, KernelBackend } from '../contract.js';
import { Freshness } from '../freshness.js';
import type { Buffer, Plan } from '../plan.js';
import { readsOf, writesOf } from '../plan.js';
import type { TuningStorage } from '../tuning.js';
import { Engine, type EngineOptions } from './engine.js';
import { conv2dMethod } from './kernels/conv-2d/conv-2d.js';
import { preparationOf } from './kernels/prepare.js';
import type { Heap } from './memory.js';
import { programModule } from './program-module.js';
import type { Run } from './thread.js';
import type { Threads } from './threads.js';
import { type Measure, measureTrials } from './tuning/measure-trials.js';
import { tuneKernels } from './tuning/tune.js';

/** A backend with a memory and threads of its own. */
export interface WasmBackend extends KernelBackend {
  readonly heap: Heap;
  setThreads(count: number): void;
  threadCount(): number;
  ready(): Promise<void>;
}

export interface WasmBackendOptions extends EngineOptions {
  /** Takes the place of the clock when methods are tuned. */
  measure?: Measure;
}

export function createWasmBackend(options: WasmBackendOptions = {}): WasmBackend {
  const own = new Engine(options);
  return {
    ...backendOn(() => own, options.measure ?? measureTrials),
    heap: own.heap,
    setThreads: (count) => own.setThreads(count),
    threadCount: () => own.threads.count,
    ready: () => own.ready(),
  };
}

/** Only convolutions are computed in several ways. */
function backendOn(engineOf: () => Engine, measure: Measure): KernelBackend {
  const load = (plan: Plan): Executable => new WasmExecutable(engineOf(), plan);
  return {
    kind: 'kernels',
    name: 'wasm',
    load,
    methodOf: (kernel) =>
      kernel.kind === 'conv2d' ? conv2dMethod(kernel, engineOf().convolutions) : null,
    preparationOf: (kernel) => preparationOf(kernel, engineOf().convolutions),
    tune: (kernels, options) => {
      const { convolutions, measured } = engineOf();
      return tuneKernels(kernels, options, { convolutions, measured, measure, load });
    },
  };
}

let engine: Engine | null = null;
let storage: TuningStorage | null = null;

function theEngine(): Engine {
  engine ??= new Engine({ tuning: () => storage });
  return engine;
}

/** Where what is measured on the backend that everything runs on is kept; before that nowhere. */
export function keepTuningIn(place: TuningStorage): void {
  storage = place;
}

/** The backend that everything runs on: one memory and one set of threads for all programs. */
export const wasm: KernelBackend = backendOn(theEngine, measureTrials);

/**
 * Sets how many threads programs run on, 1 to 64; results are the same for every number. In a browser
 * `await ready()` afterwards.
 *
 * Throws ValueError for any other number.
 *
 *     setThreads(2);
 */
export function setThreads(count: number): void {
  theEngine().setThreads(count);
}

/**
 * How many threads programs run on: what `setThreads` or FOVEA_THREADS says, or one per core.
 *
 *     console.log(`${threadCount()} threads`);
 */
export function threadCount(): number {
  return theEngine().threads.count;
}

/**
 * Resolves when all threads run. In a browser programs run on one thread until then; in Node threads
 * start by themselves.
 *
 * Throws an Error when a thread does not start.
 *
 *     await ready();
 */
export function ready(): Promise<void> {
  return theEngine().ready();
}

/** A variable's memory in the engine. */
class WasmMemory implements DeviceMemory {
  readonly address: number;
  readonly #engine: Engine;
  readonly #dtype: DType;
  readonly #length: number;

  constructor(owner: Engine, dtype: DType, data: TypedArray) {
    this.#engine = owner;
    this.#dtype = dtype;
    this.#length = data.length;
    this.address = owner.heap.allocate(data.length * bytesPerElement[dtype]);
    abandoned.register(this, { engine: owner, address: this.address }, this);
    this.write(data);
  }

  read(): TypedArray {
    const copy = allocate(this.#dtype, this.#length);
    copy.set(this.#engine.view(this.#dtype, this.address, this.#length));
    return copy;
  }

  write(data: TypedArray): void {
    this.#engine.view(this.#dtype, this.address, this.#length).set(data);
  }

  release(): void {
    abandoned.unregister(this);
    this.#engine.heap.free(this.address);
  }
}

/** Frees what nobody released. */
const abandoned = new FinalizationRegistry<{ engine: Engine; address: number }>(
  ({ engine: owner, address }) => owner.heap.free(address),
);

interface Loaded {
  readonly threads: Threads;
  readonly program: number;
  readonly run: Run;
  /** What `run` needs at the arena's address. */
  readonly workspaceBytes: number;
  /** The variables' memory that addresses in the module mean. */
  readonly memories: ReadonlyMap<Variable, WasmMemory>;
}

/**
 * What a program holds in the engine.
 *
 * NOTE: nothing in here may lead back to the executable, or it would never be collected.
 */
interface Held {
  readonly engine: Engine;
  /** Blocks of the heap with constants and with what the prologue computes. */
  readonly blocks: number[];
  loaded: Loaded | null;
}

class WasmExecutable implements Executable {
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #variables: readonly Variable[];
  readonly #held: Held;
  readonly #prologue: Freshness;
  #disposed = false;

  constructor(owner: Engine, plan: Plan) {
    this.#engine = owner;
    this.#plan = plan;
    this.#held = { engine: owner, blocks: [], loaded: null };
    const variables = new Set<Variable>();
    for (const buffer of [
      ...plan.kernels.flatMap((k) => [...readsOf(k), ...writesOf(k)]),
      ...plan.outputs,
    ]) {
      if (buffer.place.kind === 'variable') variables.add(buffer.place.variable);
    }
    this.#variables = [...variables];
    this.#prologue = new Freshness(plan.prologue.variables);
    this.#load();
    disposals.register(this, this.#held, this);
  }

  run(inputs: readonly TypedArray[]): TypedArray[] {
    return this.#execute(inputs, ({ threads, program, run }, arena, first) =>
      threads.run(program, run, arena, first, this.#plan.kernels.length),
    );
  }

  profile(inputs: readonly TypedArray[]): number[] {
    const times: number[] = [];
    this.#execute(inputs, ({ threads, program, run }, arena, first) => {
      this.#plan.kernels.forEach((_, k) => {
        const start = performance.now();
        if (k >= first) threads.run(program, run, arena, k, k + 1);
        times.push(k >= first ? performance.now() - start : 0);
      });
    });
    return times;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    disposals.unregister(this);
    unload(this.#held);
  }

  #execute(
    inputs: readonly TypedArray[],
    run: (loaded: Loaded, arena: number, first: number) => void,
  ): TypedArray[] {
    if (this.#disposed) throw new Error('this program was disposed of and cannot run any more');
    const loaded = this.#current();
    const arena = this.#engine.workspace(loaded.workspaceBytes);
    this.#plan.inputs.forEach((buffer, i) => {
      if (inputs[i].length !== buffer.length) {
        throw new ShapeError(
          `run: input ${i} has ${buffer.length} elements, got ${inputs[i].length}`,
        );
      }
      this.#engine.view(buffer.dtype, arena + buffer.offset, buffer.length).set(inputs[i]);
    });
    this.#prologue.refresh((isFresh) =>
      run(loaded, arena, isFresh ? this.#plan.prologue.kernels : 0),
    );
    return this.#plan.outputs.map((buffer) => this.#read(buffer, arena));
  }

  #read(buffer: Buffer, arena: number): TypedArray {
    if (buffer.place.kind === 'variable') return buffer.place.variable.data();
    const copy = allocate(buffer.dtype, buffer.length);
    if (buffer.place.kind === 'constant') {
      if (buffer.place.data.constructor === copy.constructor) return buffer.place.data;
      copy.set(buffer.place.data);
      return copy;
    }
    copy.set(this.#engine.view(buffer.dtype, arena + buffer.offset, buffer.length));
    return copy;
  }

  /** What is loaded, loaded again where threads or variables have moved. */
  #current(): Loaded {
    const { loaded } = this.#held;
    const valid =
      loaded !== null &&
      loaded.threads === this.#engine.threads &&
      this.#variables.every((v) => this.#memoryOf(v) === loaded.memories.get(v));
    if (loaded && valid) return loaded;
    unload(this.#held);
    return this.#load();
  }

  #memoryOf(variable: Variable): WasmMemory {
    return variable.memoryIn(
      this.#engine,
      (data) => new WasmMemory(this.#engine, variable.dtype, data),
    );
  }

  #load(): Loaded {
    const { heap } = this.#engine;
    // Workers start while the module is being made.
    const threads = this.#engine.threads;
    const memories = new Map(this.#variables.map((v) => [v, this.#memoryOf(v)]));
    const constants = new Map<Buffer, number>();
    const kept = heap.allocate(this.#plan.prologue.bytes);
    this.#held.blocks.push(kept);
    this.#prologue.forget();
    const module = programModule(this.#plan, {
      features: this.#engine.features,
      convolutions: this.#engine.convolutions,
      shared: heap.shared,
      addressOf: (buffer) => {
        if (buffer.place.kind === 'variable') return memories.get(buffer.place.variable)!.address;
        if (buffer.place.kind === 'kept') return kept + buffer.offset;
        if (buffer.place.kind !== 'constant') throw new Error('internal: arena buffers move');
        const known = constants.get(buffer);
        if (known !== undefined) return known;
        const address = this.#keep(buffer.place.data, buffer.dtype);
        constants.set(buffer, address);
        return address;
      },
      table: (values) => this.#keep(values, 'int32'),
    });
    const program = this.#engine.nextProgram();
    const compiled = new WebAssembly.Module(module.bytes);
    const instance = new WebAssembly.Instance(compiled, { env: { memory: heap.memory } });
    threads.load(program, module.bytes);
    const run = instance.exports.run as unknown as Run;
    const workspaceBytes = module.workspaceBytes(threads.count);
    const loaded = { threads, program, run, workspaceBytes, memories };
    this.#held.loaded = loaded;
    return loaded;
  }

  /** Copies constant values into the heap. */
  #keep(data: TypedArray, dtype: DType): number {
    const address = this.#engine.heap.allocate(data.length * bytesPerElement[dtype]);
    this.#engine.view(dtype, address, data.length).set(data);
    this.#held.blocks.push(address);
    return address;
  }
}

/** Frees what a program holds. */
function unload(held: Held): void {
  const { engine: owner, blocks, loaded } = held;
  for (const address of blocks) owner.heap.free(address);
  blocks.length = 0;
  held.loaded = null;
  if (loaded && loaded.threads === owner.threads) loaded.threads.unload(loaded.program);
}

/** Frees what programs hold that nobody disposed of. */
const disposals = new FinalizationRegistry<Held>(unload);
