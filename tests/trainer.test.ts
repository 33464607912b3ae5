/** Trainer: epochs, examinations, early stopping, and trainings that go on exactly where they were stopped. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { compile } from '../src/compiler/index.js';
import { type Batch, DataLoader, drawDigits } from '../src/data/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import {
  BatchNorm1d,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  manualSeed,
  Relu,
  Sequential,
} from '../src/nn/index.js';
import { cast, tensor } from '../src/ops/index.js';
import {
  Adam,
  cosineSchedule,
  ExponentialMovingAverage,
  PlateauSchedule,
} from '../src/optim/index.js';
import {
  CheckpointFolder,
  type EpochReport,
  type StepReport,
  Trainer,
  type TrainerOptions,
  takeState,
} from '../src/train/index.js';

const digits = drawDigits({ count: 230, seed: 3 });

/** Everything of one training: a network with dropout and batch statistics, Adam, averaged weights, a plateau. */
function training(options: Partial<TrainerOptions<Batch>> = {}) {
  manualSeed(5);
  const model = new Sequential(
    new Flatten(),
    new Linear(784, 12),
    new BatchNorm1d(12),
    new Relu(),
    new Dropout(0.3),
    new Linear(12, 10),
  );
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const average = new ExponentialMovingAverage(model.parameters(), { decay: 0.9 });
  const plateau = new PlateauSchedule({ lr: 1, patience: 1 });
  const loader = new DataLoader(digits, { batchSize: 32, shuffle: true, seed: 7 });
  const learn = compile((images: Tensor, labels: Tensor) => {
    const loss = crossEntropy(model.call(cast(images, 'float32')), labels);
    optimizer.step(grad(loss, optimizer.parameters));
    average.update();
    return { loss };
  });
  const schedule = cosineSchedule({ lr: 1e-2, steps: 24 });
  const losses: number[] = [];
  const parts = { model, optimizer, average, plateau };
  const trainer = new Trainer<Batch>({
    ...{ loader, parts },
    ...(options.steps === undefined ? { epochs: 3 } : {}),
    beforeStep: ({ step }) => {
      optimizer.lr = schedule(step);
    },
    step: ({ images, labels, shape, size }) => {
      const loss = learn(tensor(images, shape), tensor(labels, [size])).loss.item();
      losses.push(loss);
      return { loss };
    },
    evaluate: async () => ({ loss: plateau.update(losses[losses.length - 1]) }),
    ...options,
  });
  return { trainer, losses, parts };
}

const bytesOf = (parts: ReturnType<typeof training>['parts']): Map<string, string> => {
  const { tensors, plain } = takeState(parts);
  const texts = [...tensors].map(([name, { data }]): [string, string] => [name, String(data)]);
  return new Map([...texts, ['plain', JSON.stringify(plain)]]);
};

const folderFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-trainer-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

test('epochs and steps are told in order, with means over the pictures', async () => {
  const steps: StepReport[] = [];
  const epochs: EpochReport[] = [];
  const { trainer, losses } = training({
    onStep: (report) => void steps.push(report),
    onEpoch: (report) => void epochs.push(report),
  });
  const result = await trainer.run();
  // 230 pictures are seven batches of 32 and one of 6.
  assert.equal(losses.length, 24);
  assert.deepEqual(
    steps.map(({ step, epoch, batch }) => [step, epoch, batch]),
    losses.map((_, i) => [i, Math.floor(i / 8), i % 8]),
  );
  assert.equal(steps[23].samples, 690);
  const sizes = [32, 32, 32, 32, 32, 32, 32, 6];
  const mean = sizes.reduce((sum, size, i) => sum + size * losses[8 + i], 0) / 230;
  assert.ok(Math.abs(epochs[1].metrics.loss - mean) < 1e-12);
  assert.deepEqual(result.history, epochs);
  assert.equal(result.ended, 'finished');
});

test('a number of steps ends within an epoch', async () => {
  const { trainer, losses } = training({ steps: 11 });
  const { history, steps, stepsPlanned } = await trainer.run();
  assert.deepEqual([losses.length, steps, stepsPlanned, history.length], [11, 11, 11, 2]);
});

