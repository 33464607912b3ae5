/** The larger networks, whole: outputs and gradients as PyTorch's. */

import { afterEach, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createModel } from '../../src/models/index.js';
import { assertComputed } from '../model-cases.js';

const computed: [string, number[]][] = [
  ['resnet50', [1, 3, 33, 40]],
  ['wide_resnet50_2', [1, 3, 32, 24]],
  ['alexnet', [2, 3, 95, 64]],
  ['alexnet', [1, 3, 127, 120]],
  ['alexnet_2012', [2, 3, 95, 64]],
  ['alexnet_2012', [1, 3, 127, 120]],
  ['vgg11', [1, 3, 32, 64]],
  ['vgg16', [1, 3, 32, 32]],
  ['vgg19_bn', [1, 3, 33, 32]],
  ['inception_v3', [1, 3, 79, 77]],
];

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

// The memory of a WebAssembly backend ends at 4 GB: the next network needs that of the last one.
afterEach(async () => {
  for (let i = 0; i < 3; i++) {
    collect();
    await setImmediate();
  }
});

for (const [name, shape] of computed) {
  test(`${name} for [${shape}]: outputs and all gradients`, () => {
    const model = createModel(name);
    assertComputed(name, { model, shape, outputs: (network, x) => [network.call(x)] });
  });
}
