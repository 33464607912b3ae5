/** Decoder: a trained network that makes pictures of codes. */

import type { NetworkConfig } from '../train/index.js';

export interface Decoder {
  readonly folder: string;
  readonly config: NetworkConfig;
  /** The model's name, such as 'vae' or 'dcgan'. */
  readonly name: string;
  /** Numbers in a code. */
  readonly latent: number;
  /** Of one picture. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** The classes that a conditional model is told of; null where it is told of none. */
  readonly numClasses: number | null;
  /** Whether codes of the standard normal distribution become pictures like those that it learned from. */
  readonly hasPrior: boolean;
  /** SHA-256 of the weights, in hexadecimal digits. */
  readonly modelHash: string;
  /** Codes [N, latent] -> pictures [N, C, H, W], 0..1. Throws ValueError for lengths that do not fit. */
  decode(codes: Float32Array, labels?: Int32Array): Float32Array;
}
