/** The batches of a training run, numbered over all epochs. */

import type { Batch, DataLoader } from '../data/index.js';
import type { Tensor } from '../graph/tensor.js';
import { tensor } from '../ops/index.js';

export interface NumberedBatch {
  readonly batch: Batch;
  /** Both count from 0; steps go on over the epochs. */
  readonly step: number;
  readonly epoch: number;
  readonly isLastOfEpoch: boolean;
}

/** The batches of the steps from `start` up to, not including, `end`; the same ones each time. */
export function* batchesOf(
  loader: DataLoader,
  { start, end }: { start: number; end: number },
): Generator<NumberedBatch, void, undefined> {
  const perEpoch = loader.length;
  for (let epoch = Math.floor(start / perEpoch); epoch * perEpoch < end; epoch++) {
    let step = epoch * perEpoch;
    for (const batch of loader.epoch(epoch)) {
      if (step >= end) return;
      const isLastOfEpoch = step === (epoch + 1) * perEpoch - 1;
      if (step >= start) yield { batch, step, epoch, isLastOfEpoch };
      step++;
    }
  }
}

/** The batch as tensors: uint8 pictures [N, C, H, W] and int32 labels [N]. */
export function tensorsOf({ images, labels, shape, size }: Batch): [Tensor, Tensor] {
  return [tensor(images, shape), tensor(labels, [size])];
}
