/** Total variation and structural similarity: against their definitions, differences and every backend. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import { sizeOf } from '../src/graph/shape.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { type SsimOptions, ssim, totalVariation } from '../src/nn/index.js';
import { tensor, zeros } from '../src/ops/index.js';
import { Philox } from '../src/random/philox.js';
import { backendsUnderTest } from './backends-under-test.js';
import { checkGradient } from './central-difference.js';
import { compareWithReference } from './compared.js';
import { assertTorch, onReference } from './torch-values.js';

type Shape4 = readonly [number, number, number, number];

/** Random images of 0..1, exact in float32. */
function images(shape: readonly number[], seed: number): Float64Array {
  const random = new Philox(seed);
  return Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(random.uniform()));
}

/** The similarity by its definition: one window at a time, moments about the window's own mean. */
function definedSsim(
  x: Float64Array,
  y: Float64Array,
  [n, c, h, w]: Shape4,
  { dataRange = 1, kernelSize = 11, sigma = 1.5 }: SsimOptions,
): number[] {
  const offsets = [...new Array(kernelSize).keys()];
  const middle = (kernelSize - 1) / 2;
  const bell = (i: number, j: number) =>
    Math.exp(-((i - middle) ** 2 + (j - middle) ** 2) / (2 * sigma * sigma));
  const total = offsets.reduce((all, i) => all + offsets.reduce((s, j) => s + bell(i, j), 0), 0);
  const c1 = (0.01 * dataRange) ** 2;
  const c2 = (0.03 * dataRange) ** 2;
  const perImage: number[] = [];
  for (let image = 0; image < n; image++) {
    let similarity = 0;
    let windows = 0;
    for (let plane = image * c; plane < (image + 1) * c; plane++) {
      for (let top = 0; top + kernelSize <= h; top++) {
        for (let left = 0; left + kernelSize <= w; left++) {
          const expectation = (f: (at: number) => number) => {
            let value = 0;
            for (const i of offsets) {
              for (const j of offsets) {
                value += (bell(i, j) / total) * f((plane * h + top + i) * w + left + j);
              }
            }
            return value;
          };
          const meanX = expectation((at) => x[at]);
          const meanY = expectation((at) => y[at]);
          const varianceX = expectation((at) => (x[at] - meanX) ** 2);
          const varianceY = expectation((at) => (y[at] - meanY) ** 2);
          const covariance = expectation((at) => (x[at] - meanX) * (y[at] - meanY));
          similarity +=
            ((2 * meanX * meanY + c1) * (2 * covariance + c2)) /
            ((meanX ** 2 + meanY ** 2 + c1) * (varianceX + varianceY + c2));
          windows++;
        }
      }
    }
    perImage.push(similarity / windows);
  }
  return perImage;
}

const cases: readonly { shape: Shape4; options: SsimOptions }[] = [
  { shape: [2, 3, 14, 13], options: {} },
  { shape: [1, 1, 11, 11], options: { dataRange: 2 } },
  { shape: [2, 2, 6, 5], options: { kernelSize: 5, sigma: 0.8 } },
];

for (const { shape, options } of cases) {
  const [x, y] = [images(shape, 1), images(shape, 2)];
  const name = `ssim of [${shape}] ${JSON.stringify(options)}`;

  test(`${name}: by its definition`, () => {
    const expected = definedSsim(x, y, shape, options);
    const of = (reduction: 'none' | 'mean' | 'sum') =>
      onReference(() => ssim(tensor(x, shape), tensor(y, shape), { ...options, reduction }));
    assertTorch(of('none'), { shape: [shape[0]], data: expected }, { what: 'each' });
    const sum = expected.reduce((a, b) => a + b, 0);
    assertTorch(of('sum'), { shape: [], data: [sum] }, { what: 'sum' });
    assertTorch(of('mean'), { shape: [], data: [sum / shape[0]] }, { what: 'mean' });
  });

  test(`${name}: its gradient agrees with differences`, () => {
    const inputs = [x, y].map((data) => ({ shape, dtype: 'float32' as const, data }));
    const build = (a: Tensor, b: Tensor) => ssim(a, b, options);
    checkGradient({ name, inputs, build }, 1);
    checkGradient({ name, inputs, build }, 2);
  });

  for (const backend of backendsUnderTest) {
    test(`${name}: ${backend.backend.name} as the reference`, () => {
      const inputs = [x, y].map(() => new Tensor(shape, 'float32', { kind: 'input' }));
      const { result } = trace(() => {
        const value = ssim(inputs[0], inputs[1], options);
        return [value, ...grad(value, inputs)];
      });
      const data = [x, y].map((values) => Float32Array.from(values));
      compareWithReference({ inputs, outputs: result, assignments: [] }, data, backend);
    });
  }
}

