/** Learning-rate schedules: plain functions from the step, counted from 0, to the learning rate. */

import { ValueError } from '../graph/errors.js';
import { checkCount, checkNumber, checkOptionNames } from '../nn/options.js';

/** The learning rate for a step: `optimizer.lr = schedule(step)`. */
export type Schedule = (step: number) => number;

export interface ConstantScheduleOptions {
  lr: number;
}

/**
 * The same learning rate at every step.
 *
 *     const schedule = constantSchedule({ lr: 1e-3 });
 *     optimizer.lr = schedule(step);
 */
export function constantSchedule(options: ConstantScheduleOptions): Schedule {
  checkOptionNames('constantSchedule', options, ['lr']);
  const { lr } = options;
  checkNumber('constantSchedule', { lr });
  return () => lr;
}

export interface CosineScheduleOptions {
  /** The highest learning rate. */
  lr: number;
  /** Steps until the lowest is reached; it stays there. */
  steps: number;
  /** The lowest learning rate. Default: 0. */
  minLr?: number;
  /** Steps of linear growth before, part of `steps`. Default: 0. */
  warmupSteps?: number;
}

/**
 * Half a cosine from `lr` down to `minLr` (Loshchilov and Hutter 2017).
 *
 *     const schedule = cosineSchedule({ lr: 1e-3, steps: 4690 });
 *     optimizer.lr = schedule(step);
 */
export function cosineSchedule(options: CosineScheduleOptions): Schedule {
  checkOptionNames('cosineSchedule', options, ['lr', 'steps', 'minLr', 'warmupSteps']);
  const { lr, steps, minLr = 0, warmupSteps = 0 } = options;
  checkNumber('cosineSchedule', { lr, minLr });
  checkCount('cosineSchedule', 'steps', steps);
  checkNumber('cosineSchedule', { warmupSteps }, { below: steps });
  return (step) => {
    if (step < warmupSteps) return (lr * (step + 1)) / (warmupSteps + 1);
    return annealed(lr, minLr, (step - warmupSteps) / (steps - warmupSteps));
  };
}

export interface OneCycleScheduleOptions {
  /** The highest learning rate. */
  lr: number;
  /** Length of the whole cycle. */
  steps: number;
  /** The share of the steps in which the rate grows. Default: 0.3. */
  pctStart?: number;
  /** `lr` over the first learning rate. Default: 25. */
  divFactor?: number;
  /** The first learning rate over the last. Default: 1e4. */
  finalDivFactor?: number;
}

/**
 * One cycle, up and then far down, both along cosines (Smith and Topin 2018); PyTorch's OneCycleLR.
 *
 *     const schedule = oneCycleSchedule({ lr: 3e-3, steps: 4690 });
 *     optimizer.lr = schedule(step);
 */
export function oneCycleSchedule(options: OneCycleScheduleOptions): Schedule {
  const names = ['lr', 'steps', 'pctStart', 'divFactor', 'finalDivFactor'];
  checkOptionNames('oneCycleSchedule', options, names);
  const { lr, steps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  checkNumber('oneCycleSchedule', { lr });
  checkCount('oneCycleSchedule', 'steps', steps);
  checkNumber('oneCycleSchedule', { pctStart }, { below: 1 });
  checkNumber('oneCycleSchedule', { divFactor, finalDivFactor }, { least: Number.MIN_VALUE });
  const first = lr / divFactor;
  const peak = pctStart * steps - 1;
  return (step) => {
    if (step < peak) return annealed(first, lr, step / peak);
    return annealed(lr, first / finalDivFactor, (step - peak) / (steps - 1 - peak));
  };
}

export interface SequentialScheduleOptions {
  /** What runs one after the other, each from its own beginning. */
  schedules: readonly Schedule[];
  /** The step at which each but the first begins, growing. */
  milestones: readonly number[];
}

/**
 * Several schedules one after the other; PyTorch's SequentialLR.
 *
 * Throws ValueError unless there is one milestone fewer than schedules and they grow.
 *
 *     const down = cosineSchedule({ lr: 0.1, steps: 90 });
 *     const schedule = sequentialSchedule({ schedules: [constantSchedule({ lr: 0.1 }), down], milestones: [10] });
 */
export function sequentialSchedule(options: SequentialScheduleOptions): Schedule {
  checkOptionNames('sequentialSchedule', options, ['schedules', 'milestones']);
  const { schedules, milestones } = options;
  const begins = Array.isArray(milestones) ? [0, ...milestones] : [];
  const grow = begins.every((step, i) => i === 0 || step > begins[i - 1]);
  if (!Array.isArray(schedules) || schedules.length !== begins.length || !grow) {
    throw new ValueError(
      `sequentialSchedule: got ${schedules?.length} schedules and the milestones ` +
        `${JSON.stringify(milestones)}; expected one growing milestone above 0 for each schedule but the first`,
    );
  }
  begins.slice(1).forEach((step, i) => {
    checkCount('sequentialSchedule', `milestones[${i}]`, step);
  });
  return (step) => {
    const at = Math.max(
      begins.findLastIndex((begin) => begin <= step),
      0,
    );
    return schedules[at](step - begins[at]);
  };
}

/** From `from` to `to` along half a cosine; `share` beyond 0..1 stays at the ends. */
function annealed(from: number, to: number, share: number): number {
  const within = Math.min(Math.max(share, 0), 1);
  return to + ((from - to) * (1 + Math.cos(Math.PI * within))) / 2;
}
