/** How coarse each component of codes may be: as its decoder makes pictures of it. */

import type { LatentRun } from '../open-latent-run.js';

/** What of a run compression needs. */
export type Codec = Pick<
  LatentRun,
  'folder' | 'latent' | 'shape' | 'numClasses' | 'modelHash' | 'encode' | 'decode'
>;

export interface CodedPictures {
  /** [N, C, H, W], 0..1. */
  readonly pictures: Float32Array;
  /** [N, latent] of these pictures. */
  readonly codes: Float32Array;
  readonly labels?: Int32Array;
}

/** What was measured on some of the pictures, in grey levels of 0 to 255. */
export interface Sensitivity {
  /** How far a picture moves, root mean square over its pixels, for a component that grows by 1. */
  readonly perUnit: Float64Array;
  /** The error that codes leave even when they are not rounded, likewise. */
  readonly error: number;
}

/** So many pictures tell how a decoder behaves. */
const SAMPLES = 8;
/** The part of the usual size of components that they are moved by. */
const NUDGE = 0.25;
const LEVELS = 255;

/** How much the pictures of `codec` move with each component of their codes. */
export function measureSensitivity(codec: Codec, coded: CodedPictures): Sensitivity {
  const { latent, shape } = codec;
  const pixels = shape[0] * shape[1] * shape[2];
  const count = coded.codes.length / latent;
  const samples = Math.min(SAMPLES, count);
  const chosen = Array.from({ length: samples }, (_, i) => Math.floor((i * count) / samples));
  const codes = new Float32Array(samples * latent);
  const pictures = new Float32Array(samples * pixels);
  chosen.forEach((n, i) => {
    codes.set(coded.codes.subarray(n * latent, (n + 1) * latent), i * latent);
    pictures.set(coded.pictures.subarray(n * pixels, (n + 1) * pixels), i * pixels);
  });
  const { labels } = coded;
  const chosenLabels = labels && Int32Array.from(chosen, (n) => labels[n]);
  const decoded = codec.decode(codes, chosenLabels);
  const nudge = NUDGE * (rootMeanSquare(codes) || 1);
  const perUnit = Float64Array.from({ length: latent }, (_, d) => {
    const moved = codes.slice();
    for (let i = 0; i < samples; i++) moved[i * latent + d] += nudge;
    return (LEVELS * distance(codec.decode(moved, chosenLabels), decoded)) / nudge;
  });
  return { perUnit, error: LEVELS * distance(decoded, pictures) };
}

/** The share of the error of codes that rounding may add, squared: half a decibel. */
const MORE_ERROR = 10 ** 0.05 - 1;
const SMALLEST_STEP = 1e-3;

/** How far one step may move a picture, in grey levels, so that rounding all components costs half a decibel. */
export const usualStep = ({ perUnit, error }: Sensitivity): number =>
  Math.max(SMALLEST_STEP, error * Math.sqrt((12 * MORE_ERROR) / perUnit.length));

/** A component that moves pictures less than this part of the one that moves them most is as coarse as it. */
const LEAST_SHARE = 2 ** -14;

/** The step of each component that moves pictures by `step` grey levels. */
export function stepsByComponent({ perUnit }: Sensitivity, step: number): Float64Array {
  const most = Math.max(...perUnit) || 1;
  return perUnit.map((unit) => step / Math.max(unit, most * LEAST_SHARE));
}

/** One step for all components that adds the same error as steps of their own. */
export function equalSteps({ perUnit }: Sensitivity, step: number): Float64Array {
  const squares = perUnit.reduce((sum, unit) => sum + unit * unit, 0) / perUnit.length;
  return new Float64Array(perUnit.length).fill(step / (Math.sqrt(squares) || 1));
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** The root of the mean squared difference. */
function distance(one: Float32Array, other: Float32Array): number {
  const sum = one.reduce((total, value, i) => total + (value - other[i]) ** 2, 0);
  return Math.sqrt(sum / one.length);
}
