/** Schedules that lower the learning rate by a factor, now and then or in every step, and the linear warm-up before any schedule. */

import { ValueError } from '../graph/errors.js';
import { checkCount, checkNumber, checkOptionNames } from '../nn/options.js';
import type { Schedule } from './schedules.js';

export interface StepScheduleOptions {
  /** The first learning rate. */
  lr: number;
  /** Steps between one change and the next. */
  stepSize: number;
  /** The factor of each change. Default: 0.1. */
  gamma?: number;
}

/**
 * The rate times `gamma` after every `stepSize` steps; PyTorch's StepLR.
 *
 *     const schedule = stepSchedule({ lr: 0.1, stepSize: 30 });
 *     optimizer.lr = schedule(epoch);
 */
export function stepSchedule(options: StepScheduleOptions): Schedule {
  checkOptionNames('stepSchedule', options, ['lr', 'stepSize', 'gamma']);
  const { lr, stepSize, gamma = 0.1 } = options;
  checkNumber('stepSchedule', { lr, gamma });
  checkCount('stepSchedule', 'stepSize', stepSize);
  return (step) => lr * gamma ** Math.floor(step / stepSize);
}

export interface MultiStepScheduleOptions {
  /** The first learning rate. */
  lr: number;
  /** The steps from which on the rate is smaller, in any order; one given twice counts twice. */
  milestones: readonly number[];
  /** The factor of each change. Default: 0.1. */
  gamma?: number;
}

/**
 * The rate times `gamma` from each milestone on; PyTorch's MultiStepLR.
 *
 *     const schedule = multiStepSchedule({ lr: 0.1, milestones: [80, 120] });
 *     optimizer.lr = schedule(epoch);
 */
export function multiStepSchedule(options: MultiStepScheduleOptions): Schedule {
  checkOptionNames('multiStepSchedule', options, ['lr', 'milestones', 'gamma']);
  const { lr, milestones, gamma = 0.1 } = options;
  checkNumber('multiStepSchedule', { lr, gamma });
  if (!Array.isArray(milestones)) {
    throw new ValueError(
      `multiStepSchedule: milestones is ${milestones}; expected a list of steps, such as [80, 120]`,
    );
  }
  milestones.forEach((milestone, i) => {
    checkCount('multiStepSchedule', `milestones[${i}]`, milestone);
  });
  return (step) => lr * gamma ** milestones.filter((milestone) => milestone <= step).length;
}

export interface ExponentialScheduleOptions {
  /** The first learning rate. */
  lr: number;
  /** The factor of every step. */
  gamma: number;
}

/**
 * The rate times `gamma` in every step; PyTorch's ExponentialLR.
 *
 *     const schedule = exponentialSchedule({ lr: 0.1, gamma: 0.95 });
 *     optimizer.lr = schedule(epoch);
 */
export function exponentialSchedule(options: ExponentialScheduleOptions): Schedule {
  checkOptionNames('exponentialSchedule', options, ['lr', 'gamma']);
  const { lr, gamma } = options;
  checkNumber('exponentialSchedule', { lr, gamma });
  return (step) => lr * gamma ** step;
}

export interface WarmUpOptions {
  /** Steps until the schedule's first rate is reached. */
  steps: number;
  /** The first rate as a share of the schedule's first. Default: 1/3. */
  startFactor?: number;
}

/**
 * Linear growth to the schedule's first rate, then the schedule from its beginning; PyTorch's
 * LinearLR followed by another in SequentialLR.
 *
 *     const schedule = warmUp(stepSchedule({ lr: 0.1, stepSize: 30 }), { steps: 5 });
 *     optimizer.lr = schedule(epoch);
 */
export function warmUp(schedule: Schedule, options: WarmUpOptions): Schedule {
  checkOptionNames('warmUp', options, ['steps', 'startFactor']);
  const { steps, startFactor = 1 / 3 } = options;
  checkCount('warmUp', 'steps', steps);
  checkNumber('warmUp', { startFactor });
  return (step) => {
    if (step >= steps) return schedule(step - steps);
    return schedule(0) * (startFactor + ((1 - startFactor) * step) / steps);
  };
}
