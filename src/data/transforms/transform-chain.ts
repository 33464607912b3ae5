/** Transforms one after the other, each with random numbers that depend on the seed, the epoch and the picture alone. */

import { ValueError } from '../../graph/errors.js';
import { Philox } from '../../random/philox.js';
import type { PlanesShape, Transform } from './transform.js';

/** Keeps the transforms' numbers apart from others of the same seed; each transform adds its place. */
const STREAM = 0x41550000;
const BLOCKS_PER_PICTURE = 16;
const MAX_PICTURES = 2 ** 24;
/** Those of 2^24 epochs are the numbers that a double holds exactly. */
const BLOCKS_PER_EPOCH = BLOCKS_PER_PICTURE * MAX_PICTURES;

export interface TransformChainOptions {
  readonly seed: number;
  /** How many pictures there are. */
  readonly length: number;
  /** How many transforms of the same loader come before these. Default: 0. */
  readonly before?: number;
}

export interface PicturePlace {
  readonly epoch: number;
  readonly picture: number;
}

/** The first random block of a picture in an epoch: what is drawn there depends on these two alone. */
export const blockOf = ({ epoch, picture }: PicturePlace): number =>
  epoch * BLOCKS_PER_EPOCH + picture * BLOCKS_PER_PICTURE;

/** Throws ValueError for more than 2^24 pictures. */
export class TransformChain {
  readonly #transforms: readonly Transform[];
  readonly #randoms: readonly Philox[];
  /** What lies between two transforms; they grow with the largest picture. */
  readonly #between: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];

  constructor(transforms: readonly Transform[], options: TransformChainOptions) {
    const { seed, length, before = 0 } = options;
    if (length > MAX_PICTURES) {
      throw new ValueError(
        `DataLoader: transforms for ${length} pictures; expected at most ${MAX_PICTURES}`,
      );
    }
    this.#transforms = transforms;
    this.#randoms = transforms.map((_, i) => new Philox(seed, STREAM + before + i));
  }

  /** The shape of what a picture of `shape` becomes. */
  outputShape(shape: PlanesShape): PlanesShape {
    return this.#transforms.reduce((before, one) => one.outputShape?.(before) ?? before, shape);
  }

  /** Writes a picture, changed as it is in its epoch, into `target`. */
  apply(
    source: Uint8Array,
    target: Uint8Array,
    { shape, ...place }: PicturePlace & { readonly shape: PlanesShape },
  ): void {
    const last = this.#transforms.length - 1;
    if (last < 0) target.set(source);
    let from = source;
    let before = shape;
    for (let i = 0; i <= last; i++) {
      const transform = this.#transforms[i];
      const after = transform.outputShape?.(before) ?? before;
      const to = i === last ? target : this.#takeBetween(i % 2, sizeOf(after));
      const random = this.#randoms[i].seek(blockOf(place));
      transform.apply(from, to, { shape: before, random });
      from = to;
      before = after;
    }
  }

  #takeBetween(which: number, size: number): Uint8Array {
    if (this.#between[which].length < size) this.#between[which] = new Uint8Array(size);
    return this.#between[which].subarray(0, size);
  }
}

const sizeOf = ([channels, height, width]: PlanesShape): number => channels * height * width;
