/** NoiseSource draws normal numbers of any shape, other ones every time. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../src/compiler/index.js';
import { NoiseSource } from '../src/nn/index.js';

test('noise is normal, goes on, and has odd sizes as well', () => {
  const noise = new NoiseSource([5, 3], { seed: 1 });
  const draw = compile(() => ({ numbers: noise.draw(7) }));
  const values = [...Array(200)].flatMap(() => Array.from(draw().numbers.data()));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert.equal(values.length, 200 * 105);
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.03, `${mean} ${variance}`);
  assert.ok(new Set(values).size > 0.98 * values.length);
});
