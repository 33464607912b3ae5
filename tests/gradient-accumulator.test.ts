/** GradientAccumulator: several batches make the update of one that is as large as all of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { compile } from '../src/compiler/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { Linear, manualSeed, mse } from '../src/nn/index.js';
import { tensor } from '../src/ops/index.js';
import { Adam, GradientAccumulator } from '../src/optim/index.js';
import { Philox } from '../src/random/philox.js';

const random = new Philox(2);
const values = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const [inputs, targets] = [values(12 * 5), values(12 * 3)];
const part = (first: number, count: number): [Tensor, Tensor] => [
  tensor(inputs.subarray(first * 5, (first + count) * 5), [count, 5]),
  tensor(targets.subarray(first * 3, (first + count) * 3), [count, 3]),
];

function network() {
  manualSeed(1);
  const model = new Linear(5, 3);
  return { model, optimizer: new Adam(model.parameters(), { lr: 0.1 }) };
}

function accumulating(batches: number) {
  const { model, optimizer } = network();
  const accumulator = new GradientAccumulator(optimizer, { batches });
  const gradients = (x: Tensor, y: Tensor) => grad(mse(model.call(x), y), optimizer.parameters);
  const more = compile((x: Tensor, y: Tensor) => accumulator.add(gradients(x, y)) ?? []);
  const last = compile((x: Tensor, y: Tensor) => accumulator.step(gradients(x, y)) ?? []);
  const step = (number: number, batch: [Tensor, Tensor]) =>
    accumulator.isLast(number) ? last(...batch) : more(...batch);
  return { model, accumulator, optimizer, step };
}

test('three batches of four make the update of one of twelve, again and again', () => {
  const whole = network();
  const learn = compile((x: Tensor, y: Tensor) => {
    whole.optimizer.step(grad(mse(whole.model.call(x), y), whole.optimizer.parameters));
    return [];
  });
  const parts = accumulating(3);
  for (let update = 0; update < 4; update++) {
    learn(...part(0, 12));
    for (let i = 0; i < 3; i++) parts.step(3 * update + i, part(4 * i, 4));
    const [expected, actual] = [whole.model, parts.model].map(({ weight }) => weight.data());
    expected.forEach((value, i) => {
      assert.ok(Math.abs(actual[i] - value) < 2e-6, `${actual[i]} is not ${value}`);
    });
  }
});

test('what was added so far is state', () => {
  const [first, second] = [accumulating(3), accumulating(3)];
  first.step(0, part(0, 4));
  first.step(1, part(4, 4));
  second.accumulator.loadStateDict(first.accumulator.stateDict());
  first.step(2, part(8, 4));
  second.step(2, part(8, 4));
  assert.deepEqual(second.model.weight.data(), first.model.weight.data());
  const cleared = second.accumulator.stateDict();
  assert.ok(Object.values(cleared).every(({ data }) => data.every((value) => value === 0)));
});

test('what does not fit is refused', () => {
  const { accumulator, optimizer } = accumulating(2);
  assert.throws(() => accumulator.add([]), /expected 2 gradients.*got 0/);
  assert.throws(() => new GradientAccumulator(optimizer, { batches: 0 }), /batches/);
});
