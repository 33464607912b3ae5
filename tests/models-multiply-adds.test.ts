/** Multiply-adds for one picture of the size that the networks were made for, as torchvision publishes them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summarize } from '../src/inspect/index.js';
import { createModel } from '../src/models/index.js';
import { usualInput } from '../src/models/usual-input.js';

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

for (const [name, billions] of Object.entries(published)) {
  test(`${name}: ${billions} billion`, () => {
    const { totals } = summarize(createModel(name), [[1, ...usualInput(name)]]);
    assert.equal((totals.multiplyAdds / 1e9).toFixed(3), billions.toFixed(3));
  });
}
