/** The contract of a workload: one network or kernel, in one or more sizes, that every engine runs. */

import type { Convolution, Pass } from './convolutions/convolution.js';
import type { DirectError } from './convolutions/direct-error.js';
import type { Agreement } from './fingerprint.js';
import type { Traffic } from './layers/traffic.js';
import type { OwnSession } from './own-session.js';
import type { Row } from './report.js';

export type Workload = CaseWorkload | LayerWorkload | ConvolutionWorkload | FeedWorkload;

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

/** Single convolutions, shown in one table with their errors. */
export interface ConvolutionWorkload extends NamedWorkload {
  readonly convolutions: readonly ConvolutionCase[];
}

/** How well a training is fed: it is measured and printed in its own way, beside no peers. */
export interface FeedWorkload extends NamedWorkload {
  feed(options: FeedOptions): Promise<Row>;
}

export interface FeedOptions {
  /** How long to train. */
  readonly seconds?: number;
  /** Train so many steps instead. */
  readonly steps?: number;
}

/** The cases of `workload`, whatever its kind. */
export function casesOf(workload: Workload): readonly Case[] {
  if ('feed' in workload) return [];
  if ('layers' in workload) return workload.layers;
  return 'convolutions' in workload ? workload.convolutions : workload.cases;
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
  /** Also measured in new processes: first and second start, and each engine's peak resident set. */
  readonly newProcesses?: boolean;
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

export interface ConvolutionCase extends Case {
  readonly pass: Pass;
  readonly convolution: Convolution;
  open(): Promise<ConvolutionSession>;
}

/** Our engine on a convolution, and what it is off by. */
export interface ConvolutionSession extends OwnSession {
  /** The error of the last step's result, against a direct convolution in float64. */
  error(): DirectError;
}

export interface Ceiling {
  readonly gflops: number;
  /** What was measured, such as `register kernel 3x12`. */
  readonly label: string;
}
