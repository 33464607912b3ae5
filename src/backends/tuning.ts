/** Tuning: which of several ways to compute a kernel was measured to be the fastest, and where that is kept. */

import type { Shape } from '../graph/shape.js';

/** What the fastest way depends on beside the kernel and the processor. */
export interface TuningSetting {
  readonly threads: number;
  /** Whether there are fused multiply-adds. */
  readonly relaxedSimd: boolean;
}

/** The name of the fastest method for each kernel that was measured, by its key. */
export type FastestMethods = ReadonlyMap<string, string>;

/** Keeps what was measured from one process to the next. */
export interface TuningStorage {
  /** What is kept for this setting; never throws. */
  read(setting: TuningSetting): FastestMethods;
  /** Adds to what is kept, where that can be. */
  add(setting: TuningSetting, methods: FastestMethods): Promise<void>;
}

export interface TuningOptions {
  /** Hears of each kernel before its methods are measured, and of the end. */
  onProgress?: (progress: TuningProgress) => void;
  /** Stops after the method that is being measured. */
  signal?: AbortSignal;
}

export interface TuningProgress {
  /** Distinct kernels that were measured, and all of them. */
  readonly done: number;
  readonly count: number;
  /** The path of the layer that is next; empty at the end and outside layers. */
  readonly scope: string;
}

/** What came of measuring the methods of one kernel. */
export interface TunedKernel {
  /** The path of the first layer that it is in. */
  readonly scope: string;
  /** Kernels of the program that are alike. */
  readonly count: number;
  /** Output, and filters, as [G, N, O, H, W] and [G, O, C, KH, KW]. */
  readonly shape: Shape;
  readonly filterShape: Shape;
  readonly stride: readonly [number, number];
  /** The method until now, and from now on. */
  readonly before: string;
  readonly now: string;
  /** Every method that can compute it. */
  readonly times: readonly MethodTime[];
}

export interface MethodTime {
  readonly method: string;
  /** The shortest run; of methods that are much slower than others, of a few runs only. */
  readonly milliseconds: number;
}
