/** Reductions of many rows to wide results, panel by panel. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wasm } from '../src/backends/wasm/index.js';
import { sizeOf } from '../src/graph/shape.js';
import { Tensor } from '../src/graph/tensor.js';
import { cast, compile, max, mul, permute, type Shape, sum, tensor } from '../src/index.js';
import { Philox } from '../src/random/philox.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';

/** Many rows, few, and some between; whole panels, parts of one and of a vector. */
const shapes: Shape[] = [
  [1, 150, 67],
  [3, 16, 513],
  [2, 65, 130],
  [1, 300, 256],
];

const reductions = (x: Tensor): Tensor[] => {
  const whole = cast(mul(x, 100), 'int32');
  return [
    sum(x, 1),
    sum(mul(x, x), 1),
    max(x, 1),
    sum(whole, 1),
    max(whole, 1),
    sum(cast(whole, 'bool'), 1),
    sum(permute(x, [0, 2, 1]), [0, 2]),
  ];
};

for (const underTest of backendsUnderTest) {
  test(`${underTest.backend.name}: sums and maxima of floats, integers and flags`, () => {
    for (const shape of shapes) {
      const random = new Philox(3);
      const values = Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
      const x = new Tensor(shape, 'float32', { kind: 'input' });
      const graph = { inputs: [x], outputs: reductions(x), assignments: [] };
      compareWithReference(graph, [values], underTest);
    }
  });
}

test('a NaN among many makes the maximum NaN, and only its own', () => {
  const shape = [100, 200];
  const values = new Float32Array(20_000).fill(-1);
  values[57 * 200 + 123] = Number.NaN;
  const top = compile((x: Tensor) => max(x, 0), { backend: wasm })(tensor(values, shape)).data();
  top.forEach((value, i) => {
    assert.ok(i === 123 ? Number.isNaN(value) : value === -1, `${i}: ${value}`);
  });
});

test('a sum of many numbers is as exact as float64 runs of 64 make it', () => {
  const rows = 1 << 16;
  const values = new Float32Array(rows * 64).fill(0.1);
  const total = compile((x: Tensor) => sum(x, 0), { backend: wasm })(tensor(values, [rows, 64]));
  const expected = rows * Math.fround(0.1);
  for (const value of total.data()) assert.ok(Math.abs(value / expected - 1) < 2e-6, `${value}`);
});
