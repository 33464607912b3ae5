/** The contract of an engine that Fovea is measured against. */

import type { Row } from '../report.js';

/** `lenet5`: row `lenet5/train/b64`. `matmul`: rows `matmul/512`, `matmul/1024`, `matmul/2048`. */
export type Workload = 'lenet5' | 'matmul';

/** What a measurement is told; each engine counts the same operations. */
export interface PeerOptions {
  readonly threads: number;
  /** Floating point operations of one `lenet5` step; a matrix product of size n counts 2 n^3. */
  readonly flops: number;
  /** Seconds to measure for; engines of several seconds a step take few steps and say so. */
  readonly seconds: number;
}

/** Why a peer was not measured, in one line, with the command that would mend it. */
export interface Skipped {
  readonly skipped: string;
}

/** One engine. `run` never throws because the engine is missing: it says so in `skipped`. */
export interface Peer {
  readonly name: string;
  run(workload: Workload, options: PeerOptions): Promise<Row[] | Skipped>;
}

/** Sizes of the square float32 matrices of the `matmul` workload. */
export const matmulSizes: readonly number[] = [512, 1024, 2048];

/** Imports a package that is no dependency of ours, or null when it is not installed. */
export async function importOptional<Module>(name: string): Promise<Module | null> {
  try {
    // NOTE: a variable specifier, so that the compiler does not look for the package.
    return (await import(name)) as Module;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const missing = code === 'ERR_MODULE_NOT_FOUND' && String(error).includes(`'${name}'`);
    if (missing) return null;
    throw error;
  }
}

/** Values of a standard normal distribution, the same for every run (mulberry32, Box-Muller). */
export function seededNormal(length: number, seed: number): Float32Array {
  const uniform = seededUniform(seed);
  return Float32Array.from({ length }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
}

/** Class labels from 0 to `classes - 1`, the same for every run. */
export function seededLabels(length: number, classes: number, seed: number): Int32Array {
  const uniform = seededUniform(seed);
  return Int32Array.from({ length }, () => Math.floor(uniform() * classes));
}

function seededUniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
