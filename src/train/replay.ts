/** Repeats the last steps of a broken run under guard: finds where it broke and the last good weights. */

import type { Batch } from '../data/index.js';
import type { Tensor } from '../graph/tensor.js';
import type { AnyModule } from '../nn/index.js';
import type { Schedule } from '../optim/index.js';
import { batchesOf } from './batches.js';
import { type GuardedStepOptions, guardedStep } from './guarded-step.js';
import { findNonFinite, NonFiniteError, type NonFinitePlace } from './non-finite.js';
import type { Snapshots } from './snapshots.js';
import type { BatchSource } from './trainer.js';

export interface ReplayOptions extends GuardedStepOptions {
  /** What a step is given. */
  readonly inputsOf: (batch: Batch, step: number) => readonly Tensor[];
  readonly loader: BatchSource<Batch>;
  readonly schedule?: Schedule;
  readonly snapshots: Snapshots;
  /** The step at which the run was seen to be broken. */
  readonly broken: number;
  /** What to report when the repeated steps are all finite. */
  readonly otherwise: NonFinitePlace;
}

/** The error that tells what broke first; afterwards the model has the last weights that worked. */
export async function replay(model: AnyModule, options: ReplayOptions): Promise<NonFiniteError> {
  const { loader, inputsOf, optimizer, schedule, snapshots, broken, otherwise } = options;
  const start = snapshots.restore(broken);
  const guarded = guardedStep(model, options);
  try {
    for await (const { batch, step, epoch } of batchesOf(loader, { start, end: broken + 1 })) {
      if (schedule) optimizer.lr = schedule(step);
      const inputs = inputsOf(batch, step);
      if (guarded.run(...inputs).finite.item() === 1) continue;
      const place = findNonFinite(model, { ...options, inputs });
      return new NonFiniteError({ step, epoch, place });
    }
    const epoch = Math.floor(broken / loader.length);
    return new NonFiniteError({ step: broken, epoch, place: otherwise });
  } finally {
    guarded.restoreLastGood();
    guarded.run.dispose();
  }
}
