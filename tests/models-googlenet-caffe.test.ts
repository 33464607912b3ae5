/** Weights under the names of Caffe's GoogLeNet: every one finds its layer, and red comes first. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { googlenet2014, stateFromCaffe } from '../src/models/index.js';
import type { StateDict } from '../src/nn/index.js';

/** The layers of Caffe's file, in its order. */
const layers = [
  ...['conv1/7x7_s2', 'conv2/3x3_reduce', 'conv2/3x3'],
  ...['3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'].flatMap((block) =>
    ['1x1', '3x3_reduce', '3x3', '5x5_reduce', '5x5', 'pool_proj'].map(
      (branch) => `inception_${block}/${branch}`,
    ),
  ),
  ...['loss1/conv', 'loss1/fc', 'loss1/classifier', 'loss2/conv', 'loss2/fc', 'loss2/classifier'],
  'loss3/classifier',
];

test('every layer of Caffe’s file has its own in the network of the paper, in the same order', () => {
  const model = googlenet2014();
  const small = { shape: [0, 3, 7, 7], dtype: 'float32', data: new Float32Array() } as const;
  const names = layers.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);
  const state = stateFromCaffe(Object.fromEntries(names.map((name) => [name, small])));
  const ours = model.namedParameters().map(([name]) => name);
  assert.deepEqual(Object.keys(state), ours);
});

test('the first filters read red first, where Caffe’s read blue first', () => {
  const data = Float32Array.from({ length: 2 * 3 * 2 }, (_, i) => i);
  const weight: StateDict[string] = { shape: [2, 3, 1, 2], dtype: 'float32', data };
  const other: StateDict[string] = { ...weight, data: data.slice() };
  const state = stateFromCaffe(
    new Map([
      ['conv1/7x7_s2.weight', weight],
      ['conv2/3x3.weight', other],
    ]),
  );
  assert.deepEqual([...state['conv1.conv.weight'].data], [4, 5, 2, 3, 0, 1, 10, 11, 8, 9, 6, 7]);
  assert.equal(state['conv3.conv.weight'].data, other.data);
});

test('a tensor that Caffe’s network does not have is refused', () => {
  const tensor = { shape: [1], dtype: 'float32', data: new Float32Array(1) } as const;
  for (const name of ['conv1.weight', 'inception_3a/7x7.weight', 'loss3/fc.bias', 'conv2/3x3']) {
    assert.throws(() => stateFromCaffe({ [name]: tensor }), /has no tensor/, name);
  }
});
