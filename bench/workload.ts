/** The contract of a workload: one network or kernel, in one or more sizes, that every engine runs. */

import type { Agreement } from './fingerprint.js';
import type { Traffic } from './layers/traffic.js';
import type { OwnSession } from './own-session.js';

export type Workload = CaseWorkload | LayerWorkload;

interface NamedWorkload {
  /** As it is asked for on the command line. */
  readonly name: string;
  /** One line for --help. */
  readonly summary: string;
}

/** Few cases, each measured and shown by itself. */
export interface CaseWorkload extends NamedWorkload {
  readonly cases: readonly Case[];
}

/** Many short cases, shown in one table beside a plain copy. */
export interface LayerWorkload extends NamedWorkload {
  readonly layers: readonly LayerCase[];
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
  /** How well engines have to agree on the results in their sessions' `check`. */
  readonly agreement?: Agreement;
  /** Our engine on this case. */
  open(): Promise<OwnSession>;
  /** The most that our engine could reach, in GFLOP/s on one thread; measured between the rounds. */
  readonly ceiling?: () => Promise<Ceiling>;
}

export interface LayerCase extends Case {
  /** Few plain operations an element, so that memory sets the pace; else arithmetic does. */
  readonly memoryBound: boolean;
  open(): Promise<LayerSession>;
}

/** Our engine on a layer, and what the layer moves. */
export interface LayerSession extends OwnSession {
  readonly traffic: Traffic;
}

export interface Ceiling {
  readonly gflops: number;
  /** What was measured, such as `register kernel 3x12`. */
  readonly label: string;
}
