/** Expressions whose parts are shared many times compile in time and code in proportion to their parts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wasm } from '../src/backends/wasm/index.js';
import { add, compile, mul, type Tensor, tensor } from '../src/index.js';

test('a value that is doubled by adding it to itself, forty times', () => {
  // As a tree this has 2^40 leaves.
  const doubled = compile(
    (x: Tensor) => {
      let y = mul(x, 1.5);
      for (let i = 0; i < 40; i++) y = add(y, y);
      return y;
    },
    { backend: wasm },
  );
  const result = doubled(tensor(new Float32Array([1, -2, 0.5]), [3])).data();
  assert.deepEqual([...result], [1.5 * 2 ** 40, -3 * 2 ** 40, 0.75 * 2 ** 40]);
});