test('whatever step a training is stopped at, it ends with the same state to the bit', async (t) => {
  const whole = training();
  const expected = await whole.trainer.run();
  for (const stopAt of [1, 7, 8, 9, 16, 23]) {
    const folder = await folderFor(t);
    const checkpoints = () => new CheckpointFolder(join(folder, 'checkpoints'));
    const stop = new AbortController();
    const first = training({
      checkpoints: checkpoints(),
      signal: stop.signal,
      onStep: ({ step }) => {
        if (step + 1 === stopAt) stop.abort();
      },
    });
    const { ended } = await first.trainer.run();
    assert.equal(ended, 'aborted');
    const second = training({ checkpoints: checkpoints() });
    assert.equal(await second.trainer.resume(), stopAt);
    const result = await second.trainer.run();
    assert.deepEqual([...first.losses, ...second.losses], whole.losses);
    assert.deepEqual(bytesOf(second.parts), bytesOf(whole.parts));
    const withoutTime = (history: readonly EpochReport[]) =>
      history.map(({ seconds, samplesPerSecond, ...report }) => report);
    assert.deepEqual(withoutTime(result.history), withoutTime(expected.history));
  }
});

test('checkpoints within an epoch: the newest whole one is used, damaged ones are told', async (t) => {
  const folder = join(await folderFor(t), 'checkpoints');
  const checkpoints = new CheckpointFolder(folder, { keep: 3 });
  await training({ checkpoints, checkpointEvery: 3 }).trainer.run();
  assert.deepEqual(await checkpoints.steps(), [24, 21, 18]);
  const newest = join(folder, 'step-000000024.safetensors');
  const bytes = await readFile(newest);
  for (const damage of [
    bytes.subarray(0, bytes.length - 5),
    bytes.map((byte, i) => (i === bytes.length - 40 ? byte ^ 1 : byte)),
  ]) {
    await writeFile(newest, damage);
    const found = await checkpoints.newest<{ steps: number }>();
    assert.equal(found?.checkpoint.progress.steps, 21);
    assert.match(found.unusable[0].problem, /step-000000024/);
  }
  await writeFile(join(folder, '.step-000000030.safetensors.0-0.tmp'), 'cut off');
  await checkpoints.tidy();
  assert.equal((await readdir(folder)).length, 3);
});

test('the best checkpoint outlives newer ones, and a training without improvement ends', async (t) => {
  const folder = join(await folderFor(t), 'checkpoints');
  const values = [5, 3, 4, 4, 4, 4];
  const checkpoints = new CheckpointFolder(folder, { keep: 1 });
  const { trainer } = training({
    checkpoints,
    epochs: 6,
    evaluate: async () => ({ error: values.shift()! }),
    monitor: { metric: 'error', patience: 3 },
  });
  const { best, ended, history } = await trainer.run();
  assert.deepEqual(best, { epoch: 1, step: 16, value: 3 });
  assert.equal(ended, 'no improvement');
  assert.equal(history.length, 5);
  assert.deepEqual(await checkpoints.steps(), [40, 16]);
});

test('a loss that is no number ends the training with an error and without a checkpoint', async (t) => {
  const folder = await folderFor(t);
  const { trainer } = training({
    checkpoints: new CheckpointFolder(folder),
    step: (_, { step }) => ({ loss: step === 2 ? Number.NaN : 1 }),
  });
  await assert.rejects(trainer.run(), /step 3: loss is NaN; expected finite/);
  assert.deepEqual(await readdir(folder), []);
});

test('a checkpoint of other parts is refused by name', async (t) => {
  const folder = await folderFor(t);
  const first = training({ checkpoints: new CheckpointFolder(folder) });
  await first.trainer.run();
  const { model, optimizer } = first.parts;
  const second = training({
    checkpoints: new CheckpointFolder(folder),
    parts: { model, optimizer },
  });
  await assert.rejects(second.trainer.resume(), /has a part "average".*model, optimizer/);
});

test('options that do not fit are refused', () => {
  assert.throws(() => training({ steps: 3, epochs: 2 }), /either epochs or steps/);
  assert.throws(() => training({ epochs: 0 }), /epochs/);
  assert.throws(() => training({ evaluateEvery: 0 }), /evaluateEvery/);
  const typo = { epoch: 3 } as object;
  assert.throws(() => training(typo), /epoch.*did you mean|epochs/);
});
