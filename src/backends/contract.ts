/** What a backend is: it loads a traced graph, or the kernels planned for it, and runs them. */

import type { TypedArray } from '../graph/dtype.js';
import type { TracedGraph } from '../graph/traced-graph.js';
import type { Kernel, Plan, PreparableKernel, Prepared } from './plan.js';
import type { TunedKernel, TuningOptions } from './tuning.js';

/** A loaded program. Variables are updated in place; outputs are fresh host arrays. */
export interface Executable {
  run(inputs: readonly TypedArray[]): TypedArray[];
  /** Milliseconds per kernel of one run, in the order of the plan; null where it cannot tell. */
  profile(inputs: readonly TypedArray[]): number[] | null;
  dispose(): void;
}

/** Interprets the graph as it was traced. */
export interface GraphBackend {
  readonly kind: 'graph';
  readonly name: string;
  load(graph: TracedGraph): Executable;
}

/** Runs fused kernels over planned memory. */
export interface KernelBackend {
  readonly kind: 'kernels';
  readonly name: string;
  load(plan: Plan): Executable;
  /** How it computes a kernel, in words, where there are several ways. */
  methodOf?(kernel: Kernel): string | null;
  /** What it would rather have prepared once than in every run, if that never changes; null for nothing. */
  preparationOf?(kernel: PreparableKernel): Preparation | null;
  /** Measures the ways to compute these kernels; plans that it is asked about from then on get the fastest. */
  tune?(kernels: readonly Kernel[], options: TuningOptions): Promise<TunedKernel[]>;
}

export interface Preparation {
  readonly operand: Prepared['operand'];
  /** Numbers that the prepared operand has. */
  readonly length: number;
}

export type Backend = GraphBackend | KernelBackend;
