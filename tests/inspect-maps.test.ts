/** Feature maps, Grad-CAM, saliency and occlusion against PyTorch, brute force and numerical differences. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, type Tensor, tensor, ValueError } from '../src/index.js';
import {
  featureMaps,
  gradCam,
  lastMaps,
  layerOutputs,
  occlusionMap,
  saliencyMap,
} from '../src/inspect/index.js';
import { createModel } from '../src/models/index.js';
import {
  AdaptiveAvgPool2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  Module,
  Relu,
  Sequential,
  Tanh,
} from '../src/nn/index.js';
import { softmax } from '../src/ops/index.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

interface Fixture {
  readonly state: Readonly<Record<string, TorchTensor>>;
  readonly picture: TorchTensor;
  readonly classes: readonly number[];
  readonly logits: TorchTensor;
  readonly gradCam: Readonly<Record<string, TorchTensor>>;
  readonly saliency: TorchTensor;
  readonly maps: Readonly<Record<string, TorchTensor>>;
}

const torch = readFixture<Fixture>('inspect.json');
const { classes } = torch;
const picture = fromTorch(torch.picture);
const [, channels, height, width] = picture.shape;
const tolerance = 1e-5;

function smallNetwork(): Sequential {
  const network = new Sequential(
    new Conv2d(3, 6, { kernelSize: 3, padding: 1 }),
    new Tanh(),
    new MaxPool2d({ kernelSize: 2 }),
    new Conv2d(6, 8, { kernelSize: 3, padding: 1 }),
    new Relu(),
    new AdaptiveAvgPool2d(2),
    new Flatten(),
    new Linear(32, 4),
  );
  network.loadStateDict(
    Object.fromEntries(
      Object.entries(torch.state).map(([name, { shape, data }]) => [
        name,
        { shape, dtype: 'float32' as const, data: Float32Array.from(data) },
      ]),
    ),
  );
  return network;
}

const network = smallNetwork();

test('feature maps are what the layers give, by path', () => {
  const found = featureMaps(network, picture, ['4', '0']);
  assert.deepEqual([...found.keys()], ['4', '0']);
  for (const [path, maps] of found) assertTorch(maps, torch.maps[path], { what: path, tolerance });
});

test('a layer that is called twice has two paths, and an unknown one is answered with the nearest', () => {
  class Twice extends Module {
    readonly act = new Relu();
    forward(x: Tensor): Tensor {
      return this.act.call(this.act.call(x));
    }
  }
  const paths = layerOutputs(new Twice(), [1, 2, 3, 3]).map(({ path }) => path);
  assert.deepEqual(paths, ['act', 'act#2']);
  assert.throws(
    () =>
      featureMaps(createModel('lenet5'), tensor(new Float32Array(784), [1, 1, 28, 28]), ['pol1']),
    /there is no layer "pol1"; did you mean "pool1"\?/,
  );
});

test('Grad-CAM equals PyTorch’s over layers before and behind the activation', () => {
  for (const [layer, expected] of Object.entries(torch.gradCam)) {
    const found = gradCam(network, picture, { classes, layer });
    assert.deepEqual([found.layer, found.classes], [layer, classes]);
    assertTorch(found.maps, expected, { what: `layer ${layer}`, tolerance });
    assert.ok(found.maps.data().some((value) => value > 0));
  }
});

test('Grad-CAM takes the last convolution with its activation and the likeliest class by default', () => {
  const found = gradCam(network, picture);
  const best = torch.logits.data.indexOf(Math.max(...torch.logits.data));
  assert.deepEqual([found.layer, found.classes], ['4', [best]]);
  const layer = (name: string, shape: number[]) => lastMaps(layerOutputs(createModel(name), shape));
  assert.equal(layer('lenet5', [1, 1, 28, 28]), 'relu2');
  assert.equal(layer('lenet5_1998', [1, 1, 28, 28]), 'squash3');
  assert.equal(layer('vgg11', [1, 3, 224, 224]), 'features.19');
  assert.equal(layer('alexnet', [1, 3, 224, 224]), 'features.11');
  assert.equal(layer('resnet18', [1, 3, 224, 224]), 'layer4');
  assert.equal(layer('googlenet_2014', [1, 3, 224, 224]), 'inception5b');
  assert.equal(layer('inception_v3', [1, 3, 299, 299]), 'Mixed_7c');
});

test('saliency equals PyTorch’s gradient, and a numerical difference', () => {
  const { maps } = saliencyMap(network, picture, { classes });
  assertTorch(maps, torch.saliency, { what: 'saliency', tolerance });
  // In double precision, at some pixels: the central difference of the logit in each channel.
  const step = 1e-5;
  const logitAt = (pixels: readonly number[]) =>
    onReference(() => network.call(tensor(pixels, picture.shape))).data()[classes[0]];
  for (const place of [0, 37, 76, height * width - 1]) {
    const slopes = Array.from({ length: channels }, (_, c) => {
      const moved = (by: number) =>
        torch.picture.data.map((value, i) =>
          i === c * height * width + place ? value + by : value,
        );
      return Math.abs((logitAt(moved(step)) - logitAt(moved(-step))) / (2 * step));
    });
    assert.ok(Math.abs(Math.max(...slopes) - maps.data()[place]) < 1e-5, `pixel ${place}`);
  }
});

test('SmoothGrad is the gradient’s mean: equal to it without noise, near it with little', () => {
  const still = saliencyMap(network, picture, { classes, samples: 3, noise: 0 }).maps;
  assertTorch(still, torch.saliency, { what: 'no noise', tolerance });
  const little = saliencyMap(network, picture, { classes, samples: 4, noise: 1e-4 }).maps;
  assertTorch(little, torch.saliency, { what: 'little noise', tolerance: 2e-2 });
  const much = saliencyMap(network, picture, { classes, samples: 4, noise: 0.5, seed: 1 }).maps;
  assert.notDeepEqual(much.data(), still.data());
  const same = saliencyMap(network, picture, { classes, samples: 4, noise: 0.5, seed: 1 }).maps;
  assert.deepEqual(much.data(), same.data());
});

test('occlusion equals covering by hand, one picture at a time', async () => {
  const [size, stride, value] = [4, 3, 0.5];
  const heard: number[] = [];
  const found = await occlusionMap(network, picture, {
    ...{ classes, size, stride, value, batchSize: 5 },
    onProgress: ({ done, count }) => heard.push(done, count),
  });
  assert.deepEqual(found.rows, [0, 3, 6]);
  assert.deepEqual(found.columns, [0, 3, 6, 9, 10]);
  assert.deepEqual(heard, [5, 15, 10, 15, 15, 15]);
  const answer = (pixels: readonly number[]) =>
    onReference(() => softmax(network.call(tensor(pixels, picture.shape)), 1)).data();
  const whole = answer(torch.picture.data);
  const falls = classes.map(() => Array.from({ length: height * width }, () => [] as number[]));
  const expected = classes.map(() => [] as number[]);
  for (const top of found.rows) {
    for (const left of found.columns) {
      const isCovered = (i: number) => {
        const y = Math.floor((i % (height * width)) / width);
        const x = i % width;
        return y >= top && y < top + size && x >= left && x < left + size;
      };
      const covered = answer(torch.picture.data.map((old, i) => (isCovered(i) ? value : old)));
      classes.forEach((index, k) => {
        expected[k].push(covered[index]);
        falls[k].forEach((list, i) => {
          if (isCovered(i)) list.push(whole[index] - covered[index]);
        });
      });
    }
  }
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const all = { shape: [3, 3, 5], data: expected.flat() };
  assertTorch(found.occluded, all, { what: 'occluded', tolerance });
  const maps = { shape: [3, height, width], data: falls.flat().map(mean) };
  assertTorch(found.maps, maps, { what: 'maps', tolerance });
  found.probabilities.forEach((probability, k) => {
    assert.ok(Math.abs(probability - whole[classes[k]]) < tolerance);
  });
});

test('a signal ends the covering', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(occlusionMap(network, picture, { signal }), /enough/);
});

test('the network is looked at in evaluation mode and left in its own, layer by layer', async () => {
  const dropping = new Sequential(new Dropout(0.9), ...smallNetwork().layers);
  dropping.layers[2].eval();
  const before = dropping.namedModules().map(([, module]) => module.training);
  const shifted = gradCam(dropping, picture, { classes, layer: '5' });
  assertTorch(shifted.maps, torch.gradCam['4'], { what: 'Grad-CAM', tolerance });
  assertTorch(saliencyMap(dropping, picture, { classes }).maps, torch.saliency, {
    ...{ what: 'saliency', tolerance },
  });
  const first = await occlusionMap(dropping, picture, { size: 8 });
  const second = await occlusionMap(network, picture, { size: 8 });
  assert.deepEqual(first.maps.data(), second.maps.data());
  assert.deepEqual(
    dropping.namedModules().map(([, module]) => module.training),
    before,
  );
  assert.ok(before.includes(true) && before.includes(false));
});

test('what cannot be looked at is refused', async () => {
  const two = tensor(new Float32Array(2 * picture.size), [2, channels, height, width]);
  const features = new Sequential(...network.layers.slice(0, 5));
  assert.throws(() => gradCam(network, two), ShapeError);
  assert.throws(() => saliencyMap(features, picture), /expected a classifier.*\[1, 8, 5, 7\]/);
  assert.throws(() => gradCam(network, picture, { layer: '7' }), /expected maps \[1, F, h, w\]/);
  assert.throws(() => gradCam(network, picture, { classes: [4] }), ValueError);
  assert.throws(() => gradCam(network, picture, { classes: [] }), ValueError);
  assert.throws(() => saliencyMap(network, picture, { samples: 0 }), ValueError);
  await assert.rejects(occlusionMap(network, picture, { size: 11 }), /size is 11.*1 to 10/);
  await assert.rejects(occlusionMap(network, picture, { stride: 0 }), ValueError);
  await assert.rejects(occlusionMap(features, picture), ShapeError);
});
