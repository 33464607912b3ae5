/** Constants given in doubles: exact on the reference, rounded to float32 where a fast backend takes them over. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reference } from '../src/backends/reference/index.js';
import { wasm } from '../src/backends/wasm/index.js';
import { compile } from '../src/compiler/index.js';
import { mul, tensor } from '../src/ops/index.js';

const thirds = () => tensor(Float64Array.of(1 / 3, -2 / 3, 1e300), [3]);
const run = (backend: typeof wasm | typeof reference) => {
  const values = compile(() => ({ given: thirds(), scaled: mul(thirds(), 3) }), { backend })();
  return { given: values.given.data(), scaled: values.scaled.data() };
};

test('the reference keeps every digit', () => {
  const { given, scaled } = run(reference);
  assert.deepEqual([...given], [1 / 3, -2 / 3, 1e300]);
  assert.deepEqual([...scaled], [1, -2, 1e300 * 3]);
});

test('a fast backend rounds to float32, also what it only hands on', () => {
  const { given, scaled } = run(wasm);
  assert.ok(given instanceof Float32Array);
  assert.deepEqual([...given], [1 / 3, -2 / 3, 1e300].map(Math.fround));
  assert.deepEqual(
    [...scaled],
    [1 / 3, -2 / 3, 1e300].map((x) => Math.fround(Math.fround(x) * 3)),
  );
});
