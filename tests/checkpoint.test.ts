/** Checkpoints: the same values and gradients from less memory. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Backend } from '../src/backends/contract.js';
import { reference } from '../src/backends/reference/index.js';
import { checkpoint, compile, grad, mean, mul, type Tensor, tensor } from '../src/index.js';
import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Linear,
  Module,
  manualSeed,
  Relu,
  Sequential,
} from '../src/nn/index.js';
import { reshape } from '../src/ops/index.js';
import { SGD } from '../src/optim/index.js';
import { Philox } from '../src/random/philox.js';

class Deep extends Module {
  readonly blocks: readonly Sequential[];
  readonly head = new Linear(8 * 12 * 12, 3);
  readonly #checkpointed: boolean;

  constructor(checkpointed: boolean) {
    super();
    this.#checkpointed = checkpointed;
    this.blocks = Array.from(
      { length: 6 },
      () =>
        new Sequential(
          new Conv2d(8, 8, { kernelSize: 3, padding: 1 }),
          new BatchNorm2d(8),
          new Relu(),
          new Conv2d(8, 8, { kernelSize: 3, padding: 1 }),
          new Relu(),
          new Dropout(0.2),
        ),
    );
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const block of this.blocks) {
      const before = y;
      y = this.#checkpointed ? checkpoint(() => block.call(before)) : block.call(before);
    }
    return this.head.call(reshape(y, [x.shape[0], -1]));
  }
}

function trained(checkpointed: boolean, backend?: Backend) {
  manualSeed(3);
  const model = new Deep(checkpointed);
  const optimizer = new SGD(model.parameters(), { lr: 0.05 });
  const step = compile(
    (x: Tensor) => {
      const output = model.call(x);
      const loss = mean(mul(output, output));
      optimizer.step(grad(loss, optimizer.parameters));
      return { loss };
    },
    { backend },
  );
  const random = new Philox(5);
  const x = tensor(
    Float32Array.from({ length: 4 * 8 * 144 }, () => random.normal()),
    [4, 8, 12, 12],
  );
  const losses = Array.from({ length: 4 }, () => step(x).loss.item());
  return { losses, state: model.stateDict(), program: step.program(x) };
}

test('a checkpointed network trains as the plain one does', () => {
  // In float64, where what rounding does differently stays out of sight; dropout draws the same masks.
  const plain = trained(false, reference);
  const checkpointed = trained(true, reference);
  assert.deepEqual(checkpointed.losses, plain.losses);
  for (const [name, { data }] of Object.entries(plain.state)) {
    assert.deepEqual(checkpointed.state[name].data, data, name);
  }
  trained(true).losses.forEach((loss, i) => {
    const error = Math.abs(loss / plain.losses[i] - 1);
    assert.ok(error < 1e-4, `step ${i}: ${loss}, in float64 ${plain.losses[i]}`);
  });
});

test('describe() tells the bytes that checkpoints save and the operations that they cost', () => {
  const plain = trained(false).program.describe();
  assert.equal(plain.recomputation, null);
  const { arenaBytes, flops, recomputation } = trained(true).program.describe();
  assert.ok(recomputation);
  assert.equal(recomputation.arenaBytesWithout, plain.arenaBytes);
  assert.equal(recomputation.bytesSaved, plain.arenaBytes - arenaBytes);
  assert.equal(recomputation.flops, flops - plain.flops);
  assert.ok(arenaBytes < 0.6 * plain.arenaBytes, `${arenaBytes} of ${plain.arenaBytes} bytes`);
  assert.ok(flops < 1.5 * plain.flops, `${flops} instead of ${plain.flops} operations`);
});
