/** Values that PyTorch computed (tests/fixtures/generate-nn.py) and the comparison with them. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { reference } from '../src/backends/reference/index.js';
import { compile, type TensorTree } from '../src/compiler/index.js';
import { sizeOf } from '../src/graph/shape.js';
import type { Tensor } from '../src/graph/tensor.js';
import { tensor } from '../src/ops/index.js';

export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const fixtures = new URL('../../tests/fixtures/', import.meta.url);

export function readFixtureBytes(name: string): Uint8Array {
  return readFileSync(new URL(name, fixtures));
}

/** A fixture as JSON; its type is what the generating script writes. */
export function readFixture<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(name, fixtures), 'utf8'));
}

export const fromTorch = ({ shape, data }: TorchTensor): Tensor => tensor(data, shape);

/** Runs `build` on the float64 reference backend. */
export function onReference<Result extends TensorTree>(build: () => Result): Result {
  return compile(build, { backend: reference })();
}

/** Compares shape and elements; `tolerance` is relative to the value, absolute below 1. */
export function assertTorch(
  actual: Tensor,
  { shape, data }: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  { what, tolerance = 1e-9 }: { what: string; tolerance?: number },
): void {
  assert.deepEqual([...actual.shape], [...shape], `${what}: shape`);
  assert.equal(data.length, sizeOf(shape), `${what}: elements`);
  const values = actual.data();
  for (let i = 0; i < data.length; i++) {
    const error = Math.abs(values[i] - data[i]);
    if (error <= tolerance * Math.max(1, Math.abs(data[i]))) continue;
    assert.fail(`${what}: element ${i} of [${shape}] is ${values[i]}, PyTorch computed ${data[i]}`);
  }
}
