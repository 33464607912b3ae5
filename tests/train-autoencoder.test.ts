/** trainAutoencoder: every kind learns drawn digits, a stopped training ends as an unstopped one, and what is told is right. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataLoader, drawDigits } from '../src/data/index.js';
import { tensor, ValueError } from '../src/index.js';
import {
  type AutoencoderName,
  autoencoderNames,
  createAutoencoder,
  VariationalAutoencoder,
} from '../src/models/index.js';
import { manualSeed } from '../src/nn/index.js';
import { Generator, normal } from '../src/ops/index.js';
import { Adam } from '../src/optim/index.js';
import {
  type AutoencoderSamples,
  CheckpointFolder,
  evaluateAutoencoder,
  NonFiniteError,
  type StepReport,
  type TrainAutoencoderOptions,
  takeState,
  trainAutoencoder,
} from '../src/train/index.js';

const train = drawDigits({ count: 240, seed: 1 });
const held = drawDigits({ count: 70, seed: 2 });

const small: Readonly<Record<AutoencoderName, Readonly<Record<string, unknown>>>> = {
  autoencoder: { latent: 8, hidden: [32] },
  'denoising-autoencoder': { latent: 8, hidden: [32] },
  'sparse-autoencoder': { latent: 16, hidden: [32] },
  'conv-autoencoder': { latent: 8, hidden: 16, channels: [4, 8] },
  vae: { latent: 4, hidden: 32, numClasses: 10 },
  'conv-vae': { latent: 4, hidden: 16, channels: [4, 8] },
};

interface Given extends Partial<TrainAutoencoderOptions> {
  readonly lr?: number;
}

function training(name: AutoencoderName, { lr = 3e-3, ...given }: Given = {}) {
  manualSeed(3);
  const model = createAutoencoder(name, { ...small[name] });
  const optimizer = new Adam(model.parameters(), { lr });
  const loader = new DataLoader(train, { batchSize: 30, shuffle: true, dropLast: true, seed: 3 });
  const run = () =>
    trainAutoencoder(model, { optimizer, loader, epochs: 2, test: held, seed: 3, ...given });
  return { model, optimizer, run, state: () => takeState({ model, optimizer }).tensors };
}

for (const name of autoencoderNames()) {
  test(`${name} learns, and tells what its objective is made of`, async () => {
    const before = await evaluateAutoencoder(training(name).model, { data: held });
    const { run } = training(name, { lr: 1e-2, epochs: 3 });
    const { evaluation, history } = await run();
    assert.ok(evaluation);
    assert.ok(evaluation.loss < 0.8 * before.loss, `${before.loss} to ${evaluation.loss}`);
    assert.ok(Math.abs(evaluation.psnr + 10 * Math.log10(evaluation.testMse)) < 1e-9);
    const { loss, reconstruction, kl } = history[1].metrics;
    if (name.endsWith('vae')) assert.ok(Math.abs(loss - reconstruction - kl) < 1e-3 * loss);
    else assert.equal(evaluation.elbo, undefined);
  });
}

test('a training that was stopped and goes on ends with the very weights and numbers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-autoencoder-'));
  try {
    for (const [name, ...stops] of [
      ['vae', 2, 7],
      ['denoising-autoencoder', 6],
    ] as const) {
      const given = { warmUpEpochs: 1.5 };
      const whole = training(name, given);
      const { evaluation } = await whole.run();
      for (const stopAt of stops) {
        const checkpoints = () => new CheckpointFolder(join(folder, `${name}-${stopAt}`));
        const stop = new AbortController();
        const first = training(name, {
          ...{ ...given, checkpoints: checkpoints(), signal: stop.signal },
          onStep: ({ step }: StepReport) => {
            if (step + 1 === stopAt) stop.abort();
          },
        });
        assert.ok((await first.run()).interrupted);
        const second = training(name, { ...given, checkpoints: checkpoints(), resume: true });
        assert.deepEqual((await second.run()).evaluation, evaluation);
        assert.deepEqual(second.state(), whole.state());
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('looking at samples changes nothing, and they are of the same pictures and codes each time', async () => {
  const seen: AutoencoderSamples[] = [];
  const plain = training('vae');
  await plain.run();
  const watched = training('vae', { onSamples: (made) => seen.push(made), sampleCount: 20 });
  await watched.run();
  assert.deepEqual(watched.state(), plain.state());
  const [first, second] = seen;
  assert.deepEqual([...first.originals.data()], [...second.originals.data()]);
  assert.notDeepEqual([...first.reconstructions.data()], [...second.reconstructions.data()]);
  const { model } = watched;
  model.eval();
  // Two samples for each class in turn.
  const classes = tensor(
    Int32Array.from({ length: 20 }, (_, i) => Math.floor(i / 2)),
    [20],
  );
  const codes = normal([20, 4], new Generator(3, 0x53414d));
  const made = model.decode(codes, classes).data();
  const prior = second.prior!.data();
  for (let i = 0; i < made.length; i++) assert.ok(Math.abs(made[i] - prior[i]) < 1e-5);
});

test('an examination counts every picture once, whatever the batches, and finds the units that are used', async () => {
  manualSeed(5);
  const model = new VariationalAutoencoder({ latent: 3, hidden: 8 });
  // A mean that is the same for all pictures is told by no unit, whatever its value.
  const { weight, bias } = model.mean;
  weight.set(weight.data().map((value, i) => (i < 8 ? 0 : 20 * value)));
  bias!.set(new Float32Array([5, 0, 0]));
  const whole = await evaluateAutoencoder(model, { data: held, batchSize: 70 });
  assert.equal(whole.activeUnits, 2);
  assert.equal(whole.count, 70);
  const parts = await evaluateAutoencoder(model, { data: held, batchSize: 32 });
  assert.ok(Math.abs(whole.testMse - parts.testMse) < 1e-6);
  assert.ok(Math.abs(whole.kl! - parts.kl!) < 1e-4 * whole.kl!);
  assert.deepEqual(await evaluateAutoencoder(model, { data: held, batchSize: 70 }), whole);
});

test('a training that breaks down tells where, and leaves the last good weights', async () => {
  const { model, run } = training('vae', { lr: 1e6 });
  await assert.rejects(run(), (error: Error) => {
    assert.ok(error instanceof NonFiniteError, error.message);
    assert.match(error.message, /became infinite or NaN|infinite/);
    return true;
  });
  for (const parameter of model.parameters()) {
    assert.ok(parameter.data().every(Number.isFinite));
  }
});

test('pictures and labels that do not fit are refused before the first step', async () => {
  manualSeed(0);
  const run = (options: Record<string, unknown>) => {
    const model = createAutoencoder('vae', options);
    const optimizer = new Adam(model.parameters());
    const loader = new DataLoader(train, { batchSize: 50 });
    return trainAutoencoder(model, { optimizer, loader, epochs: 1 });
  };
  await assert.rejects(run({ inputShape: [1, 32, 32] }), ValueError);
  await assert.rejects(
    run({ inputShape: [1, 32, 32] }),
    /takes pictures \[1, 32, 32\], but digits/,
  );
  await assert.rejects(run({ numClasses: 5 }), /the model is told of 5 classes/);
});
