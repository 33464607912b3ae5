/** trainAdversarial: every loss works, and a stopped game ends as an unstopped one. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compile } from '../src/compiler/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { NoiseSource } from '../src/nn/index.js';
import { tensor } from '../src/ops/index.js';
import { HealthWatch } from '../src/train/adversarial/health.js';
import {
  type AdversarialLossName,
  type AdversarialOptions,
  adversarialLosses,
  CheckpointFolder,
  type Metrics,
  type Samples,
  wrongLabels,
} from '../src/train/index.js';
import { type Given, game, type Points, ring } from './ring-game.js';

test('what is told are losses and scores, the latter as probabilities', async () => {
  const { run, told } = game();
  const { history, ended } = await run();
  assert.equal(ended, 'finished');
  assert.equal(told.length, 14);
  for (const metrics of told) {
    const losses = ['discriminatorLoss', 'generatorLoss', 'value'];
    const scores = ['fakeScore', 'fakeScoreAfter', 'realScore'];
    assert.deepEqual(Object.keys(metrics).sort(), [...losses, ...scores].sort());
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
    // Weights that are cut to a hundredth behind the first step tell little apart.
    const [from, gain] = loss === 'wasserstein' ? [1, 0] : [0, 0.01];
    assert.ok(Math.max(...told.slice(from).map(gap)) > gap(told[from]) + gain);
    assert.ok(told.some(({ generatorLoss }) => generatorLoss !== told[0].generatorLoss));
  });
}

for (const [name, given] of Object.entries<Partial<AdversarialOptions<Points>>>({
  'one step each': {},
  'three steps and a gradient penalty': { discriminatorSteps: 3, loss: 'wasserstein-gp' },
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
  await refused({ labelSmoothing: 1 }, /labelSmoothing is 1; use 0.1/);
  await refused({ realLabel: 2 as 1 }, /realLabel is 2/);
  await refused({ mismatch: wrongLabels(3) }, /pass condition/);
  await refused({ rollBack: true }, /pass a CheckpointFolder/);
  await refused({ losses: 'hinge' } as Given, /no option "losses"; did you mean "loss"/);
  await refused(
    { real: ({ size }) => tensor(new Float32Array(3 * size), [size, 3]) },
    /makes \[32, 2\] where real samples are \[32, 3\]/,
  );
});

test('samples are shown every so many rounds, of the same noise', async () => {
  const shown: Samples[] = [];
  const { run } = game({ sampleEvery: 5, sampleCount: 3, onSamples: (it) => void shown.push(it) });
  await run();
  assert.deepEqual(
    shown.map(({ steps }) => steps),
    [5, 10],
  );
  assert.deepEqual([...shown[0].samples.shape], [3, 2]);
});

test('a game that breaks goes back to its last checkpoint, and on with half the rate and other noise', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-adversarial-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [warnings, rates]: [string[], number[]] = [[], []];
  let broken = false;
  const { run, told, parts } = game({
    checkpoints: new CheckpointFolder(join(folder, 'checkpoints')),
    rollBack: true,
    onWarning: ({ kind }) => void warnings.push(kind),
    onStep: ({ step }) => {
      rates.push(parts.generatorOptimizer.lr);
      if (step !== 8 || broken) return;
      broken = true;
      parts.generator.parameters()[0].set(new Float32Array(4 * 16).fill(Number.NaN));
    },
  });
  const { ended, steps } = await run();
  assert.deepEqual([ended, steps, warnings], ['finished', 14, ['rolled-back']]);
  // Nine rounds, of which two are behind the checkpoint, and seven from there to the end.
  assert.deepEqual(rates, [...Array(9).fill(1e-3), ...Array(7).fill(5e-4)]);
  assert.notEqual(told[9].fakeScore, told[7].fakeScore);
});

test('a game that breaks every time ends with the reason', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-adversarial-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const warnings: string[] = [];
  const { run, parts } = game({
    checkpoints: new CheckpointFolder(join(folder, 'checkpoints')),
    rollBack: { attempts: 2 },
    onWarning: ({ message }) => void warnings.push(message),
    onStep: ({ step }) => {
      if (step === 8) parts.generator.parameters()[0].set(new Float32Array(64).fill(Number.NaN));
    },
  });
  await assert.rejects(run(), /stopped at round 10: .* is no finite number/);
  assert.equal(warnings.length, 2);
  assert.match(warnings[0], /^went back to round 7: /);
});

test('wrong labels are never the right ones, and all others', () => {
  const noise = new NoiseSource([1], { seed: 4 });
  const right = Int32Array.from({ length: 300 }, (_, i) => i % 3);
  const draw = compile((labels: Tensor) => ({ wrong: wrongLabels(3)(labels, noise) }));
  const wrong = draw(tensor(right, [300])).wrong.data();
  const pairs = new Set(Array.from(right, (label, i) => `${label}-${wrong[i]}`));
  assert.deepEqual([...pairs].sort(), ['0-1', '0-2', '1-0', '1-2', '2-0', '2-1']);
});

test('a discriminator that always wins is told of once, until it loses', () => {
  const watch = new HealthWatch(true);
  const rounds = (count: number, fakeScoreAfter: number) =>
    [...Array(count)].flatMap(
      (_, i) => watch.afterRound(i + 1, { realScore: 1, fakeScoreAfter }) ?? [],
    );
  assert.deepEqual(rounds(199, 0.001), []);
  const [warning, ...more] = rounds(300, 0.001);
  assert.deepEqual([warning.kind, more, watch.healthy], ['saturated', [], false]);
  assert.match(warning.message, /for 200 rounds .* lower the discriminator's learning rate/);
  assert.deepEqual([rounds(1, 0.5), watch.healthy], [[], true]);
  assert.equal(rounds(200, 0.001).length, 1);
  assert.equal(new HealthWatch(false).afterRound(1, { realScore: 90, fakeScoreAfter: -90 }), null);
});

test('samples that are all alike are told of', () => {
  const watch = new HealthWatch(false);
  const real = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * i));
  assert.equal(watch.afterSamples(5, { samples: real.slice(8), real, size: 2 }), null);
  const alike = real.map((value) => 3 + value / 10);
  const warning = watch.afterSamples(6, { samples: alike, real, size: 2 })!;
  assert.deepEqual([warning.kind, warning.steps], ['collapsed', 6]);
  assert.match(warning.message, /differ by 10 % .* earlier checkpoint/);
});
