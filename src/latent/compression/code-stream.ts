/** Names, steps, classes and codes as one stream of entropy-coded symbols. */

import { ClassCounts } from './adaptive-counts.js';
import { STEP_CLASSES, UNUSED } from './code-steps.js';
import { NumberCounts, WIDTH_UNIT } from './number-counts.js';
import { decodeNames, encodeNames } from './picture-names.js';
import { RangeDecoder, RangeEncoder } from './range-coder.js';

export interface CodeStream {
  /** The class of the step of each component. */
  readonly classes: Uint8Array;
  /** [N, latent]; 0 in components that are not used. */
  readonly numbers: Int32Array;
  /** The class of each picture, where a decoder is told of it. */
  readonly labels: Int32Array | null;
  /** Names of the pictures, where they came from files. */
  readonly names: readonly string[] | null;
}

/** What a reader knows before. */
export interface StreamShape {
  readonly count: number;
  readonly latent: number;
  /** How many classes there are, when the stream tells those of pictures. */
  readonly numClasses: number | null;
  /** The usual size of numbers, in sixteenths. */
  readonly spread: number;
}

/** A class that was seen once is likely to come again soon: neighbouring steps are alike. */
const STEP_LEARNING = 8;
const LABEL_LEARNING = 4;

/** Larger spreads make no difference: the first bump is flat. */
export const LARGEST_SPREAD = 2 ** 15 - 1;
const SPREAD_PICTURES = 16;

/** The usual size of the first pictures' numbers, in sixteenths. */
export function spreadOf({ numbers, classes }: CodeStream): number {
  const latent = classes.length;
  const used = classes.filter((k) => k !== UNUSED).length;
  const first = numbers.subarray(0, SPREAD_PICTURES * latent);
  const squares = first.reduce((sum, value) => sum + value * value, 0);
  const size = Math.sqrt((squares * latent) / Math.max(1, first.length * used));
  return Math.min(LARGEST_SPREAD, Math.max(1, Math.round(WIDTH_UNIT * size)));
}

export function encodeStream(
  { classes, numbers, labels, names }: CodeStream,
  { count, numClasses, spread }: StreamShape,
): Uint8Array {
  const encoder = new RangeEncoder();
  if (names) encodeNames(names, encoder);
  const steps = new ClassCounts(STEP_CLASSES, STEP_LEARNING);
  for (const k of classes) steps.encode(k, encoder);
  const models = [...classes].map((k) => (k === UNUSED ? null : new NumberCounts(spread)));
  const labelCounts = numClasses === null ? null : new ClassCounts(numClasses, LABEL_LEARNING);
  for (let n = 0; n < count; n++) {
    if (labels) labelCounts?.encode(labels[n], encoder);
    models.forEach((model, d) => {
      model?.encodeNumber(numbers[n * models.length + d], encoder);
    });
  }
  return encoder.finish();
}

/** Throws what `damaged` makes, of a sentence or a position, for bytes that `encodeStream` does not write. */
export function decodeStream(
  bytes: Uint8Array,
  { count, latent, numClasses, spread, hasNames }: StreamShape & { readonly hasNames: boolean },
  damaged: (happened: string | null, position?: number) => Error,
): CodeStream {
  const decoder = new RangeDecoder(bytes, (position) => damaged(null, position));
  const names = hasNames ? decodeNames(count, decoder, damaged) : null;
  const steps = new ClassCounts(STEP_CLASSES, STEP_LEARNING);
  const classes = Uint8Array.from({ length: latent }, () => steps.decode(decoder));
  const models = [...classes].map((k) => (k === UNUSED ? null : new NumberCounts(spread)));
  const labelCounts = numClasses === null ? null : new ClassCounts(numClasses, LABEL_LEARNING);
  const numbers = new Int32Array(count * latent);
  const labels = numClasses === null ? null : new Int32Array(count);
  for (let n = 0; n < count; n++) {
    if (labels && labelCounts) labels[n] = labelCounts.decode(decoder);
    models.forEach((model, d) => {
      if (model) numbers[n * latent + d] = model.decodeNumber(decoder);
    });
  }
  return { classes, numbers, labels, names };
}
