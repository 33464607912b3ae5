/** Convolutions in tiles and by channels: the algebra is exact, the errors in float32 are small, any number of threads gives the same bits. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { createWasmBackend, wasm } from '../src/backends/wasm/index.js';
import { fastCorrelation } from '../src/backends/wasm/kernels/conv-2d/winograd/toom-cook.js';
import { compile } from '../src/compiler/index.js';
import {
  add,
  type Conv2dOptions,
  conv2d,
  convTranspose2d,
  mul,
  permute,
  relu,
  sum,
  tensor,
} from '../src/ops/index.js';
import { Philox } from '../src/random/philox.js';
import { normalNumbers } from './normal-numbers.js';

for (const [outputs, taps] of [
  [2, 3],
  [3, 2],
  [4, 2],
  [2, 4],
  [3, 3],
  [4, 3],
  [3, 4],
  [2, 5],
]) {
  test(`${outputs} outputs of ${taps} taps from ${outputs + taps - 1} products`, () => {
    const { size, dataMatrix, tapMatrix, resultMatrix } = fastCorrelation(outputs, taps);
    const random = new Philox(outputs * 10 + taps);
    const data = Array.from({ length: size }, () => random.uniform() - 0.5);
    const filter = Array.from({ length: taps }, () => random.uniform() - 0.5);
    const times = (matrix: readonly (readonly number[])[], column: readonly number[]): number[] =>
      matrix.map((row) => row.reduce((total, value, k) => total + value * column[k], 0));
    const transformed = times(tapMatrix, filter);
    const products = times(dataMatrix, data).map((value, i) => value * transformed[i]);
    times(resultMatrix, products).forEach((actual, i) => {
      const expected = filter.reduce((total, tap, j) => total + tap * data[i + j], 0);
      assert.ok(Math.abs(actual - expected) < 1e-13, `output ${i}: ${actual}, not ${expected}`);
    });
  });
}

interface Case {
  readonly what: string;
  /** [N, C, H, W] and [O, C, K, K] */
  readonly input: readonly number[];
  readonly outputs: number;
  readonly kernel: number | readonly [number, number];
  readonly options?: Conv2dOptions;
  /** How output, input gradient and filter gradient must be computed. */
  readonly methods: readonly [RegExp, RegExp, RegExp];
}

const threeTaps = /^Winograd F\(4x4, 3x3\), by (tiles|points)$/;
const twoTaps = /^Winograd F\(4x4, 2x2\), by tiles$/;
const rowOfTaps = /^Winograd F\(4x4, 1x3\), by tiles$/;
const gradientOfThree = /^Winograd F\(3x3, 4x4\)$/;
const twoTapsOfPhases = /^Winograd F\(4x4, 2x2\) of 4 phases, by (tiles|points)$/;
const phases = /^phases: Winograd F\(4x4, 2x2\), by (tiles|points)$/;
const mixedPhases = /^phases: .*Winograd F\(4x4, 2x2\)/;
const gradientOfPhases = /^Winograd F\(2x2, 4x4\) of 4 phases$/;
const direct = /direct/;

