/** Occlusion: what a network thinks of a picture with a part covered (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014). */

import { compile } from '../compiler/compile.js';
import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { Module } from '../nn/module.js';
import { tensor } from '../ops/creation.js';
import { softmax } from '../ops/reduction.js';
import { evaluate } from './layer-outputs.js';
import { chosenClasses, requireLogits, requireOnePicture } from './one-picture.js';

export interface OcclusionOptions {
  /** Indices of classes. Default: the most likely one. */
  readonly classes?: readonly number[];
  /** Height and width of the square that covers, in pixels. Default: a sixth of the shorter side. */
  readonly size?: number;
  /** From one place of the square to the next, in pixels. Default: half of `size`. */
  readonly stride?: number;
  /** What covers, as the network takes pixels. Default: 0, the mean colour where pixels are normalised. */
  readonly value?: number;
  /** Covered pictures that are computed at once. Default: 16. */
  readonly batchSize?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { done: number; count: number }) => void;
}

export interface Occlusion {
  readonly classes: readonly number[];
  /** What the network gives each class for the whole picture, 0 to 1. */
  readonly probabilities: readonly number[];
  /** The first rows and columns of the places of the square. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** [classes, rows, columns]: the probability with the square there. */
  readonly occluded: Tensor;
  /** [classes, H, W]: by how much covering a pixel lowers the probability, the mean over the squares on it. */
  readonly maps: Tensor;
}

/**
 * The probability of each class with a square of the picture covered, for all places of the square.
 *
 * `input` is one picture [1, C, H, W] as the network takes it; the logits go through a softmax. The last
 * row and column of places touch the edge. Throws ShapeError when the network is no classifier, ValueError
 * for a class that there is not and options out of range, and the signal's reason when aborted.
 *
 *     const { maps } = await occlusionMap(model, picture, { size: 32, stride: 16 });
 */
export async function occlusionMap(
  model: Module,
  input: Tensor,
  options: OcclusionOptions = {},
): Promise<Occlusion> {
  requireOnePicture('occlusionMap', input);
  const [, channels, height, width] = input.shape;
  const { size = Math.max(1, Math.round(Math.min(height, width) / 6)), value = 0 } = options;
  const { stride = Math.max(1, Math.round(size / 2)), batchSize = 16, signal } = options;
  for (const [name, number] of Object.entries({ size, stride, batchSize })) {
    const most = name === 'size' ? Math.min(height, width) : Number.MAX_SAFE_INTEGER;
    if (Number.isSafeInteger(number) && number >= 1 && number <= most) continue;
    throw new ValueError(
      `occlusionMap: ${name} is ${number}; expected a whole number from 1` +
        (name === 'size' ? ` to ${most}, the shorter side` : ' on'),
    );
  }
  const rows = placesOn(height, size, stride);
  const columns = placesOn(width, size, stride);
  const run = compile((pictures: Tensor) => softmax(model.call(pictures), 1));
  const restore = evaluate(model);
  try {
    const whole = run(input);
    requireLogits('occlusionMap', whole);
    const all = whole.data();
    const classes = chosenClasses('occlusionMap', options.classes, all);
    const count = rows.length * columns.length;
    const occluded = new Float32Array(classes.length * count);
    const batch = Math.min(batchSize, count);
    const covered = new Float32Array(batch * input.size);
    for (let first = 0; first < count; first += batch) {
      signal?.throwIfAborted();
      const here = Math.min(batch, count - first);
      for (let i = 0; i < here; i++) {
        const picture = covered.subarray(i * input.size, (i + 1) * input.size);
        picture.set(input.data());
        const top = rows[Math.floor((first + i) / columns.length)];
        const left = columns[(first + i) % columns.length];
        cover(picture, { channels, height, width, top, left, size, value });
      }
      // The last batch is as large as the others, so that no second program is compiled for it.
      const answers = run(tensor(covered, [batch, channels, height, width])).data();
      for (let i = 0; i < here; i++) {
        classes.forEach((index, k) => {
          occluded[k * count + first + i] = answers[i * all.length + index];
        });
      }
      options.onProgress?.({ done: first + here, count });
      await turn();
    }
    const probabilities = classes.map((index) => all[index]);
    const maps = new Float32Array(classes.length * height * width);
    classes.forEach((_, k) => {
      const fall = (place: number) => probabilities[k] - occluded[k * count + place];
      const map = maps.subarray(k * height * width, (k + 1) * height * width);
      spread(map, { width, rows, columns, size, fall });
    });
    return {
      ...{ classes, probabilities, rows, columns },
      occluded: tensor(occluded, [classes.length, rows.length, columns.length]),
      maps: tensor(maps, [classes.length, height, width]),
    };
  } finally {
    restore();
    run.dispose();
  }
}

/** From the first edge in equal steps, and at the last edge. */
function placesOn(extent: number, size: number, stride: number): number[] {
  const places: number[] = [];
  for (let at = 0; at < extent - size; at += stride) places.push(at);
  return [...places, extent - size];
}

interface Square {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly size: number;
  readonly value: number;
}

function cover(picture: Float32Array, square: Square): void {
  const { channels, height, width, top, left, size, value } = square;
  for (let c = 0; c < channels; c++) {
    for (let y = top; y < top + size; y++) {
      const start = (c * height + y) * width + left;
      picture.fill(value, start, start + size);
    }
  }
}

interface Falls {
  readonly width: number;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly size: number;
  readonly fall: (place: number) => number;
}

/** Gives each pixel the mean fall of the squares that cover it, zero where none does. */
function spread(map: Float32Array, { width, rows, columns, size, fall }: Falls): void {
  const counts = new Uint32Array(map.length);
  const sums = new Float64Array(map.length);
  rows.forEach((top, row) => {
    columns.forEach((left, column) => {
      const value = fall(row * columns.length + column);
      for (let y = top; y < top + size; y++) {
        for (let i = y * width + left; i < y * width + left + size; i++) {
          sums[i] += value;
          counts[i]++;
        }
      }
    });
  });
  for (let i = 0; i < map.length; i++) map[i] = counts[i] > 0 ? sums[i] / counts[i] : 0;
}

/** Lets the event loop have its turn, so that signals and clicks get through. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
