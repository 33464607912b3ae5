/** One place of the ring of batches: memory that threads share where they can. */

import type { PlanesShape } from '../transforms/transform.js';
import type { MadePicture, PicturePlaceInBatch } from './picture-maker.js';

/** Pictures [B, C, H, W], their labels [B], and what else belongs to them. */
export interface PictureBatch {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  /** B: the batch size, or less in the last batch. */
  readonly size: number;
  readonly shape: readonly [batch: number, channels: number, height: number, width: number];
  /** The number of each picture in the set, for captions and names. */
  readonly indices: Int32Array;
  /** What the pictures are to become, [B, C, H, W], where the set is of pairs. */
  readonly targets?: Uint8Array;
  /** With mixup: the labels that were mixed in, [B], and the shares of the first ones, [B]. */
  readonly otherLabels?: Int32Array;
  readonly shares?: Float32Array;
}

/** The memory of a batch as it is handed to threads. */
export interface SlotMemory {
  readonly images: Uint8Array;
  readonly targets: Uint8Array | null;
  readonly labels: Int32Array;
  readonly otherLabels: Int32Array;
  readonly indices: Int32Array;
  readonly shares: Float32Array;
}

export interface SlotOptions {
  readonly size: number;
  readonly shape: PlanesShape;
  readonly hasTargets: boolean;
}

export function allocateSlot({ size, shape, hasTargets }: SlotOptions): SlotMemory {
  const bytes = size * shape[0] * shape[1] * shape[2];
  return {
    images: new Uint8Array(memory(bytes)),
    targets: hasTargets ? new Uint8Array(memory(bytes)) : null,
    labels: new Int32Array(memory(4 * size)),
    otherLabels: new Int32Array(memory(4 * size)),
    indices: new Int32Array(memory(4 * size)),
    shares: new Float32Array(memory(4 * size)),
  };
}

const memory = (bytes: number): ArrayBuffer | SharedArrayBuffer =>
  typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);

/** The bytes of the picture at place `i`. */
export function placeIn({ images, targets, labels }: SlotMemory, i: number): PicturePlaceInBatch {
  const bytes = images.length / labels.length;
  const [start, end] = [i * bytes, (i + 1) * bytes];
  return {
    image: images.subarray(start, end),
    ...(targets && { target: targets.subarray(start, end) }),
  };
}

/** Writes down what the picture at place `i` is. */
export function note(slot: SlotMemory, i: number, made: MadePicture): void {
  slot.labels[i] = made.label;
  slot.otherLabels[i] = made.otherLabel;
  slot.indices[i] = made.index;
  slot.shares[i] = made.share;
}

/** The first `size` pictures as a batch. */
export function batchOf(
  slot: SlotMemory,
  { size, shape, isMixed }: { size: number; shape: PlanesShape; isMixed: boolean },
): PictureBatch {
  const bytes = size * shape[0] * shape[1] * shape[2];
  return {
    images: slot.images.subarray(0, bytes),
    labels: slot.labels.subarray(0, size),
    indices: slot.indices.subarray(0, size),
    ...{ size, shape: [size, ...shape] },
    ...(slot.targets && { targets: slot.targets.subarray(0, bytes) }),
    ...(isMixed && {
      otherLabels: slot.otherLabels.subarray(0, size),
      shares: slot.shares.subarray(0, size),
    }),
  };
}
