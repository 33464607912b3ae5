/** Program: a traced graph, ready to run on a backend as often as one likes. */

import type { Backend, Executable } from '../backends/contract.js';
import type { Plan } from '../backends/plan.js';
import type { TunedKernel, TuningOptions } from '../backends/tuning.js';
import type { TypedArray } from '../graph/dtype.js';
import { Tensor } from '../graph/tensor.js';
import { rootsOf, type TracedGraph, topologicalOrder } from '../graph/traced-graph.js';
import { describeKernels, type KernelDescription } from './describe.js';
import { withGatheredPositions } from './gather-positions.js';
import { joinRows } from './join-rows.js';
import { joinSums } from './join-sums.js';
import { type Lowered, lower } from './lower.js';
import { planMemory } from './memory-plan.js';
import { withPreparation } from './prepare.js';
import { type Split, splitPrologue, unsplit } from './prologue.js';
import { simplify } from './simplify.js';

export interface ProgramDescription {
  readonly backend: string;
  readonly kernels: readonly KernelDescription[];
  /** Bytes of all intermediate values together, after sharing memory. */
  readonly arenaBytes: number;
  /** Bytes of values that are kept from run to run, since they depend on nothing but variables. */
  readonly keptBytes: number;
  /** Floating point operations of one run (a multiply-add counts as two). */
  readonly flops: number;
  /** What checkpoints cost and save; null where there are none. */
  readonly recomputation: Recomputation | null;
  /** Milliseconds that tracing aside, compiling and loading took. */
  readonly compileMs: number;
}

export interface Recomputation {
  /** arenaBytes without the checkpoints. */
  readonly arenaBytesWithout: number;
  readonly bytesSaved: number;
  /** Floating point operations that are done a second time. */
  readonly flops: number;
}

export interface KernelTime extends KernelDescription {
  readonly milliseconds: number;
}

export interface ProgramOptions {
  /** Whether values may be kept from run to run, as they are worth it in a program that runs often. Default: true. */
  keeps?: boolean;
}

export class Program {
  readonly #traced: TracedGraph;
  readonly #graph: TracedGraph;
  readonly #plan: Plan;
  readonly #executable: Executable;
  readonly #backend: Backend;
  readonly #keeps: boolean;
  readonly #compileMs: number;

  constructor(traced: TracedGraph, backend: Backend, { keeps = true }: ProgramOptions = {}) {
    const start = performance.now();
    this.#traced = traced;
    this.#graph = simplify(traced);
    this.#keeps = keeps;
    this.#backend = backend;
    this.#plan = this.#planOf(this.#graph);
    this.#executable =
      backend.kind === 'graph' ? backend.load(this.#graph) : backend.load(this.#plan);
    this.#compileMs = performance.now() - start;
  }

  /** Runs once on the inputs' elements; variables are updated, the outputs are returned. */
  run(inputs: readonly TypedArray[]): Tensor[] {
    const data = this.#running(() => this.#executable.run(inputs));
    return this.#graph.outputs.map(
      ({ shape, dtype }, i) => new Tensor(shape, dtype, { kind: 'data', data: data[i] }),
    );
  }

  /** What the program consists of and what it costs. */
  describe(): ProgramDescription {
    const kernels = describeKernels(this.#plan, this.#backend);
    return {
      backend: this.#backend.name,
      kernels,
      arenaBytes: this.#plan.arenaBytes,
      keptBytes: this.#plan.prologue.bytes,
      flops: totalFlops(kernels),
      recomputation: this.#recomputation(),
      compileMs: this.#compileMs,
    };
  }

  /**
   * Runs once and tells the time of each kernel; empty on a backend that has no kernels.
   *
   * NOTE: it is a real run: variables are updated.
   */
  profile(...inputs: readonly Tensor[]): KernelTime[] {
    const data = inputs.map((input) => input.data());
    const times = this.#running(() => this.#executable.profile(data));
    if (!times) return [];
    return describeKernels(this.#plan, this.#backend).map((kernel, i) => ({
      ...kernel,
      milliseconds: times[i],
    }));
  }

  /**
   * Measures every method that can compute each of the program's convolutions, on made-up numbers; programs
   * that are compiled from then on use the fastest. `tune` is the same for a compiled function.
   */
  async tune(options: TuningOptions = {}): Promise<TunedKernel[]> {
    const { kernels, prologue } = this.#plan;
    const backend = this.#backend;
    if (backend.kind !== 'kernels' || !backend.tune) return [];
    return backend.tune(kernels.slice(prologue.kernels), options);
  }

  /** Frees the program's memory; it cannot run afterwards. */
  dispose(): void {
    this.#executable.dispose();
  }

  #running<Result>(run: () => Result): Result {
    try {
      return run();
    } finally {
      for (const { variable } of this.#graph.assignments) variable.noteWritten();
    }
  }

  #recomputation(): Recomputation | null {
    const repeats = topologicalOrder(rootsOf(this.#graph)).some(
      ({ source }) => source.kind === 'apply' && source.primitive.name === 'recompute',
    );
    if (!repeats) return null;
    const without = this.#planOf(simplify(this.#traced, { recompute: false }));
    const flops = (planned: Plan): number => totalFlops(describeKernels(planned, this.#backend));
    return {
      arenaBytesWithout: without.arenaBytes,
      bytesSaved: without.arenaBytes - this.#plan.arenaBytes,
      flops: flops(this.#plan) - flops(without),
    };
  }

  /** The kernels of a graph, with an address for everything in the arena. */
  #planOf(graph: TracedGraph): Plan {
    const { kernels: planned, inputs, outputs } = lower(graph);
    const lowered = { kernels: withGatheredPositions(planned), inputs, outputs };
    const split = this.#keeps ? this.#split(lowered) : unsplit(lowered);
    const [ahead, after] = [split.first, split.rest].map((kernels) =>
      joinRows(joinSums(kernels), outputs),
    );
    const { variables, keptBytes } = split;
    const prologue = { kernels: ahead.length, variables, bytes: keptBytes };
    const kernels = [...ahead, ...after];
    const arenaBytes = planMemory(kernels, inputs, outputs);
    return { kernels, prologue, inputs, outputs, arenaBytes };
  }

  #split(lowered: Lowered): Split {
    const backend = this.#backend;
    const prepares = backend.kind === 'kernels';
    return splitPrologue(
      prepares ? { ...lowered, kernels: withPreparation(lowered, backend) } : lowered,
    );
  }
}

const totalFlops = (kernels: readonly KernelDescription[]): number =>
  kernels.reduce((total, { flops }) => total + flops, 0);
