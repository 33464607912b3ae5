/** Pictures fitted to a network of another kind: size and channels, in training, in what is saved, and afterwards. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataLoader, drawDigits } from '../src/data/index.js';
import { encodePng } from '../src/formats/index.js';
import { ShapeError } from '../src/graph/errors.js';
import { compile, grad, sum, type Tensor, tensor, zeros } from '../src/index.js';
import { createModel } from '../src/models/index.js';
import { fittedInput } from '../src/models/usual-input.js';
import { manualSeed } from '../src/nn/index.js';
import { SGD } from '../src/optim/index.js';
import {
  classify,
  evaluateClassifier,
  fitPictures,
  pixelStatistics,
  trainClassifier,
} from '../src/train/index.js';
import { runFovea } from './run-fovea.js';

test('pictures are resized as PyTorch does, and grey becomes three equal channels', () => {
  const grey = tensor([0, 2, 4, 6], [1, 1, 2, 2], 'float32');
  const fitted = fitPictures(grey, [3, 4, 4]);
  // F.interpolate(x, size=(4, 4), mode='bilinear')
  const plane = [0, 0.5, 1.5, 2, 1, 1.5, 2.5, 3, 3, 3.5, 4.5, 5, 4, 4.5, 5.5, 6];
  assert.deepEqual(fitted.shape, [1, 3, 4, 4]);
  assert.deepEqual([...fitted.data()], [...plane, ...plane, ...plane]);
});

test('colour becomes luminance, and what fits stays as it is', () => {
  const colour = tensor([1, 0, 0, 1, 0, 0], [2, 3, 1, 1], 'float32');
  const [red, alsoRed] = fitPictures(colour, [1, 1, 1]).data();
  assert.ok(Math.abs(red - 0.299) < 1e-6 && red === alsoRed);
  assert.equal(fitPictures(colour, [3, 1, 1]), colour);
});

test('gradients flow through it', () => {
  const slope = compile((x: Tensor) => grad(sum(fitPictures(x, [3, 4, 4])), [x])[0]);
  const gradient = slope(tensor([1, 2, 3, 4], [1, 1, 2, 2], 'float32')).data();
  assert.deepEqual([...gradient], [12, 12, 12, 12]);
});

test('channels that are neither grey nor red, green and blue are refused', () => {
  const four = tensor(new Float32Array(4), [1, 4, 1, 1]);
  const message =
    /expected pictures \[N, C, H, W\] of 1 or 3 channels.*takes 3, got \[1, 4, 1, 1\]/;
  assert.throws(() => fitPictures(four, [3, 1, 1]), ShapeError);
  assert.throws(() => fitPictures(four, [3, 1, 1]), message);
});

test('networks take the size of the data where it is enough for them', () => {
  const of = (name: string, shape: readonly [number, number, number], size?: number) =>
    fittedInput(name, { shape, size });
  assert.deepEqual(of('alexnet', [1, 28, 28]), [3, 64, 64]);
  assert.deepEqual(of('vgg11', [1, 28, 28]), [3, 32, 32]);
  assert.deepEqual(of('inception_v3', [3, 32, 32]), [3, 75, 75]);
  assert.deepEqual(of('resnet18', [1, 28, 28]), [3, 28, 28]);
  assert.deepEqual(of('resnet20', [3, 32, 32]), [3, 32, 32]);
  assert.deepEqual(of('alexnet', [3, 72, 80]), [3, 72, 80]);
  assert.deepEqual(of('alexnet', [3, 72, 80], 100), [3, 100, 100]);
  assert.deepEqual(of('lenet5', [3, 32, 32]), [1, 28, 28]);
  assert.deepEqual(of('lenet5_1998', [1, 32, 32]), [1, 32, 32]);
});

test('training, examining and naming see the same fitted pictures', async () => {
  manualSeed(0);
  const model = createModel('resnet20', { numClasses: 10 });
  const data = drawDigits({ count: 64, seed: 1 });
  const inputShape = [3, 16, 16] as const;
  const options = { statistics: pixelStatistics(data), inputShape };
  const shapes: (readonly number[])[] = [];
  const { forward } = model;
  model.forward = function (x: Tensor) {
    shapes.push(x.shape);
    return forward.call(this, x);
  };
  await trainClassifier(model, {
    ...options,
    loader: new DataLoader(data, { batchSize: 32 }),
    optimizer: new SGD(model.parameters(), { lr: 0.01 }),
    epochs: 1,
    test: data,
  });
  classify(model, { ...options, images: tensor(data.images.subarray(0, 784), [1, 1, 28, 28]) });
  assert.deepEqual(shapes, [
    [32, 3, 16, 16],
    [64, 3, 16, 16],
    [1, 3, 16, 16],
  ]);
  const evaluation = await evaluateClassifier(model, { ...options, data });
  assert.ok(Number.isFinite(evaluation.loss));
});

test('fovea train fits digits to a network for colour, and predict does the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-fit-'));
  try {
    const out = join(folder, 'run');
    const sizes = ['--train-size', '128', '--test-size', '20', '--size', '20', '--epochs', '1'];
    const trained = await runFovea([
      ...['train', 'resnet20', '--data', 'digits', ...sizes, '--batch', '64', '--augment', 'crop'],
      ...['--quiet', '--json', '--out', out],
    ]);
    assert.equal(trained.code, 0, trained.stderr);
    const config = JSON.parse(await readFile(join(out, 'config.json'), 'utf8'));
    assert.deepEqual(config.data.shape, [1, 28, 28]);
    assert.deepEqual(config.preprocessing.inputShape, [3, 20, 20]);
    assert.deepEqual(config.preprocessing.crop, [28, 28]);
    assert.deepEqual(config.training.augment, ['crop']);
    assert.equal(config.training.optimizer, 'sgd');
    assert.equal(config.training.weightDecay, 1e-4);
    // A picture of the test set, as it is: predict must answer as the network does on fitted pictures.
    const { images } = drawDigits({ count: 1, split: 'test' });
    const file = join(folder, 'digit.png');
    await writeFile(file, encodePng({ width: 28, height: 28, channels: 1, data: images }));
    const predicted = await runFovea(['predict', out, file, '--json']);
    assert.equal(predicted.code, 0, predicted.stderr);
    const [{ probabilities }] = JSON.parse(predicted.stdout).predictions;
    const { loadNetwork } = await import('../src/train/index.js');
    const { stateDict, preprocessing } = await loadNetwork(out);
    const model = createModel('resnet20', { numClasses: 10 });
    model.loadStateDict(stateDict);
    const { inputShape } = preprocessing;
    const pixels = tensor(images, [1, 1, 28, 28]);
    const [expected] = classify(model, { images: pixels, statistics: preprocessing, inputShape });
    expected.forEach((probability, i) => {
      assert.ok(Math.abs(probabilities[i] - probability) < 1e-6, `${i}: ${probabilities[i]}`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a size that a network cannot take is refused with those that it can', async () => {
  const refused = (name: string, shape: readonly number[], message: RegExp) =>
    assert.throws(() => createModel(name).call(zeros(shape)), message);
  refused(
    'alexnet',
    [2, 3, 62, 70],
    /^ShapeError: AlexNet: expected pictures of 63 x 63 or more, got/,
  );
  refused('alexnet_2012', [2, 3, 32, 32], /63 x 63 or more, got \[2, 3, 32, 32\]; resize them/);
  refused('vgg16_bn', [2, 3, 31, 32], /Vgg: expected pictures of 32 x 32 or more/);
  refused('inception_v3', [2, 3, 64, 64], /InceptionV3: expected pictures of 75 x 75 or more/);
  refused('lenet5', [2, 1, 32, 32], /LeNet5: expected pictures of 28 x 28 to 31 x 31/);
  const folder = await mkdtemp(join(tmpdir(), 'fovea-fit-'));
  try {
    const sizes = ['--train-size', '16', '--test-size', '10', '--batch', '8', '--size', '32'];
    const out = ['--quiet', '--out', join(folder, 'run')];
    const { code, stderr } = await runFovea([
      'train',
      'lenet5',
      '--data',
      'digits',
      ...sizes,
      ...out,
    ]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /LeNet5: expected pictures of 28 x 28 to 31 x 31, got \[8, 1, 32, 32\]/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
