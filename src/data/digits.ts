/** The built-in data set "digits": handwritten-looking digits drawn from pen strokes, so that nothing need be downloaded. */

import { ValueError } from '../graph/errors.js';
import { Philox } from '../random/philox.js';
import type { DatasetSplits, ImageDataset } from './dataset.js';
import { HANDWRITINGS, type Handwriting } from './digit-strokes.js';
import { Pen } from './pen.js';

/** Height and width of a picture, in pixels. */
const SIZE = 28;
const CLASSES = HANDWRITINGS.length;
/** Random blocks set aside for one picture; drawing one takes at most half of them. */
const BLOCKS_PER_PICTURE = 128;
const MAX_PICTURES = 2 ** 40;
const STREAMS = { train: 0x44470000, test: 0x44470001 } as const;
const LABEL_STREAM_STEP = 2;

export interface DrawDigitsOptions {
  readonly count: number;
  /** Default: 0. */
  readonly seed?: number;
  /** The number of the first picture. Default: 0. */
  readonly offset?: number;
  /** Train and test pictures come from different random streams. Default: 'train'. */
  readonly split?: 'train' | 'test';
}

/**
 * Draws digits [count, 1, 28, 28], white on black, as MNIST shows them.
 *
 * Picture number i depends only on `(seed, split, i)`, to the bit, in every engine: the drawing uses
 * no function whose rounding is left open. Each ten pictures from a multiple of ten on hold every
 * digit once, in random order. Throws ValueError when an option is out of range.
 *
 *     const { images, labels } = drawDigits({ count: 64, seed: 1 });
 */
export function drawDigits(options: DrawDigitsOptions): ImageDataset {
  const { count, seed = 0, offset = 0, split = 'train' } = options;
  checkWhole('count', count, 1, 2 ** 24);
  checkWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  checkWhole('offset', offset, 0, MAX_PICTURES - count);
  const pixels = SIZE * SIZE;
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  const random = new Philox(seed, STREAMS[split]);
  const labelRandom = new Philox(seed, STREAMS[split] + LABEL_STREAM_STEP);
  const pen = new Pen(SIZE);
  let order = new Uint32Array(CLASSES);
  for (let i = 0; i < count; i++) {
    const picture = offset + i;
    if (i === 0 || picture % CLASSES === 0) {
      const group = Math.floor(picture / CLASSES);
      order = labelRandom.seek(group * CLASSES).permutation(CLASSES);
    }
    const digit = order[picture % CLASSES];
    labels[i] = digit;
    random.seek(picture * BLOCKS_PER_PICTURE);
    pen.write(choose(HANDWRITINGS[digit], random), random);
    pen.ink(images.subarray(i * pixels, (i + 1) * pixels));
  }
  const classes = HANDWRITINGS.map((_, digit) => String(digit));
  return { name: 'digits', classes, images, labels, shape: [1, SIZE, SIZE], length: count };
}

export interface LoadDigitsOptions {
  /** Pictures to learn from. Default: 60,000. */
  readonly train?: number;
  /** Pictures to be examined on. Default: 10,000. */
  readonly test?: number;
  /** Default: 0. */
  readonly seed?: number;
}

/**
 * Draws the built-in data set: 60,000 pictures to learn from and 10,000 others, in a few seconds.
 *
 *     const { train, test } = loadDigits({ train: 6000, test: 1000 });
 */
export function loadDigits(options: LoadDigitsOptions = {}): DatasetSplits {
  const { train = 60_000, test = 10_000, seed = 0 } = options;
  return {
    train: drawDigits({ count: train, seed, split: 'train' }),
    test: drawDigits({ count: test, seed, split: 'test' }),
  };
}

function choose(handwritings: readonly Handwriting[], random: Philox): Handwriting {
  let total = 0;
  for (const { weight } of handwritings) total += weight;
  let at = random.uniform() * total;
  for (const handwriting of handwritings) {
    at -= handwriting.weight;
    if (at < 0) return handwriting;
  }
  return handwritings[handwritings.length - 1];
}

function checkWhole(what: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new ValueError(
      `drawDigits: ${what} is ${value}; expected a whole number from ${min} to ${max}`,
    );
  }
}
