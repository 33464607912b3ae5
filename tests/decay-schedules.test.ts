/** Step, multi-step and exponential schedules, warm-up and plateau: PyTorch's rates, saved state, wrong use. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  constantSchedule,
  cosineSchedule,
  exponentialSchedule,
  type MultiStepScheduleOptions,
  multiStepSchedule,
  type PlateauOptions,
  PlateauSchedule,
  type Schedule,
  type StepScheduleOptions,
  sequentialSchedule,
  stepSchedule,
  type WarmUpOptions,
  warmUp,
} from '../src/optim/index.js';
import { readFixture } from './torch-values.js';

interface ScheduleCase {
  readonly schedule:
    | 'step'
    | 'multiStep'
    | 'exponential'
    | 'warmUp'
    | 'warmUpThenCosine'
    | 'sequential';
  readonly options: object;
  readonly rates: readonly number[];
}

const make: Readonly<Record<ScheduleCase['schedule'], (options: object) => Schedule>> = {
  step: (options) => stepSchedule(options as StepScheduleOptions),
  multiStep: (options) => multiStepSchedule(options as MultiStepScheduleOptions),
  exponential: (options) => exponentialSchedule(options as { lr: number; gamma: number }),
  warmUp: (options) => warmUp(constantSchedule({ lr: 0.5 }), options as WarmUpOptions),
  warmUpThenCosine: (options) =>
    warmUp(cosineSchedule({ lr: 0.5, steps: 10, minLr: 0.125 }), options as WarmUpOptions),
  sequential: (options) =>
    sequentialSchedule({
      ...(options as { milestones: readonly number[] }),
      schedules: [
        constantSchedule({ lr: 0.5 }),
        exponentialSchedule({ lr: 0.5, gamma: 0.5 }),
        stepSchedule({ lr: 0.5, stepSize: 2, gamma: 0.75 }),
      ],
    }),
};

function assertRate(actual: number, expected: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) < 1e-12,
    `${what}: ${actual}, PyTorch computed ${expected}`,
  );
}

for (const { schedule, options, rates } of readFixture<ScheduleCase[]>('optim-schedules.json')) {
  test(`${schedule} schedule ${JSON.stringify(options)}: as PyTorch`, () => {
    const made = make[schedule](options);
    rates.forEach((rate, step) => {
      assertRate(made(step), rate, `step ${step}`);
    });
  });
}

test('after the warm-up the schedule runs from its beginning', () => {
  const schedule = warmUp(stepSchedule({ lr: 1, stepSize: 2, gamma: 0.5 }), {
    steps: 2,
    startFactor: 0.5,
  });
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(schedule), [0.5, 0.75, 1, 1, 0.5, 0.5, 0.25]);
});

interface PlateauCase {
  readonly options: Omit<PlateauOptions, 'lr'>;
  /** null stands for NaN. */
  readonly metrics: readonly (number | null)[];
  readonly rates: readonly number[];
}

for (const { options, metrics, rates } of readFixture<PlateauCase[]>('optim-plateau.json')) {
  test(`plateau schedule ${JSON.stringify(options)}: as PyTorch`, () => {
    const plateau = new PlateauSchedule({ lr: 0.5, ...options });
    assert.equal(plateau.lr, 0.5);
    rates.forEach((rate, i) => {
      assertRate(plateau.update(metrics[i] ?? Number.NaN), rate, `update ${i}`);
      assert.equal(plateau.lr, plateau.stateDict().lr);
    });
  });

  test(`plateau schedule ${JSON.stringify(options)}: goes on from a saved state`, () => {
    let plateau = new PlateauSchedule({ lr: 0.5, ...options });
    rates.forEach((rate, i) => {
      const saved = JSON.parse(JSON.stringify(plateau.stateDict()));
      plateau = new PlateauSchedule({ lr: 7, ...options });
      plateau.loadStateDict(saved);
      assertRate(plateau.update(metrics[i] ?? Number.NaN), rate, `update ${i}`);
    });
  });
}

test('these schedules refuse what makes no sense', () => {
  assert.throws(() => stepSchedule({ lr: 1, stepSize: 0 }), /stepSize is 0; expected a whole/);
  assert.throws(() => stepSchedule({ lr: 1, stepSize: 1, gamma: -1 }), /gamma is -1/);
  assert.throws(() => multiStepSchedule({ lr: 1, milestones: [3, 0] }), /milestones\[1\] is 0/);
  const joined = (schedules: number, milestones: readonly number[]) => () =>
    sequentialSchedule({ schedules: new Array(schedules).fill(() => 1), milestones });
  assert.throws(joined(2, []), /got 2 schedules and the milestones \[\]; expected one growing/);
  assert.throws(joined(3, [5, 5]), /milestones \[5,5\]/);
  assert.throws(joined(2, [0]), /milestones \[0\]/);
  assert.throws(joined(2, [1.5]), /milestones\[0\] is 1.5/);
  assert.deepEqual([0, 3].map(joined(1, [])()), [1, 1]);
  const none: object = { lr: 1 };
  assert.throws(() => make.multiStep(none), /milestones is undefined; expected a list/);
  assert.throws(() => make.exponential(none), /gamma is undefined/);
  const constant = constantSchedule({ lr: 1 });
  assert.throws(() => warmUp(constant, { steps: 0 }), /steps is 0/);
  assert.throws(() => warmUp(constant, { steps: 2, startFactor: -1 }), /startFactor is -1/);
  assert.throws(() => new PlateauSchedule({ lr: 1, factor: 1 }), /factor is 1; .* less than 1/);
  assert.throws(() => new PlateauSchedule({ lr: 1, patience: -1 }), /patience is -1/);
  const wrongMode: object = { lr: 1, mode: 'least' };
  assert.throws(
    () => new PlateauSchedule(wrongMode as PlateauOptions),
    /mode is least; expected 'min' or 'max'/,
  );
  const misspelt: object = { lr: 1, patients: 3 };
  assert.throws(() => new PlateauSchedule(misspelt as PlateauOptions), /did you mean "patience"/);
  const plateau = new PlateauSchedule({ lr: 1 });
  const broken = { ...plateau.stateDict(), lr: Number.NaN };
  assert.throws(() => plateau.loadStateDict(broken), /lr is NaN/);
  assert.equal(plateau.lr, 1);
});
