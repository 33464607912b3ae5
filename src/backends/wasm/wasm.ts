/** The WebAssembly backend: fused kernels as one generated module per program, on all threads. */

import { allocate, bytesPerElement, type DType, type TypedArray } from '../../graph/dtype.js';
import { ShapeError } from '../../graph/errors.js';
import type { DeviceMemory, Variable } from '../../graph/variable.js';
import type { Executable, KernelBackend } from '../contract.js';
import type { Buffer, Plan } from '../plan.js';
import { readsOf, writesOf } from '../plan.js';
import { type Features, features } from './features.js';
import { Heap } from './memory.js';
import { type ProgramModule, programModule } from './program-module.js';
import type { Run } from './thread.js';
import { defaultThreadCount } from './thread-count.js';
import { Threads } from './threads.js';

/** The engine: one memory, its threads, and the workspace that programs take turns in. */
class Engine {
  readonly features: Features;
  readonly heap: Heap;
  #threads: Threads | null = null;
  #threadCount: number | null;
  #workspace = { address: 0, bytes: 0 };
  #programs = 0;

  constructor({ features: used = features(), threads }: EngineOptions = {}) {
    this.features = used;
    this.#threadCount = threads ?? null;
    this.heap = new Heap(used.threads);
    if (!used.threads && threads !== 1) warnOfOneThread();
  }

  get threads(): Threads {
    this.#threads ??= new Threads(this.heap, this.#threadCount ?? defaultThreadCount());
    return this.#threads;
  }

  setThreads(count: number): void {
    if (this.#threads?.count === count) return;
    this.#threads?.stop();
    this.#threads = null;
    this.#threadCount = count;
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
}

export interface EngineOptions {
  /** What to use of WebAssembly; defaults to all that there is. */
  features?: Features;
  /** Defaults to FOVEA_THREADS or the number of cores. */
  threads?: number;
}

/** A backend with a memory and threads of its own. */
export function createWasmBackend(options: EngineOptions): KernelBackend {
  const own = new Engine(options);
  return { kind: 'kernels', name: 'wasm', load: (plan) => new WasmExecutable(own, plan) };
}

let engine: Engine | null = null;

function theEngine(): Engine {
  engine ??= new Engine();
  return engine;
}

/** The backend that everything runs on: one memory and one set of threads for all programs. */
export const wasm: KernelBackend = {
  kind: 'kernels',
  name: 'wasm',
  load: (plan) => new WasmExecutable(theEngine(), plan),
};

function warnOfOneThread(): void {
  console.warn(
    'fovea: no shared memory here, so programs run on one thread; ' +
      'serve the page cross-origin isolated (COOP same-origin, COEP require-corp) to use all cores',
  );
}

/** Sets how many threads programs run on; running workers are replaced. */
export function setThreads(count: number): void {
  theEngine().setThreads(count);
}

/** How many threads programs run on. */
export function threadCount(): number {
  return theEngine().threads.count;
}

/** Resolves when all threads run. Needed in a browser before the first program; elsewhere optional. */
export async function ready(): Promise<void> {
  await theEngine().threads.ready();
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
  readonly module: ProgramModule;
  /** The variables' memory that addresses in the module mean. */
  readonly memories: ReadonlyMap<Variable, WasmMemory>;
}

/** What a program holds in the engine. */
interface Held {
  readonly engine: Engine;
  /** Blocks of the heap with constants. */
  readonly blocks: number[];
  loaded: Loaded | null;
}

class WasmExecutable implements Executable {
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #variables: readonly Variable[];
  readonly #held: Held;
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
    this.#load();
    disposals.register(this, this.#held, this);
  }

  run(inputs: readonly TypedArray[]): TypedArray[] {
    return this.#execute(inputs, ({ threads, program, run }, arena) =>
      threads.run(program, run, arena, 0, this.#plan.kernels.length),
    );
  }

  profile(inputs: readonly TypedArray[]): number[] {
    const times: number[] = [];
    this.#execute(inputs, ({ threads, program, run }, arena) => {
      this.#plan.kernels.forEach((_, k) => {
        const start = performance.now();
        threads.run(program, run, arena, k, k + 1);
        times.push(performance.now() - start);
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
    run: (loaded: Loaded, arena: number) => void,
  ): TypedArray[] {
    if (this.#disposed) throw new Error('this program was disposed of and cannot run any more');
    const loaded = this.#current();
    const arena = this.#engine.workspace(loaded.module.workspaceBytes(loaded.threads.count));
    this.#plan.inputs.forEach((buffer, i) => {
      if (inputs[i].length !== buffer.length) {
        throw new ShapeError(
          `run: input ${i} has ${buffer.length} elements, got ${inputs[i].length}`,
        );
      }
      this.#engine.view(buffer.dtype, arena + buffer.offset, buffer.length).set(inputs[i]);
    });
    run(loaded, arena);
    return this.#plan.outputs.map((buffer) => this.#read(buffer, arena));
  }

  #read(buffer: Buffer, arena: number): TypedArray {
    if (buffer.place.kind === 'variable') return buffer.place.variable.data();
    if (buffer.place.kind === 'constant') return buffer.place.data;
    const copy = allocate(buffer.dtype, buffer.length);
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
    const module = programModule(this.#plan, {
      features: this.#engine.features,
      shared: heap.shared,
      addressOf: (buffer) => {
        if (buffer.place.kind === 'variable') return memories.get(buffer.place.variable)!.address;
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
    const loaded = { threads, program, run, module, memories };
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
