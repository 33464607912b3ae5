/** Convolutions of 1 x 1 with strides: what they look at is copied, and what they compute stays the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { wasm } from '../src/backends/wasm/index.js';
import { compile } from '../src/compiler/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { conv2d, mul, relu, sum } from '../src/ops/index.js';
import { normalTensor } from './normal-numbers.js';

const cases = [
  { name: 'even rows', x: [2, 8, 12, 12], outputs: 24, stride: 2 },
  { name: 'odd rows, of which the last is left out', x: [1, 6, 7, 10], outputs: 16, stride: 2 },
  { name: 'other strides along each axis', x: [3, 5, 9, 11], outputs: 17, stride: [3, 1] },
] as const;

for (const { name, x: shape, outputs, stride } of cases) {
  test(`${name}: a copy and a product, with the values and gradients of the reference`, () => {
    const x = normalTensor(shape, 1);
    const weight = normalTensor([outputs, shape[1], 1, 1], 2);
    const forward = (a: Tensor, w: Tensor): Tensor => relu(conv2d(a, w, { stride }));
    const both = (a: Tensor, w: Tensor): Tensor[] => [
      forward(a, w),
      ...grad(sum(mul(forward(a, w), forward(a, w))), [a, w]),
    ];
    const infer = compile(forward, { backend: wasm });
    const methods = infer
      .program(x, weight)
      .describe()
      .kernels.map(({ method }) => method);
    assert.ok(methods.includes('matrix product'), `computed by ${methods}`);
    const actual = compile(both, { backend: wasm })(x, weight);
    const exact = compile(both, { backend: reference })(x, weight);
    exact.forEach((expected, i) => {
      const scale = Math.max(...expected.data().map(Math.abs));
      const found = actual[i].data();
      expected.data().forEach((value, at) => {
        assert.ok(Math.abs(found[at] - value) <= 1e-5 * scale, `${found[at]} is not ${value}`);
      });
    });
  });
}

test('a few outputs, groups and padding are convolved where they lie', () => {
  const kinds = (options: Parameters<typeof conv2d>[2], outputs: number, channels = 8): string[] =>
    compile((a, w) => conv2d(a, w, options), { backend: wasm })
      .program(normalTensor([1, 8, 12, 12], 1), normalTensor([outputs, channels, 1, 1], 2))
      .describe()
      .kernels.map(({ kind }) => kind);
  assert.deepEqual(kinds({ stride: 2 }, 16), ['map', 'conv2d']);
  assert.deepEqual(kinds({ stride: 2 }, 4), ['conv2d']);
  assert.deepEqual(kinds({ stride: 2, groups: 2 }, 32, 4), ['conv2d']);
  assert.ok(!kinds({ stride: 2, padding: 1 }, 16).includes('map'));
});
