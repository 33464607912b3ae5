/** The larger networks, whole: outputs and gradients as PyTorch's. */

import { test } from 'node:test';
import { createModel } from '../../src/models/index.js';
import { assertComputed } from '../model-cases.js';

const computed: [string, number[]][] = [
  ['resnet50', [3, 3, 65, 40]],
  ['wide_resnet50_2', [1, 3, 32, 48]],
  ['resnet18_cifar', [2, 3, 32, 32]],
];

for (const [name, shape] of computed) {
  test(`${name} for [${shape}]: outputs and all gradients`, () => {
    const model = createModel(name);
    assertComputed(name, { model, shape, outputs: (network, x) => [network.call(x)] });
  });
}
