/** epochOrder: the order in which an epoch goes through a data set. */

import { Philox } from '../random/philox.js';

/** Keeps the order apart from other random numbers of the same seed. */
const SHUFFLE_STREAM = 0x53480000;
/** Random blocks set aside for one epoch, so that no two epochs share any. */
const BLOCKS_PER_EPOCH = 2 ** 28;

/** Epochs that can be told apart. */
export const MAX_EPOCHS = 2 ** 24;

/** The numbers 0 to length - 1 in an order that depends only on the seed and the epoch. */
export function epochOrder(length: number, seed: number, epoch: number): Uint32Array {
  return new Philox(seed, SHUFFLE_STREAM).seek(epoch * BLOCKS_PER_EPOCH).permutation(length);
}
