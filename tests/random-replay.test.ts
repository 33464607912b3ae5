/** Random masks when training goes back: the same steps draw the same masks again, broken ones too. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataLoader, drawDigits } from '../src/data/index.js';
import { ones, type Tensor, tensor } from '../src/index.js';
import { BatchNorm1d, Dropout, Flatten, Linear, Module, Sequential } from '../src/nn/index.js';
import { add, equal, sum, where } from '../src/ops/index.js';
import { Adam } from '../src/optim/index.js';
import { classifierLossOf, classifierStep } from '../src/train/classifier-step.js';
import { guardedStep } from '../src/train/guarded-step.js';
import { NonFiniteError, trainClassifier } from '../src/train/index.js';
import { Snapshots } from '../src/train/snapshots.js';

const dataset = drawDigits({ count: 40 });
const statistics = { mean: [0.5], std: [0.25] };
const [images, labels] = [
  tensor(dataset.images, [40, 1, 28, 28]),
  tensor(Int32Array.from(dataset.labels), [40]),
];

function droppingModel(): { model: Module; drop: Dropout } {
  const drop = new Dropout(0.5, { seed: 1 });
  const layers = [new Linear(784, 12), new BatchNorm1d(12), drop, new Linear(12, 10)];
  return { model: new Sequential(new Flatten(), ...layers), drop };
}

test('steps after a snapshot is restored have the losses that they had before', () => {
  const { model } = droppingModel();
  const optimizer = new Adam(model.parameters());
  const snapshots = new Snapshots(model, optimizer);
  const step = classifierStep(model, { optimizer, statistics, dataset });
  const losses = () => [1, 2, 3, 4].map(() => step(images, labels).loss.item());
  losses();
  snapshots.before(0);
  const first = losses();
  assert.equal(snapshots.restore(4), 0);
  assert.deepEqual(losses(), first);
  assert.notDeepEqual(losses(), first);
});

test('a guarded step that breaks leaves masks and statistics as they were', () => {
  const { model, drop } = droppingModel();
  const optimizer = new Adam(model.parameters());
  const guarded = guardedStep(model, {
    optimizer,
    lossOf: classifierLossOf(model, { statistics }),
  });
  const state = () => [...model.buffers(), drop.generator.state].map((v) => [...v.data()]);
  const before = state();
  assert.equal(guarded.run(images, labels).finite.item(), 1);
  const after = state();
  assert.notDeepEqual(after.at(-1), before.at(-1));
  assert.equal(guarded.run(images, tensor(new Int32Array(40).fill(99), [40])).finite.item(), 0);
  assert.deepEqual(state(), after);
  guarded.restoreLastGood();
  assert.deepEqual(state(), before);
});

/** Adds infinity when a mask leaves out all of eight numbers. */
class RareBreak extends Module {
  readonly drop = new Dropout(0.5, { seed: 2 });

  forward(x: Tensor): Tensor {
    const none = equal(sum(this.drop.call(ones([8]))), 0);
    return add(x, where(none, Number.POSITIVE_INFINITY, 0));
  }
}

test('what a rare mask breaks is found again in the step and layer where it broke', async () => {
  const alike = new Dropout(0.5, { seed: 2 });
  let expected = 0;
  while (
    alike
      .call(ones([8]))
      .data()
      .some((value) => value !== 0)
  )
    expected++;
  assert.ok(expected > 2 && expected < 1000, `${expected}`);
  const model = new Sequential(new Flatten(), new Linear(784, 10), new RareBreak());
  const training = trainClassifier(model, {
    optimizer: new Adam(model.parameters()),
    loader: new DataLoader(dataset, { batchSize: 20 }),
    epochs: 500,
  });
  const error: unknown = await training.catch((reason) => reason);
  assert.ok(error instanceof NonFiniteError);
  assert.equal(error.step, expected);
  assert.deepEqual(error.place, { kind: 'layer', path: '2', layer: 'RareBreak' });
});

test('generators are found wherever they are, once, and only theirs are loaded', () => {
  const { model } = droppingModel();
  assert.deepEqual(
    model.namedGenerators().map(([path]) => path),
    ['3.generator'],
  );
  assert.deepEqual(Object.keys(model.generatorState()), ['3.generator']);
  assert.ok(!('3.generator' in model.stateDict()));
  assert.throws(
    () => model.loadGeneratorState({}),
    /^ValueError: loadGeneratorState: this state does not fit Sequential; missing: 3.generator \[4\]/,
  );
});
