/** Multiply-adds for one picture of the size that the networks were made for, as torchvision publishes them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Shape } from '../src/graph/shape.js';
import { createModel } from '../src/models/index.js';
import { Conv2d, Linear, observeOutputs } from '../src/nn/index.js';
import { zeros } from '../src/ops/index.js';

/** In billions; those of convolutions and fully connected layers count. */
const published = {
  alexnet: 0.714,
  vgg11: 7.609,
  vgg11_bn: 7.609,
  vgg13: 11.308,
  vgg16: 15.47,
  vgg19: 19.632,
  googlenet: 1.498,
  inception_v3: 5.713,
  resnet18: 1.814,
  resnet34: 3.664,
  resnet50: 4.089,
  resnet101: 7.801,
  resnet152: 11.514,
  resnext50_32x4d: 4.23,
  wide_resnet50_2: 11.398,
};

function multiplyAdds(name: string, shape: Shape): number {
  const model = createModel(name).eval();
  const layers = new Map(model.namedModules());
  const { outputs } = observeOutputs(() => model.call(zeros(shape)));
  const counts = outputs.map(({ path, output }) => {
    const layer = layers.get(path);
    if (!(layer instanceof Conv2d || layer instanceof Linear)) return 0;
    return output.size * (layer.weight.size / layer.weight.shape[0]);
  });
  return counts.reduce((a, b) => a + b);
}

for (const [name, billions] of Object.entries(published)) {
  test(`${name}: ${billions} billion`, () => {
    const size = name === 'inception_v3' ? 299 : 224;
    assert.equal((multiplyAdds(name, [1, 3, size, size]) / 1e9).toFixed(3), billions.toFixed(3));
  });
}