const cases: readonly Case[] = [
  {
    what: 'whole tiles',
    input: [9, 16, 8, 8],
    ...{ outputs: 16, kernel: 3, options: { padding: 1 } },
    methods: [threeTaps, threeTaps, gradientOfThree],
  },
  {
    what: 'planes that tiles do not fit, channels that panels do not fit',
    input: [9, 20, 9, 13],
    ...{ outputs: 22, kernel: 3, options: { padding: 1 } },
    methods: [threeTaps, /direct/, /direct/],
  },
  {
    what: 'padding on four sides, a narrow last panel',
    input: [13, 16, 7, 6],
    ...{ outputs: 20, kernel: 3, options: { padding: [2, 0, 1, 3] } },
    methods: [threeTaps, threeTaps, direct],
  },
  {
    what: 'planes smaller than a tile',
    input: [65, 32, 3, 3],
    ...{ outputs: 16, kernel: 3, options: { padding: 1 } },
    methods: [threeTaps, threeTaps, direct],
  },
  {
    what: 'one row of tiles, many filters (point by point)',
    input: [27, 96, 4, 6],
    ...{ outputs: 104, kernel: 3, options: { padding: 1 } },
    methods: [threeTaps, threeTaps, gradientOfThree],
  },
  {
    what: 'stride 2',
    input: [9, 16, 16, 16],
    ...{ outputs: 24, kernel: 4, options: { stride: 2, padding: 1 } },
    methods: [twoTapsOfPhases, phases, gradientOfPhases],
  },
  {
    what: 'stride 2 that leaves a row and two columns out',
    input: [17, 16, 17, 19],
    ...{ outputs: 16, kernel: 4, options: { stride: 2 } },
    methods: [twoTapsOfPhases, /^phases: /, gradientOfPhases],
  },
  {
    what: 'stride 2, more filters than a cache holds',
    input: [33, 64, 8, 8],
    ...{ outputs: 48, kernel: 4, options: { stride: 2, padding: 1 } },
    methods: [twoTapsOfPhases, phases, gradientOfPhases],
  },
  {
    what: 'stride 2 and three taps, which not every phase has two of',
    input: [9, 16, 32, 32],
    ...{ outputs: 32, kernel: 3, options: { stride: 2, padding: 1 } },
    methods: [twoTapsOfPhases, mixedPhases, gradientOfPhases],
  },
  {
    what: 'stride 2 and five taps',
    input: [9, 16, 17, 15],
    ...{ outputs: 16, kernel: 5, options: { stride: 2, padding: 2 } },
    methods: [
      /^Winograd F\(4x4, 3x3\) of 4 phases, by tiles$/,
      /^phases: /,
      /^Winograd F\(3x3, 4x4\) of 4 phases$/,
    ],
  },
  {
    what: 'a row of three taps',
    input: [9, 32, 16, 16],
    ...{ outputs: 32, kernel: [1, 3], options: { padding: [0, 1] } },
    methods: [rowOfTaps, rowOfTaps, /^Winograd F\(1x3, 4x4\)$/],
  },
  {
    what: 'more tiles than are transformed at once',
    input: [2, 16, 36, 32],
    ...{ outputs: 464, kernel: 3, options: { padding: 1 } },
    methods: [threeTaps, threeTaps, gradientOfThree],
  },
  {
    what: 'a channel for each group',
    input: [3, 12, 13, 14],
    ...{ outputs: 12, kernel: 3, options: { padding: 1, groups: 12 } },
    methods: [/^depthwise$/, /^depthwise$/, /^depthwise gradient$/],
  },
  {
    what: 'a channel for each group, two outputs, stride 2, dilation, rows of fewer than four',
    input: [2, 5, 11, 7],
    ...{ outputs: 10, kernel: 3, options: { stride: 2, dilation: 2, padding: 1, groups: 5 } },
    methods: [/^depthwise$/, /^direct/, /^depthwise gradient$/],
  },
  {
    what: 'a channel for each group, kernels of five and stride 2',
    input: [3, 8, 17, 16],
    ...{ outputs: 8, kernel: 5, options: { stride: 2, padding: 2, groups: 8 } },
    methods: [/^depthwise$/, /^phases: depthwise$/, /^depthwise gradient$/],
  },
  {
    what: 'two taps',
    input: [9, 16, 13, 13],
    ...{ outputs: 16, kernel: 2 },
    methods: [twoTaps, twoTaps, /^Winograd F\(2x2, 4x4\)$/],
  },
];

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The largest and the typical difference, relative to the typical value. */
function errors(actual: ArrayLike<number>, exact: ArrayLike<number>): [number, number] {
  let [most, squares, total] = [0, 0, 0];
  for (let i = 0; i < exact.length; i++) {
    const difference = Math.abs(actual[i] - exact[i]);
    // A NaN must not pass.
    if (!(difference <= most)) most = difference;
    squares += difference ** 2;
    total += exact[i] ** 2;
  }
  assert.ok(total > 0, 'there is something to compare');
  return [most / Math.sqrt(total / exact.length), Math.sqrt(squares / total)];
}

