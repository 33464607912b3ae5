/** A fully connected layer as a convolution and back: the same numbers, and a classifier that slides. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../src/graph/errors.js';
import {
  Conv2d,
  conv2dToLinear,
  Flatten,
  Linear,
  linearToConv2d,
  manualSeed,
  Relu,
  Sequential,
} from '../src/nn/index.js';
import { reshape, slice, tensor } from '../src/ops/index.js';
import { assertTorch, onReference } from './torch-values.js';

/** Different numbers at every place. */
function picture(shape: readonly number[]) {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensor(Array.from({ length: size }, (_, i) => Math.sin(1.7 * i)).map(Math.fround), shape);
}

test('a linear layer and its convolution compute the same, with and without bias', () => {
  manualSeed(0);
  for (const bias of [true, false]) {
    const linear = new Linear(5 * 3 * 2, 4, { bias });
    const conv = linearToConv2d(linear, { inputShape: [5, 3, 2] });
    assert.deepEqual([...conv.weight.shape], [4, 5, 3, 2]);
    assert.equal(conv.bias !== null, bias);
    const back = conv2dToLinear(conv);
    const { flat, convolved, again } = onReference(() => {
      const x = picture([2, 5, 3, 2]);
      const rows = new Flatten().call(x);
      return { flat: linear.call(rows), convolved: conv.call(x), again: back.call(rows) };
    });
    assert.deepEqual([...convolved.shape], [2, 4, 1, 1]);
    assertTorch(convolved, { shape: [2, 4, 1, 1], data: flat.data() }, { what: 'convolution' });
    assertTorch(again, { shape: [2, 4], data: flat.data() }, { what: 'linear again' });
  }
});

test('the weights are copies', () => {
  const linear = new Linear(4, 1);
  const conv = linearToConv2d(linear, { inputShape: [1, 2, 2] });
  const before = [...conv.weight.data()];
  linear.weight.set([1, 2, 3, 4]);
  assert.deepEqual([...conv.weight.data()], before);
});

test('a classifier slides over a larger picture', () => {
  manualSeed(1);
  const [first, second] = [new Linear(3 * 4 * 4, 6), new Linear(6, 5)];
  const classifier = new Sequential(new Flatten(), first, new Relu(), second);
  const sliding = new Sequential(
    linearToConv2d(first, { inputShape: [3, 4, 4] }),
    new Relu(),
    linearToConv2d(second, { inputShape: [6, 1, 1] }),
  );
  const { map, single } = onReference(() => {
    const x = picture([1, 3, 6, 7]);
    const places = [0, 1, 2].flatMap((top) => [0, 1, 2, 3].map((left) => [top, left]));
    const single = places.map(([top, left]) => {
      const part = slice(x, { start: [0, 0, top, left], end: [1, 3, top + 4, left + 4] });
      return reshape(classifier.call(part), [5]);
    });
    return { map: sliding.call(x), single };
  });
  assert.deepEqual([...map.shape], [1, 5, 3, 4]);
  const places = single.map((scores) => scores.data());
  const expected = [0, 1, 2, 3, 4].flatMap((label) => places.map((scores) => scores[label]));
  assertTorch(map, { shape: [1, 5, 3, 4], data: expected }, { what: 'scores' });
});

test('what has no equal is refused', () => {
  const fc = new Linear(12, 2);
  assert.throws(
    () => linearToConv2d(fc, { inputShape: [3, 2, 3] }),
    /\[3, 2, 3\] does not hold the 12/,
  );
  for (const options of [{ padding: 1 }, { groups: 2 }, { dilation: 2 }]) {
    const conv = new Conv2d(2, 2, { kernelSize: 2, ...options });
    assert.throws(() => conv2dToLinear(conv), ValueError);
  }
});
