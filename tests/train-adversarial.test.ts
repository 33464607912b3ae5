/** trainAdversarial: a ring of Gaussians is learned, every loss works, and a stopped game ends as an unstopped one. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BatchNorm1d, Linear, manualSeed, Relu, Sequential } from '../src/nn/index.js';
import { tensor } from '../src/ops/index.js';
import { Adam, ExponentialMovingAverage } from '../src/optim/index.js';
import { Philox } from '../src/random/philox.js';
import {
  type AdversarialLossName,
  type AdversarialOptions,
  adversarialLosses,
  CheckpointFolder,
  type Metrics,
  type Samples,
  takeState,
  trainAdversarial,
} from '../src/train/index.js';

const modes = Array.from({ length: 8 }, (_, i) => [
  2 * Math.cos((i * Math.PI) / 4),
  2 * Math.sin((i * Math.PI) / 4),
]);

interface Points {
  readonly size: number;
  readonly points: Float32Array;
}

/** Points of eight Gaussians of deviation 0.05 on a circle of radius 2. */
const ring = ({ length, size }: { length: number; size: number }) => ({
  length,
  *epoch(epoch: number, first = 0): Generator<Points> {
    for (let batch = first; batch < length; batch++) {
      const random = new Philox(epoch * length + batch, 7);
      const points = Float32Array.from({ length: 2 * size }, () => 0.05 * random.normal());
      for (let i = 0; i < size; i++) {
        const [x, y] = modes[random.integer(modes.length)];
        points[2 * i] += x;
        points[2 * i + 1] += y;
      }
      yield { size, points };
    }
  },
});

interface Given extends Partial<AdversarialOptions<Points>> {
  readonly size?: number;
  readonly hidden?: number;
}

function game({ size = 32, hidden = 16, ...given }: Given = {}) {
  manualSeed(2);
  const generator = new Sequential(
    ...[new Linear(4, hidden), new BatchNorm1d(hidden), new Relu()],
    ...[new Linear(hidden, hidden), new Relu(), new Linear(hidden, 2)],
  );
  const discriminator = new Sequential(
    ...[new Linear(2, hidden), new Relu(), new Linear(hidden, hidden), new Relu()],
    new Linear(hidden, 1),
  );
  const settings = { lr: 1e-3, betas: [0.5, 0.999] as [number, number] };
  const generatorOptimizer = new Adam(generator.parameters(), settings);
  const discriminatorOptimizer = new Adam(discriminator.parameters(), settings);
  const average = new ExponentialMovingAverage(generator.parameters(), { decay: 0.9 });
  const parts = { generator, discriminator, generatorOptimizer, discriminatorOptimizer, average };
  const told: Metrics[] = [];
  const run = () =>
    trainAdversarial<Points>({
      ...parts,
      ...(given.steps === undefined ? { epochs: 2 } : {}),
      loader: ring({ length: 7, size }),
      real: ({ points, size: count }) => tensor(points, [count, 2]),
      noise: [4],
      seed: 5,
      ...given,
      onStep: (report) => {
        told.push(report.metrics);
        return given.onStep?.(report);
      },
    });
  const state = () => new Map([...takeState(parts).tensors].map(([k, { data }]) => [k, `${data}`]));
  return { run, told, state };
}

test('the generator learns all modes of a ring', async () => {
  const shown: Samples[] = [];
  const { run } = game({
    ...{ size: 128, hidden: 64, steps: 1500, loader: ring({ length: 500, size: 128 }) },
    ...{ sampleCount: 512, onSamples: (samples) => void shown.push(samples) },
  });
  await run();
  assert.deepEqual(
    shown.map(({ steps, epoch }) => [steps, epoch]),
    [
      [500, 0],
      [1000, 1],
      [1500, 2],
    ],
  );
  const points = shown[2].samples.data();
  const near = modes.map(([x, y]) => {
    let count = 0;
    for (let i = 0; i < 512; i++) {
      if (Math.hypot(points[2 * i] - x, points[2 * i + 1] - y) < 0.4) count++;
    }
    return count;
  });
  assert.ok(Math.min(...near) >= 15, `points near each mode: ${near}`);
  assert.ok(near.reduce((a, b) => a + b) > 380, `points near modes: ${near}`);
});