for (const { what, input, outputs, kernel, options, methods } of cases) {
  test(`${what}: output and gradients within 1e-4 of float64, the same bits on any threads`, () => {
    const sides = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    const filterShape = [outputs, input[1] / (options?.groups ?? 1), ...sides];
    const x = tensor(normalNumbers(sizeOf(input), 1), [...input]);
    const filters = tensor(normalNumbers(sizeOf(filterShape), 2), filterShape);
    const build = (a: typeof x, b: typeof x) => {
      const convolved = conv2d(a, b, options);
      const y = relu(add(convolved, 0.5));
      const gradients = grad(sum(mul(convolved, convolved)), [a, b]);
      return { y, dx: gradients[0], dw: gradients[1] };
    };
    const exact = compile(build, { backend: reference })(x, filters);
    const step = compile(build, { backend: wasm });
    const actual = step(x, filters);
    for (const name of ['y', 'dx', 'dw'] as const) {
      assert.deepEqual(actual[name].shape, exact[name].shape);
      const [most, typical] = errors(actual[name].data(), exact[name].data());
      assert.ok(most < 1e-4, `${name} is off by ${most} at the most`);
      assert.ok(typical < 1e-5, `${name} is off by ${typical} typically`);
    }

    const kernels = step.program(x, filters).describe().kernels;
    const used = kernels.filter(({ kind }) => kind === 'conv2d').map(({ method }) => method ?? '');
    assert.equal(used.length, 3);
    for (const expected of methods) {
      assert.ok(
        used.some((method) => expected.test(method)),
        `${expected} is among ${used.join('; ')}`,
      );
    }

    for (const threads of [1, 3]) {
      const backend = createWasmBackend();
      backend.setThreads(threads);
      const other = compile(build, { backend })(x, filters);
      for (const name of ['y', 'dx', 'dw'] as const) {
        assert.deepEqual(other[name].data(), actual[name].data(), `${name}, ${threads} threads`);
      }
    }
  });
}

test('transposed convolutions: filter gradients of a spread input are those of a convolution', () => {
  const x = tensor(normalNumbers(9 * 24 * 8 * 8, 1), [9, 24, 8, 8]);
  const weight = tensor(normalNumbers(24 * 16 * 16, 2), [24, 16, 4, 4]);
  const build = (a: typeof x, b: typeof x) => {
    const y = convTranspose2d(a, b, { stride: 2, padding: 1 });
    const [dx, dw] = grad(sum(mul(y, y)), [a, b]);
    return { y, dx, dw };
  };
  const step = compile(build, { backend: wasm });
  const [actual, exact] = [step(x, weight), compile(build, { backend: reference })(x, weight)];
  for (const name of ['y', 'dx', 'dw'] as const) {
    const [most] = errors(actual[name].data(), exact[name].data());
    assert.ok(most < 1e-4, `${name} is off by ${most}`);
  }
  const { kernels } = step.program(x, weight).describe();
  const used = kernels.map(({ method }) => method ?? '').filter((method) => method !== '');
  for (const expected of [phases, twoTapsOfPhases, gradientOfPhases]) {
    assert.ok(
      used.some((method) => expected.test(method)),
      `${expected}: ${used.join('; ')}`,
    );
  }
});

test('what lies in columns is convolved directly', () => {
  const x = tensor(normalNumbers(9 * 16 * 8 * 8, 1), [9, 16, 8, 8]);
  const filters = tensor(normalNumbers(16 * 16 * 9, 2), [16, 16, 3, 3]);
  const build = (a: typeof x, b: typeof x) => conv2d(permute(a, [0, 1, 3, 2]), b);
  const step = compile(build, { backend: wasm });
  const [most] = errors(
    step(x, filters).data(),
    compile(build, { backend: reference })(x, filters).data(),
  );
  assert.ok(most < 1e-5);
});
