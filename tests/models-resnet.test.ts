/** ResNets: names and shapes as torchvision's, outputs and gradients as PyTorch's. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../src/graph/errors.js';
import { trace } from '../src/graph/trace.js';
import { CifarResNet, createModel, ImageClassifier } from '../src/models/index.js';
import { zeros } from '../src/ops/index.js';
import { assertComputed, assertState, testCounts } from './model-cases.js';

const counts = {
  resnet18: 11_689_512,
  resnet34: 21_797_672,
  resnet50: 25_557_032,
  resnet101: 44_549_160,
  resnet152: 60_192_808,
  resnext50_32x4d: 25_028_904,
  wide_resnet50_2: 68_883_240,
  resnet18_cifar: 11_173_962,
  resnet20: 269_722,
  resnet32: 464_154,
  resnet44: 658_586,
  resnet56: 853_018,
  resnet110: 1_727_962,
};

testCounts(counts);

test('state dictionaries are in PyTorch’s order', () => {
  for (const name of ['resnet18', 'resnet20']) assertState(createModel(name), name);
  const names = Object.keys(createModel('resnet18').stateDict());
  assert.deepEqual(names.slice(0, 7), [
    ...['conv1.weight', 'bn1.weight', 'bn1.bias', 'bn1.running_mean', 'bn1.running_var'],
    ...['bn1.num_batches_tracked', 'layer1.0.conv1.weight'],
  ]);
  assert.ok(names.includes('layer2.0.downsample.0.weight'));
  assert.ok(names.includes('layer2.0.downsample.1.running_var'));
  assert.ok(!names.includes('layer1.0.downsample.0.weight'));
  assert.deepEqual(names.slice(-2), ['fc.weight', 'fc.bias']);
});

const computed: [string, number[], { training?: boolean }?][] = [
  ['resnet18', [1, 3, 40, 33]],
  ['resnet18', [2, 3, 32, 32]],
  ['resnet50', [1, 3, 32, 32]],
  ['resnext50_32x4d', [1, 3, 32, 32]],
  ['resnet18_cifar', [1, 3, 16, 16]],
  ['resnet18_cifar', [1, 3, 9, 13]],
  ['resnet20', [2, 3, 32, 32]],
  ['resnet20', [4, 3, 13, 15], { training: true }],
];

for (const [name, shape, { training = false } = {}] of computed) {
  test(`${name} for [${shape}]${training ? ' in training' : ''}: outputs and all gradients`, () => {
    const model = createModel(name);
    assertComputed(name, { model, shape, training, outputs: (network, x) => [network.call(x)] });
  });
}

test('features and classifier can be taken apart, and keep their paths', () => {
  for (const name of ['resnet18', 'resnet20']) {
    const model = createModel(name, { numClasses: 7 }).eval();
    assert.ok(model instanceof ImageClassifier);
    const x = zeros([2, 3, 40, 64]);
    const maps = model.features.call(x);
    assert.deepEqual(maps.shape.slice(2), name === 'resnet18' ? [2, 2] : [10, 16]);
    assert.deepEqual(model.classify(maps).shape, [2, 7]);
    assert.equal(model.features.parameters().length + 2, model.parameters().length);
    assert.equal(model.features.parameters()[4], model.parameters()[4]);
    assert.throws(
      () => trace(() => model.call(zeros([2, 1, 40, 64]))),
      /^ShapeError: conv1 \(Conv2d 3 -> /,
    );
  }
});

test('the first weights have the spread of He et al. 2015', () => {
  const spread = (values: ArrayLike<number>) =>
    Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0) / values.length);
  const weights = new Map(createModel('resnet18').namedParameters());
  const near = (name: string, std: number) => {
    const found = spread(weights.get(name)!.data());
    assert.ok(Math.abs(found / std - 1) < 0.02, `${name}: ${found}, expected ${std}`);
  };
  near('layer1.0.conv1.weight', Math.sqrt(2 / (64 * 9)));
  near('layer2.0.conv1.weight', Math.sqrt(2 / (128 * 9)));
  near('fc.weight', 1 / Math.sqrt(3 * 512));
});

test('a depth that the paper’s rule does not give is refused', () => {
  assert.throws(() => new CifarResNet(21), ValueError);
  assert.throws(() => new CifarResNet(2), /depth is 2; expected 6n \+ 2/);
  assert.throws(() => createModel('resnet18', { numClasses: 0 }), /ResNet: numClasses is 0/);
  assert.throws(() => createModel('resnet18_cifar', { classes: 2 } as object), /"numClasses"/);
});

test('a file from before batches were counted is loaded', () => {
  const model = createModel('resnet20');
  const { 'bn1.weight': weight, ...others } = model.stateDict();
  const old = Object.entries(others).filter(([name]) => !name.endsWith('num_batches_tracked'));
  const loaded = model.loadStateDict(Object.fromEntries([...old, ['bn1.weight', weight]]));
  assert.deepEqual(loaded, { missing: [], unexpected: [] });
  assert.throws(() => model.loadStateDict(Object.fromEntries(old)), /missing: bn1\.weight/);
});