test('what is told are losses and scores, the latter as probabilities', async () => {
  const { run, told } = game();
  const { history, ended } = await run();
  assert.equal(ended, 'finished');
  assert.equal(told.length, 14);
  for (const metrics of told) {
    const names = ['discriminatorLoss', 'fakeScore', 'generatorLoss', 'realScore'];
    assert.deepEqual(Object.keys(metrics).sort(), names);
    assert.ok(metrics.realScore > 0 && metrics.realScore < 1);
    assert.ok(metrics.fakeScore > 0 && metrics.fakeScore < 1);
  }
  // Both begin at even odds.
  assert.ok(Math.abs(told[0].discriminatorLoss - 2 * Math.LN2) < 0.2);
  assert.equal(history.length, 2);
});

test('the rounds have as many batches as discriminatorSteps, what is left is passed over', async () => {
  const seen: number[] = [];
  const { run, told } = game({
    discriminatorSteps: 3,
    real: ({ points, size }) => {
      seen.push(points[0]);
      return tensor(points, [size, 2]);
    },
  });
  await run();
  assert.deepEqual([told.length, seen.length], [4, 12]);
  const expected = [0, 1].flatMap((epoch) =>
    [...ring({ length: 7, size: 32 }).epoch(epoch)].slice(0, 6).map(({ points }) => points[0]),
  );
  assert.deepEqual(seen, expected);
});

for (const loss of Object.keys(adversarialLosses) as AdversarialLossName[]) {
  test(`${loss}: the discriminator tells real from fake, and the generator closes in`, async () => {
    const { run, told } = game({ loss, steps: 120, loader: ring({ length: 40, size: 64 }) });
    await run();
    assert.ok(told.every((metrics) => Object.values(metrics).every(Number.isFinite)));
    const gap = ({ realScore, fakeScore }: Metrics): number => realScore - fakeScore;
    assert.ok(Math.max(...told.map(gap)) > gap(told[0]) + 0.01);
    assert.ok(told.some(({ generatorLoss }) => generatorLoss !== told[0].generatorLoss));
  });
}

for (const [name, given] of Object.entries<Partial<AdversarialOptions<Points>>>({
  'one step each': {},
  'three steps and a gradient penalty': { discriminatorSteps: 3, loss: 'wasserstein' },
})) {
  test(`a game that is stopped anywhere ends as if it never had been: ${name}`, async (t) => {
    const whole = game(given);
    const { steps } = await whole.run();
    for (const stopAt of [1, Math.floor(steps / 2), steps - 1]) {
      const folder = await mkdtemp(join(tmpdir(), 'fovea-adversarial-'));
      t.after(() => rm(folder, { recursive: true, force: true }));
      const checkpoints = () => new CheckpointFolder(join(folder, 'checkpoints'));
      const stop = new AbortController();
      const first = game({
        ...{ ...given, checkpoints: checkpoints(), signal: stop.signal },
        // Looking at samples changes nothing.
        onSamples: () => {},
        onStep: ({ step }) => {
          if (step + 1 === stopAt) stop.abort();
        },
      });
      assert.equal((await first.run()).ended, 'aborted');
      const second = game({ ...given, checkpoints: checkpoints(), resume: true });
      await second.run();
      assert.deepEqual([...first.told, ...second.told], whole.told);
      assert.deepEqual(second.state(), whole.state());
    }
  });
}

test('what does not fit is refused', async () => {
  const refused = (given: Given, pattern: RegExp) => assert.rejects(game(given).run(), pattern);
  await refused({ loss: 'hinges' as 'hinge' }, /no loss "hinges"; did you mean "hinge"/);
  await refused({ discriminatorSteps: 8 }, /is 8, but the loader has only 7 batches/);
  await refused({ discriminatorSteps: 0 }, /discriminatorSteps is 0/);
  await refused({ losses: 'hinge' } as Given, /no option "losses"; did you mean "loss"/);
  await refused(
    { real: ({ size }) => tensor(new Float32Array(3 * size), [size, 3]) },
    /makes \[32, 2\] where real samples are \[32, 3\]/,
  );
});
