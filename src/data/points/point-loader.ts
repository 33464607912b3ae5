/** PointLoader: batches of points of a set, in an order that seed and epoch decide. */

import { ValueError } from '../../graph/errors.js';
import { checkCount } from '../../nn/options.js';
import { Philox } from '../../random/philox.js';
import type { PointSet } from './point-set.js';

export interface PointBatch {
  /** [size, 2] */
  readonly points: Float32Array;
  readonly size: number;
}

export class PointLoader {
  /** Batches in an epoch; what is left over is passed over. */
  readonly length: number;
  readonly #set: PointSet;
  readonly #batchSize: number;
  readonly #seed: number;

  /** Throws ValueError when the set has fewer points than a batch. */
  constructor(set: PointSet, { batchSize, seed = 0 }: { batchSize: number; seed?: number }) {
    checkCount('PointLoader', 'batchSize', batchSize);
    this.length = Math.floor(set.length / batchSize);
    if (this.length === 0) {
      throw new ValueError(
        `PointLoader: ${set.name} has ${set.length} points, fewer than a batch of ${batchSize}; take smaller batches`,
      );
    }
    this.#set = set;
    this.#batchSize = batchSize;
    this.#seed = seed;
  }

  /** The batches of an epoch from number `first` on. */
  *epoch(epoch: number, first = 0): Generator<PointBatch> {
    const { points, length } = this.#set;
    const order = new Philox(this.#seed, epoch).permutation(length);
    const size = this.#batchSize;
    for (let batch = first; batch < this.length; batch++) {
      const taken = new Float32Array(2 * size);
      for (let i = 0; i < size; i++) {
        const from = 2 * order[batch * size + i];
        taken.set(points.subarray(from, from + 2), 2 * i);
      }
      yield { points: taken, size };
    }
  }
}
