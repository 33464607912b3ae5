/** compressPictures and decompressPictures: pictures as few bytes, for those who have the same trained autoencoder. */

import { ValueError } from '../../graph/errors.js';
import { dequantise, nearestSteps, quantise, stepsOf, usedSteps } from './code-steps.js';
import { type CodeFile, decodeFile, encodeFile } from './container.js';
import { nameProblem } from './picture-names.js';
import {
  type Codec,
  type CodedPictures,
  equalSteps,
  measureSensitivity,
  stepsByComponent,
  usualStep,
} from './step-choice.js';

export interface CompressOptions {
  /**
   * How far a picture moves when one component of its code is rounded to the next step, in grey levels of 0 to 255:
   * large is few bytes. Default: what takes half a decibel from the signal-to-noise ratio of the codes.
   */
  step?: number;
  /** The class of each picture, for a conditional model. */
  labels?: Int32Array;
  /** The name of each picture, with slashes between folders. */
  names?: readonly string[];
}

/** What is in compressed bytes. */
export interface CompressedCodes {
  /** [N, latent] of rounded codes. */
  readonly codes: Float32Array;
  /** The class of each picture, of a conditional model. */
  readonly labels: Int32Array | null;
  readonly names: readonly string[] | null;
}

export interface DecompressedPictures extends CompressedCodes {
  /** [N, C, H, W], 0..1: what `run.decode` makes of the codes, bit for bit. */
  readonly pictures: Float32Array;
}

/**
 * Pictures [N, C, H, W], 0..1, as bytes: their codes, rounded and entropy-coded. The model is not in them.
 *
 * Throws ValueError for pictures, labels or names that do not fit, and for codes that are no numbers.
 *
 *     const run = await openLatentRun('runs/conv-autoencoder-mnist-1');
 *     const bytes = compressPictures(run, pictures); // a dozen bytes a picture
 */
export function compressPictures(
  run: Codec,
  pictures: Float32Array,
  options: CompressOptions = {},
): Uint8Array {
  checkOptions(run, pictures, options);
  const codes = run.encode(pictures, options.labels);
  return compressCodes(run, { pictures, codes }, options).bytes;
}

/** What became of codes. */
export interface Compressed {
  readonly bytes: Uint8Array;
  /** The one that was given, or the usual one. */
  readonly step: number;
}

/** The same for pictures whose codes [N, latent] are known. */
export function compressCodes(
  run: Codec,
  coded: Omit<CodedPictures, 'labels'>,
  options: CompressOptions = {},
): Compressed {
  checkOptions(run, coded.pictures, options);
  const { labels, names = null } = options;
  const sensitivity = measureSensitivity(run, { ...coded, labels });
  const step = options.step ?? usualStep(sensitivity);
  // Steps of their own pay off when there are many pictures.
  const choices = [stepsByComponent(sensitivity, step), equalSteps(sensitivity, step)];
  const [own, equal] = choices.map((steps): Uint8Array => {
    const nearest = nearestSteps(steps);
    try {
      const numbers = quantise(coded.codes, stepsOf(nearest));
      const file = { ...usedSteps(nearest, numbers), numbers, labels: labels ?? null, names };
      return encodeFile(file, run);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new ValueError(`compressPictures: ${error.message}`);
    }
  });
  return { bytes: equal.length < own.length ? equal : own, step };
}

/**
 * The codes in compressed bytes; `run` is the one that made them, `fileName` is for messages.
 *
 * Throws FormatError for bytes that are none, damaged or cut off (with the place), or of another model.
 */
export function readCodes(
  run: Codec,
  bytes: Uint8Array,
  { fileName = 'compressed pictures' }: { fileName?: string } = {},
): CompressedCodes {
  const file: CodeFile = decodeFile(bytes, run, fileName);
  const { labels, names, numbers } = file;
  return { codes: dequantise(numbers, stepsOf(file)), labels, names };
}

/**
 * The pictures in compressed bytes, as `run.decode` makes them of the rounded codes, bit for bit. They take at most
 * as many times the memory as a picture has pixels, whatever the bytes say.
 *
 * Throws as `readCodes`.
 *
 *     const { pictures, names } = decompressPictures(run, await readFile('digits.fz'));
 */
export function decompressPictures(
  run: Codec,
  bytes: Uint8Array,
  options: { fileName?: string } = {},
): DecompressedPictures {
  const read = readCodes(run, bytes, options);
  return { ...read, pictures: run.decode(read.codes, read.labels ?? undefined) };
}

function checkOptions(
  { shape, numClasses }: Codec,
  pictures: Float32Array,
  { step, labels, names }: CompressOptions,
): void {
  const count = pictures.length / (shape[0] * shape[1] * shape[2]);
  if (!(Number.isInteger(count) && count > 0)) {
    throw new ValueError(
      `compressPictures: got ${pictures.length} numbers; expected one or more pictures of ` +
        `${shape.join(' x ')}`,
    );
  }
  if (step !== undefined && !(step > 0 && step < Number.POSITIVE_INFINITY)) {
    throw new ValueError(`compressPictures: step is ${step}; expected more than 0 grey levels`);
  }
  if (labels && numClasses === null) {
    throw new ValueError('compressPictures: got labels, but the model is told of no classes');
  }
  if (names && (names.length !== count || new Set(names).size !== count)) {
    throw new ValueError(
      `compressPictures: got ${new Set(names).size} different names; expected one for each of the ` +
        `${count} pictures`,
    );
  }
  for (const name of names ?? []) {
    const wrong = nameProblem(name);
    if (wrong === null) continue;
    throw new ValueError(`compressPictures: the name ${JSON.stringify(name)} ${wrong}; rename it`);
  }
}
