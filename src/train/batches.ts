/** The batches of a training run, numbered over all epochs. */

import type { Batch } from '../data/index.js';
import type { Tensor } from '../graph/tensor.js';
import { tensor } from '../ops/index.js';
import type { BatchSource } from './trainer.js';

export interface NumberedBatch {
  readonly batch: Batch;
  /** Both count from 0; steps go on over the epochs. */
  readonly step: number;
  readonly epoch: number;
}

/** The batches of the steps from `start` up to, not including, `end`; the same ones each time. */
export async function* batchesOf(
  loader: BatchSource<Batch>,
  { start, end }: { start: number; end: number },
): AsyncGenerator<NumberedBatch, void, undefined> {
  for (let step = start; step < end; ) {
    const epoch = Math.floor(step / loader.length);
    for await (const batch of loader.epoch(epoch, step % loader.length)) {
      if (step === end) return;
      yield { batch, step, epoch };
      step++;
    }
  }
}

/** The batch as tensors: uint8 pictures [N, C, H, W] and int32 labels [N]. */
export function tensorsOf({ images, labels, shape, size }: Batch): [Tensor, Tensor] {
  return [tensor(images, shape), tensor(labels, [size])];
}
