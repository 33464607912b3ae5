/** PictureMaker: reads single pictures and changes them as they are in an epoch, in whatever thread. */

import { DataError } from '../dataset.js';
import { blend, Mixup } from '../transforms/mixup.js';
import type { PlanesShape, Transform } from '../transforms/transform.js';
import { type PicturePlace, TransformChain } from '../transforms/transform-chain.js';
import type { PictureFile, PictureSet } from './picture-set.js';
import { type Planes, readPicture } from './read-picture.js';

/** What decides the pictures; worker threads get it as it is. */
export interface MakerSettings {
  readonly seed: number;
  readonly channels: 1 | 3;
  /** Throw for the first picture that cannot be read. */
  readonly strict: boolean;
  /** Mixing by Beta(mixup, mixup); none for null. */
  readonly mixup: number | null;
}

/** Where a picture goes: the bytes of one place of a batch. */
export interface PicturePlaceInBatch {
  readonly image: Uint8Array;
  readonly target?: Uint8Array;
}

export interface MadePicture {
  /** Its number in the set: another one than was asked for where that could not be read. */
  readonly index: number;
  readonly label: number;
  /** The label that was mixed in, and the share of the first. */
  readonly otherLabel: number;
  readonly share: number;
}

interface ReadPicture {
  readonly index: number;
  readonly image: Planes;
  readonly target: Planes | null;
}

export class PictureMaker {
  /** Why pictures could not be read, by their numbers. */
  readonly skipped = new Map<number, string>();
  readonly #set: PictureSet;
  readonly #settings: MakerSettings;
  readonly #chain: TransformChain;
  readonly #mixup: Mixup | null;
  #shape: PlanesShape | null = null;

  constructor(set: PictureSet, transforms: readonly Transform[], settings: MakerSettings) {
    const { length } = set;
    const { seed, mixup } = settings;
    this.#set = set;
    this.#settings = settings;
    this.#chain = new TransformChain(transforms, { seed, length });
    this.#mixup = mixup === null ? null : new Mixup(mixup, { seed, length });
  }

  /** The shape that all pictures come out with: that of the first one that can be read. */
  async shape(): Promise<PlanesShape> {
    const { image } = await this.#read(0);
    return this.#chain.outputShape(image.shape);
  }

  /** What all pictures must come out as. */
  expect(shape: PlanesShape): void {
    this.#shape = shape;
  }

  /**
   * Writes the picture of this number, changed as it is in this epoch. For one that cannot be read the next one
   * of the set that can be stands in: which one depends on the files alone.
   *
   * Throws DataError when none can be read, or one that has another shape than the rest; if `strict`, for any
   * that cannot be read.
   */
  async make(place: PicturePlace, out: PicturePlaceInBatch): Promise<MadePicture> {
    const mixing = this.#mixup?.choose(place);
    const read = await this.#read(place.picture);
    const other = mixing ? await this.#read(mixing.other) : null;
    // NOTE: nothing is awaited from here on, as pictures share the memory between transforms.
    this.#change(read, { place, out });
    const label = this.#set.labels[read.index];
    if (!mixing || !other) return { index: read.index, label, otherLabel: label, share: 1 };
    const mixed = {
      image: new Uint8Array(out.image.length),
      ...(out.target && { target: new Uint8Array(out.target.length) }),
    };
    this.#change(other, { place: { ...place, picture: mixing.other }, out: mixed });
    blend(out.image, mixed.image, mixing.share);
    if (out.target && mixed.target) blend(out.target, mixed.target, mixing.share);
    const otherLabel = this.#set.labels[other.index];
    return { index: read.index, label, otherLabel, share: mixing.share };
  }

  #change(
    { index, image, target }: ReadPicture,
    { place, out }: { place: PicturePlace; out: PicturePlaceInBatch },
  ): void {
    this.#apply(image, out.image, { place, file: this.#set.files[index] });
    // The same place, so that both are changed alike.
    if (target && out.target) {
      this.#apply(target, out.target, { place, file: this.#set.targets![index] });
    }
  }

  #apply(
    { data, shape }: Planes,
    out: Uint8Array,
    { place, file }: { place: PicturePlace; file: PictureFile },
  ): void {
    const after = this.#chain.outputShape(shape);
    const expected = this.#shape ?? after;
    if (after.some((extent, dim) => extent !== expected[dim])) {
      throw new DataError(
        `${this.#set.name}: ${file.name} comes out as [${after.join(', ')}], but the first picture as ` +
          `[${expected.join(', ')}]; expected one size; put resize({ height, width }) first of the transforms`,
      );
    }
    this.#chain.apply(data, out, { ...place, shape });
  }

  async #read(number: number): Promise<ReadPicture> {
    const { files, targets, length, name } = this.#set;
    const { channels, strict } = this.#settings;
    for (let step = 0; step < length; step++) {
      const index = (number + step) % length;
      if (this.skipped.has(index)) continue;
      try {
        const image = await readPicture(files[index], channels);
        const target = targets ? await readPicture(targets[index], channels) : null;
        return { index, image, target };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (strict) {
          throw new DataError(`${name}: ${files[index].name} cannot be read (${reason})`, {
            cause: error,
          });
        }
        this.skipped.set(index, reason);
      }
    }
    const [[index, reason]] = this.skipped;
    throw new DataError(
      `${name}: none of its ${length} pictures can be read, ${files[index].name} because of this: ${reason}`,
    );
  }
}
