/** The loss of classifiers: plain cross entropy, or with a part of that of each auxiliary head. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '../src/graph/tensor.js';
import { mul, tensor } from '../src/index.js';
import { crossEntropy, Linear, Module } from '../src/nn/index.js';
import { type AuxiliaryHeads, classifierLoss } from '../src/train/index.js';

class Plain extends Module {
  readonly fc = new Linear(2, 3);

  forward(x: Tensor): Tensor {
    return this.fc.call(x);
  }
}

class Headed extends Plain implements AuxiliaryHeads {
  readonly auxiliaryWeight = 0.25;

  callWithAuxiliary(x: Tensor) {
    const logits = this.call(x);
    return { logits, auxiliary: this.training ? [mul(logits, 2), mul(logits, -1)] : [] };
  }
}

const images = tensor([1, 2, -1, 3], [2, 2]);
const labels = tensor([2, 0], [2], 'int32');
const entropyOf = (logits: Tensor): number => crossEntropy(logits, labels).data()[0];

test('without auxiliary heads it is the cross entropy', () => {
  const model = new Plain();
  const { logits, loss } = classifierLoss(model, { images, labels });
  assert.deepEqual(logits.data(), model.call(images).data());
  assert.equal(loss.data()[0], entropyOf(logits));
});

test('each auxiliary head adds its part in training', () => {
  const model = new Headed();
  const { logits, loss } = classifierLoss(model, { images, labels });
  const heads = entropyOf(mul(logits, 2)) + entropyOf(mul(logits, -1));
  const expected = entropyOf(logits) + 0.25 * heads;
  assert.ok(Math.abs(loss.data()[0] - expected) < 1e-6);
  const evaluated = classifierLoss(model.eval(), { images, labels });
  assert.equal(evaluated.loss.data()[0], entropyOf(logits));
});
