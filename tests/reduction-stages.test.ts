/** Reductions to a few numbers, which threads could not share, are done in two stages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wasm } from '../src/backends/wasm/index.js';
import { compile, max, sum, type Tensor, tensor } from '../src/index.js';
import { Philox } from '../src/random/philox.js';

function values(shape: readonly number[]): Tensor {
  const random = new Philox(7);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

function kernelShapes(shape: readonly number[], reduce: (x: Tensor) => Tensor): string[] {
  const program = compile(reduce, { backend: wasm }).program(values(shape));
  return program.describe().kernels.map((kernel) => kernel.shape.join('x'));
}

test('a sum of everything first sums each row', () => {
  assert.deepEqual(
    kernelShapes([64, 1024], (x) => sum(x)),
    ['64x1', '1x1'],
  );
  assert.deepEqual(
    kernelShapes([4, 8, 2048], (x) => max(x, [0, 1, 2])),
    ['4x8x1', '1x1x1'],
  );
});

test('what is small, has results enough or no dimension to keep stays one kernel', () => {
  assert.deepEqual(
    kernelShapes([64, 32], (x) => sum(x)),
    ['1x1'],
  );
  assert.deepEqual(
    kernelShapes([32, 2048], (x) => sum(x, 1)),
    ['32x1'],
  );
  assert.deepEqual(
    kernelShapes([65536], (x) => sum(x)),
    ['1'],
  );
});

test('both stages together give the sum and the largest value', () => {
  const x = values([64, 1024]);
  const result = compile((input: Tensor) => ({ total: sum(input), top: max(input) }), {
    backend: wasm,
  })(x);
  const data = Array.from(x.data());
  const expected = data.reduce((total, value) => total + value, 0);
  const magnitude = data.reduce((total, value) => total + Math.abs(value), 0);
  assert.ok(Math.abs(result.total.item() - expected) < 2 ** -22 * magnitude);
  assert.equal(result.top.item(), Math.max(...data));
});
