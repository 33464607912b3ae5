/** Repeats the last steps of a broken run under guard: finds where it broke and the last good weights. */

import type { DataLoader } from '../data/index.js';
import type { Module } from '../nn/index.js';
import type { Schedule } from '../optim/index.js';
import { batchesOf, tensorsOf } from './batches.js';
import { type ClassifierStepOptions, guardedStep } from './classifier-step.js';
import { findNonFinite, NonFiniteError, type NonFinitePlace } from './non-finite.js';
import type { Snapshots } from './snapshots.js';

export interface ReplayOptions extends ClassifierStepOptions {
  readonly loader: DataLoader;
  readonly schedule?: Schedule;
  readonly snapshots: Snapshots;
  /** The step at which the run was seen to be broken. */
  readonly broken: number;
  /** What to report when the repeated steps are all finite. */
  readonly otherwise: NonFinitePlace;
}

/** The error that tells what broke first; afterwards the model has the last weights that worked. */
export function replay(model: Module, options: ReplayOptions): NonFiniteError {
  const { loader, optimizer, schedule, snapshots, broken, otherwise } = options;
  const start = snapshots.restore(broken);
  const guarded = guardedStep(model, options);
  try {
    for (const { batch, step, epoch } of batchesOf(loader, { start, end: broken + 1 })) {
      if (schedule) optimizer.lr = schedule(step);
      const inputs = tensorsOf(batch);
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
