/** Models by name, and fine-tuning: a new last layer in one call, with the rest frozen. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashedLabels, hashedValues } from '../bench/hashed-data.js';
import { trace } from '../src/graph/trace.js';
import { compile, grad, tensor, zeros } from '../src/index.js';
import {
  createModel,
  GoogLeNet,
  type ImageClassifier,
  InceptionV3,
  modelNames,
  prepareFineTuning,
} from '../src/models/index.js';
import { trainableParameters } from '../src/nn/index.js';
import { SGD } from '../src/optim/index.js';
import { classifierLoss } from '../src/train/index.js';

/** A picture that is large enough for every network, or what the network of 1998 wants. */
const pictureFor = (name: string) =>
  zeros(name.startsWith('lenet5') ? [1, 1, 28, 28] : [1, 3, 75, 75]);

const logitsOf = (model: ImageClassifier, name: string) =>
  trace(() => model.eval().call(pictureFor(name))).result;

/** The names of the parameters that learn. */
function learning(model: ImageClassifier): string[] {
  const trainable = new Set(trainableParameters(model));
  return model.namedParameters().flatMap(([path, one]) => (trainable.has(one) ? [path] : []));
}

for (const name of modelNames()) {
  test(`${name}: any number of classes, from the start and in the place of others`, () => {
    const model = createModel(name, { numClasses: 7 });
    assert.deepEqual(logitsOf(model, name).shape, [1, 7]);
    const before = new Set(model.parameters());
    prepareFineTuning(model, { numClasses: 3 });
    assert.deepEqual(logitsOf(model, name).shape, [1, 3]);
    for (const path of learning(model)) {
      assert.match(path, /^(fc|fc3|linear|classifier\.6)\.(weight|bias)$/);
      assert.ok(!before.has(new Map(model.namedParameters()).get(path)!), `${path} is new`);
    }
    assert.equal(learning(model).length, name === 'lenet5_1998' ? 0 : 2);

    prepareFineTuning(model, { numClasses: 4, train: 'classifier' });
    assert.equal(learning(model).length, model.classifier.parameters().length);
    prepareFineTuning(model, { numClasses: 5, train: 'all' });
    assert.equal(learning(model).length, model.parameters().length);
  });
}

test('a frozen network keeps its weights while the new last layer learns', () => {
  const model = createModel('resnet20');
  model.features.eval();
  prepareFineTuning(model, { numClasses: 3 });
  const optimizer = new SGD(trainableParameters(model), { lr: 1e-3 });
  const step = compile((images, labels) => {
    const { loss } = classifierLoss(model, { images, labels });
    optimizer.step(grad(loss, optimizer.parameters));
    return { loss };
  });
  const images = tensor(hashedValues(4 * 3 * 16 * 16, 1), [4, 3, 16, 16]);
  const labels = tensor(hashedLabels(4, 3, 2), [4], 'int32');
  const before = model.stateDict();
  const losses = Array.from({ length: 10 }, () => step(images, labels).loss.data()[0]);
  assert.ok(losses[9] < losses[0], `${losses}`);
  for (const [name, { data }] of Object.entries(model.stateDict())) {
    if (name.startsWith('linear')) assert.notDeepEqual(data, before[name].data);
    else assert.deepEqual(data, before[name].data, name);
  }
});

test('auxiliary heads get the new classes, and rest while they are frozen', () => {
  for (const [model, size, count] of [
    [new GoogLeNet(), 64, 2],
    [new InceptionV3(), 299, 1],
  ] as const) {
    const x = zeros([2, 3, size, size]);
    const auxiliary = () => trace(() => model.callWithAuxiliary(x)).result.auxiliary;
    prepareFineTuning(model, { numClasses: 3, train: 'all' });
    assert.deepEqual(
      auxiliary().map(({ shape }) => shape),
      Array.from({ length: count }, () => [2, 3]),
    );
    prepareFineTuning(model, { numClasses: 3 });
    assert.equal(auxiliary().length, 0);
  }
});

test('wrong options are refused before anything changes', () => {
  const model = createModel('resnet20');
  const { length } = learning(model);
  const wrong = [{ numClasses: 0 }, { numClasses: 2, train: 'heads' }, { classes: 2 }];
  for (const options of wrong) {
    assert.throws(
      () => prepareFineTuning(model, options as never),
      /^ValueError: prepareFineTuning/,
    );
  }
  assert.equal(learning(model).length, length);
  assert.deepEqual(logitsOf(model, 'resnet20').shape, [1, 10]);
});
