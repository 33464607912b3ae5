/** Rounds of an adversarial training: as many batches as the discriminator learns from before the generator does. */

import { ValueError } from '../../graph/errors.js';
import type { BatchSource } from '../trainer.js';

export interface Round<Batch> {
  readonly batches: readonly Batch[];
  /** Samples in all of them. */
  readonly size: number;
}

/** The batches of `loader` in rounds of `count`; what is left of an epoch is passed over. */
export function roundsOf<Batch extends { readonly size: number }>(
  loader: BatchSource<Batch>,
  count: number,
): BatchSource<Round<Batch>> {
  const length = Math.floor(loader.length / count);
  if (length === 0) {
    throw new ValueError(
      `trainAdversarial: discriminatorSteps is ${count}, but the loader has only ${loader.length} ` +
        'batches in an epoch; take fewer steps, or smaller batches',
    );
  }
  return {
    length,
    epoch: async function* (epoch, first = 0) {
      let batches: Batch[] = [];
      for await (const batch of loader.epoch(epoch, first * count)) {
        batches.push(batch);
        if (batches.length < count) continue;
        yield { batches, size: batches.reduce((sum, { size }) => sum + size, 0) };
        batches = [];
      }
    },
  };
}
