/** The contract of a workload: one network or kernel, in one or more sizes, that every engine runs. */

import type { OwnSession } from './own-session.js';

export interface Workload {
  /** As it is asked for on the command line. */
  readonly name: string;
  /** One line for --help. */
  readonly summary: string;
  readonly cases: readonly Case[];
}

export interface Case {
  /** The name in the report, such as `lenet5/train/b64`; peers know cases by it. */
  readonly id: string;
  /**
   * Floating point operations of one step, the same for every engine: multiply-adds of matrix
   * products and convolutions, forward and backward, counted as two.
   */
  readonly flops: number;
  /** Images of one step, for images per second. */
  readonly images?: number;
  /** Our engine on this case. */
  open(): Promise<OwnSession>;
  /** The most that our engine could reach, in GFLOP/s on one thread; measured between the rounds. */
  readonly ceiling?: () => Promise<Ceiling>;
}

export interface Ceiling {
  readonly gflops: number;
  /** What was measured, such as `register kernel 3x12`. */
  readonly label: string;
}
