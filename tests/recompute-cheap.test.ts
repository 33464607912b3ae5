/** Values that are cheap to make again are not kept. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Buffer, Kernel, Plan } from '../src/backends/plan.js';
import { writesOf } from '../src/backends/plan.js';
import { reference } from '../src/backends/reference/index.js';
import type { TensorTree } from '../src/compiler/tensor-tree.js';
import { compile, grad, relu, type Tensor, tensor } from '../src/index.js';
import { BatchNorm2d, Conv2d } from '../src/nn/index.js';
import { Philox } from '../src/random/philox.js';
import { backendsUnderTest } from './backends-under-test.js';

const shape = [8, 16, 12, 12];
const size = 8 * 16 * 144;

function values(seed: number): Tensor {
  const random = new Philox(seed);
  return tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

function normalised() {
  const norm = new BatchNorm2d(16);
  return (x: Tensor, gradient: Tensor) => {
    const y = relu(norm.call(x));
    const [dx, dw] = grad(y, [x, norm.weight!], { outputGradient: gradient });
    return { y, dx, dw };
  };
}

/** The buffers of the size of the input that the kernels of a program write. */
function largeWrites(build: (x: Tensor, gradient: Tensor) => TensorTree): Buffer[] {
  let kernels: readonly Kernel[] = [];
  const recording = {
    kind: 'kernels',
    name: 'recording',
    load: (plan: Plan) => {
      kernels = plan.kernels;
      return { run: () => [], profile: () => null, dispose: () => {} };
    },
  } as const;
  compile(build, { backend: recording }).program(values(1), values(2));
  return kernels.flatMap(writesOf).filter(({ length }) => length === size);
}

test('batch normalisation and the ReLU behind it keep nothing of the size of their input', () => {
  const large = largeWrites(normalised());
  // The output and the gradient of the input; the gradient behind the ReLU, which two sums read.
  assert.equal(large.filter(({ dtype }) => dtype === 'float32').length, 3);
  assert.equal(large.filter(({ dtype }) => dtype === 'bool').length, 0);
});

test('batch normalisation behind a convolution keeps nothing but what the convolution gives', () => {
  const norm = new BatchNorm2d(16);
  const conv = new Conv2d(16, 16, { kernelSize: 1 });
  // The convolution's output, and the program's.
  assert.equal(largeWrites((x) => relu(norm.call(conv.call(x)))).length, 2);
});

for (const { backend } of backendsUnderTest) {
  test(`${backend.name}: its values and gradients stay what they are`, () => {
    const inputs = [values(1), values(2)] as const;
    const expected = compile(normalised(), { backend: reference })(...inputs);
    const actual = compile(normalised(), { backend })(...inputs);
    for (const name of ['y', 'dx', 'dw'] as const) {
      const [a, b] = [actual, expected].map((results) => Float64Array.from(results[name].data()));
      const scale = b.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      a.forEach((v, i) => {
        assert.ok(Math.abs(v - b[i]) <= 2e-6 * scale, `${name}[${i}]: ${v}, expected ${b[i]}`);
      });
    }
  });
}