test('equal images have the similarity 1, and there no gradient', () => {
  const shape = [1, 1, 12, 12];
  const data = images(shape, 3);
  const { value, dx } = onReference(() => {
    const x = tensor(data, shape);
    const similarity = ssim(x, tensor(data, shape));
    return { value: similarity, dx: grad(similarity, [x])[0] };
  });
  assert.ok(Math.abs(value.item() - 1) < 1e-12);
  assert.ok(dx.data().every((slope) => Math.abs(slope) < 1e-12));
});

test('total variation is the sum over neighbours down and across', () => {
  const x = tensor([0, 1, 3, 2, 2, 5, 1, 1, 1, 1, 1, 2], [2, 1, 2, 3]);
  const of = (reduction: 'none' | 'mean' | 'sum') =>
    onReference(() => totalVariation(x, { reduction }));
  assert.deepEqual([...of('none').data()], [1 + 2 + 0 + 3 + 2 + 1 + 2, 1 + 1]);
  assert.deepEqual([of('mean').item(), of('sum').item()], [6.5, 13]);
  assert.equal(onReference(() => totalVariation(zeros([1, 2, 1, 1]))).item(), 0);
});

test('the gradient of total variation agrees with differences and on every backend', () => {
  const shape = [2, 2, 3, 4];
  const data = images(shape, 4);
  const inputs = [{ shape, dtype: 'float32' as const, data }];
  checkGradient({ name: 'totalVariation', inputs, build: (x) => totalVariation(x) }, 1);
  for (const backend of backendsUnderTest) {
    const x = new Tensor(shape, 'float32', { kind: 'input' });
    const { result } = trace(() => {
      const value = totalVariation(x);
      return [value, ...grad(value, [x])];
    });
    const graph = { inputs: [x], outputs: result, assignments: [] };
    compareWithReference(graph, [Float32Array.from(data)], backend);
  }
});

test('images and options that do not fit are refused', () => {
  const x = zeros([1, 1, 12, 12]);
  const refused = (
    build: () => unknown,
    kind: typeof ShapeError | typeof ValueError,
    message: RegExp,
  ) =>
    assert.throws(
      build,
      (error) => error instanceof kind && message.test((error as Error).message),
    );
  refused(() => ssim(x, zeros([1, 1, 12, 11])), ShapeError, /one shape/);
  refused(() => ssim(zeros([12, 12]), zeros([12, 12])), ShapeError, /\[N, C, H, W\].*\[12, 12\]/);
  const small = zeros([1, 1, 8, 12]);
  refused(() => ssim(small, small), ShapeError, /11 x 11 window is larger than the 8 x 12 image/);
  refused(() => ssim(x, x, { kernelSize: 4 }), ValueError, /kernelSize is 4; expected an odd/);
  refused(() => ssim(x, x, { sigma: 0 }), ValueError, /sigma is 0/);
  refused(
    () => totalVariation(zeros([3, 4])),
    ShapeError,
    /totalVariation: expected float32 images/,
  );
  const odd: object = { beta: 2 };
  refused(() => totalVariation(x, odd), ValueError, /no option "beta"/);
});
