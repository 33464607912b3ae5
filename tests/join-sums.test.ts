/** Sums of the same elements are one kernel, unless one waits for the other. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kernel, Plan, SingleKernel } from '../src/backends/plan.js';
import { compile, exp, grad, max, mul, sub, sum, type Tensor, tensor } from '../src/index.js';
import { BatchNorm2d } from '../src/nn/index.js';
import { Philox } from '../src/random/philox.js';
import { backendsUnderTest } from './backends-under-test.js';

const shape = [48, 40, 64];

function values(seed: number): Tensor {
  const random = new Philox(seed);
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

/** How many operands each reduction of a program has. */
function operandsOf(build: (...inputs: Tensor[]) => Tensor[], inputs: readonly Tensor[]): number[] {
  let kernels: readonly Kernel[] = [];
  const recording = {
    kind: 'kernels',
    name: 'recording',
    load: (plan: Plan) => {
      kernels = plan.kernels;
      return { run: () => [], profile: () => null, dispose: () => {} };
    },
  } as const;
  compile(build, { backend: recording }).program(...inputs);
  return kernels
    .flatMap((kernel): readonly SingleKernel[] =>
      kernel.kind === 'rows' ? kernel.stages : [kernel],
    )
    .flatMap((kernel) => (kernel.kind === 'reduce' ? [kernel.operands.length] : []));
}

for (const dims of [
  [0, 2],
  [0, 1],
]) {
  const moments = (x: Tensor): Tensor[] => {
    const first = sum(x, dims);
    return [first, sub(sum(mul(x, x), dims), mul(first, first))];
  };

  test(`a sum and one of squares over ${dims} are one, the second's result computed of the first's`, () => {
    assert.deepEqual(operandsOf(moments, [values(1)]), [2]);
    const data = values(1).data();
    const [kept] = [0, 1, 2].filter((dim) => !dims.includes(dim));
    const sums = Array.from({ length: shape[kept] }, () => [0, 0]);
    const stride = shape.slice(kept + 1).reduce((product, extent) => product * extent, 1);
    data.forEach((value, i) => {
      const at = sums[Math.floor(i / stride) % shape[kept]];
      at[0] += value;
      at[1] += value * value;
    });
    for (const { backend } of backendsUnderTest) {
      const [first, second] = compile(moments, { backend })(values(1));
      sums.forEach(([total, squares], i) => {
        assert.ok(Math.abs(first.data()[i] - total) < 2e-4, `${backend.name}: ${i}`);
        const expected = squares - total * total;
        assert.ok(Math.abs(second.data()[i] - expected) < 1e-5 * (squares + total * total));
      });
    }
  });
}

test('a sum of what another sum is needed for waits for it', () => {
  const centred = (x: Tensor): Tensor[] => {
    const mean = sum(x, [0, 2], { keepDims: true });
    return [sum(exp(sub(x, mean)), [0, 2])];
  };
  assert.deepEqual(operandsOf(centred, [values(1)]), [1, 1]);
});

test('sums and maxima, and sums of other elements, stay apart', () => {
  assert.deepEqual(
    operandsOf((x) => [sum(x, [0, 2]), max(x, [0, 2])], [values(1)]),
    [1, 1],
  );
  assert.deepEqual(
    operandsOf((x, y) => [sum(x, [0, 2]), sum(y, [0, 2])], [values(1), values(2)]),
    [1, 1],
  );
});

test('batch normalisation goes over its input with two reductions, its gradient with one', () => {
  const norm = new BatchNorm2d(shape[1]);
  const step = (x: Tensor, gradient: Tensor): Tensor[] => {
    const y = norm.call(x);
    return [y, ...grad(y, [x, norm.weight!, norm.bias!], { outputGradient: gradient })];
  };
  const images = [values(1), values(2)].map((x) => tensor(x.data(), [48, 40, 8, 8]));
  assert.deepEqual(operandsOf(step, images), [1, 2, 2]);
});
