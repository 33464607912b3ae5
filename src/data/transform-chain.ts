/** Transforms one after the other, each with random numbers that depend on the seed, the epoch and the picture alone. */

import { ValueError } from '../graph/errors.js';
import { Philox } from '../random/philox.js';
import type { Transform, TransformContext } from './transform.js';

/** Keeps the transforms' numbers apart from others of the same seed; each transform adds its place. */
const STREAM = 0x41550000;
const BLOCKS_PER_PICTURE = 16;
const MAX_PICTURES = 2 ** 24;
/** Those of 2^24 epochs are the numbers that a double holds exactly. */
const BLOCKS_PER_EPOCH = BLOCKS_PER_PICTURE * MAX_PICTURES;

export interface TransformChainOptions {
  readonly seed: number;
  /** The shape of a picture: [channels, height, width]. */
  readonly shape: TransformContext['shape'];
  /** How many pictures there are. */
  readonly length: number;
}

/** Throws ValueError for more than 2^24 pictures. */
export class TransformChain {
  readonly #transforms: readonly Transform[];
  readonly #contexts: readonly TransformContext[];
  readonly #between: readonly [Uint8Array, Uint8Array];

  constructor(transforms: readonly Transform[], { seed, shape, length }: TransformChainOptions) {
    if (length > MAX_PICTURES) {
      throw new ValueError(
        `DataLoader: transforms for ${length} pictures; expected at most ${MAX_PICTURES}`,
      );
    }
    const size = shape[0] * shape[1] * shape[2];
    this.#transforms = transforms;
    this.#contexts = transforms.map((_, i) => ({ shape, random: new Philox(seed, STREAM + i) }));
    this.#between = [new Uint8Array(size), new Uint8Array(size)];
  }

  /** Writes picture number `picture` of an epoch, changed, into `target`. */
  apply(
    source: Uint8Array,
    target: Uint8Array,
    { epoch, picture }: { epoch: number; picture: number },
  ): void {
    const last = this.#transforms.length - 1;
    let from = source;
    for (let i = 0; i <= last; i++) {
      const to = i === last ? target : this.#between[i % 2];
      this.#contexts[i].random.seek(epoch * BLOCKS_PER_EPOCH + picture * BLOCKS_PER_PICTURE);
      this.#transforms[i].apply(from, to, this.#contexts[i]);
      from = to;
    }
  }
}
