/** Every method that can compute a convolution computes it rightly, also where another one is the usual one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { createWasmBackend } from '../src/backends/wasm/index.js';
import { compile } from '../src/compiler/index.js';
import { Variable } from '../src/graph/variable.js';
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
import { normalNumbers } from './normal-numbers.js';

interface Case {
  readonly what: string;
  /** [N, C, H, W] and [O, C / groups, KH, KW] */
  readonly input: readonly number[];
  readonly filters: readonly number[];
  readonly options?: Conv2dOptions;
}

const cases: readonly Case[] = [
  { what: 'few channels', input: [5, 4, 9, 9], filters: [8, 4, 3, 3], options: { padding: 1 } },
  { what: 'one picture', input: [1, 8, 6, 7], filters: [8, 8, 3, 3], options: { padding: 1 } },
  {
    what: 'fewer outputs than a vector has lanes',
    input: [3, 8, 10, 10],
    filters: [3, 8, 3, 3],
    options: { padding: [2, 0, 1, 3] },
  },
  { what: 'kernels of one', input: [7, 12, 5, 6], filters: [20, 12, 1, 1] },
  {
    what: 'kernels of one, stride 2',
    input: [2, 8, 9, 9],
    filters: [8, 8, 1, 1],
    options: { stride: 2 },
  },
  {
    what: 'stride 2, three taps',
    input: [3, 8, 11, 12],
    filters: [16, 8, 3, 3],
    options: { stride: 2, padding: 1 },
  },
  {
    what: 'stride 2, four taps',
    input: [3, 8, 12, 10],
    filters: [8, 8, 4, 4],
    options: { stride: 2, padding: 1 },
  },
  {
    what: 'stride 2, five taps',
    input: [2, 4, 13, 11],
    filters: [8, 4, 5, 5],
    options: { stride: 2, padding: 2 },
  },
  {
    what: 'stride 3 by 1',
    input: [2, 4, 13, 9],
    filters: [4, 4, 3, 2],
    options: { stride: [3, 1], padding: 1 },
  },
  {
    what: 'dilated kernels',
    input: [3, 8, 12, 12],
    filters: [8, 8, 3, 3],
    options: { dilation: 2, padding: 2 },
  },
  {
    what: 'two groups',
    input: [3, 8, 8, 8],
    filters: [12, 4, 3, 3],
    options: { groups: 2, padding: 1 },
  },
  {
    what: 'a channel for each group',
    input: [3, 6, 9, 9],
    filters: [6, 1, 3, 3],
    options: { groups: 6, padding: 1 },
  },
  {
    what: 'kernels of seven',
    input: [2, 3, 16, 15],
    filters: [9, 3, 7, 7],
    options: { padding: 3 },
  },
  {
    what: 'a row of taps',
    input: [2, 8, 7, 12],
    filters: [8, 8, 1, 3],
    options: { padding: [0, 1] },
  },
];

const normal = (shape: readonly number[], seed: number): Float32Array =>
  normalNumbers(
    shape.reduce((a, b) => a * b, 1),
    seed,
  );

function assertNear(actual: ArrayLike<number>, exact: ArrayLike<number>, what: string): void {
  let squares = 0;
  for (let i = 0; i < exact.length; i++) squares += exact[i] ** 2;
  const scale = Math.sqrt(squares / exact.length);
  assert.ok(scale > 0, `${what}: there is something to compare`);
  for (let i = 0; i < exact.length; i++) {
    const difference = Math.abs(actual[i] - exact[i]);
    // A NaN must not pass.
    assert.ok(difference < 1e-4 * scale, `${what}: element ${i} is ${actual[i]}, not ${exact[i]}`);
  }
}

/** Backends on which the n-th candidate of every convolution is said to be the fastest; n until there are no more. */
async function* backends() {
  let most = 1;
  for (let n = 0; n < most; n++) {
    yield createWasmBackend({
      threads: 2,
      measure: async (trials) => {
        most = Math.max(most, trials.length);
        return trials.map((_, i) => (i === Math.min(n, trials.length - 1) ? 1 : 2));
      },
    });
  }
}

const seen = new Set<string>();

for (const { what, input, filters, options } of cases) {
  test(`${what}: output, gradients and prepared filters, by every method`, async () => {
    const [x, w] = [tensor(normal(input, 1), [...input]), tensor(normal(filters, 2), [...filters])];
    const train = (a: typeof x, b: typeof x) => {
      const convolved = conv2d(a, b, options);
      const [dx, dw] = grad(sum(mul(convolved, convolved)), [a, b]);
      return { y: relu(add(convolved, 0.5)), dx, dw };
    };
    const kept = new Variable(w.data(), w.shape, w.dtype);
    const infer = (a: typeof x) => conv2d(a, kept, options);
    const exact = compile(train, { backend: reference })(x, w);
    const exactOutput = compile(infer, { backend: reference })(x).data();
    for await (const backend of backends()) {
      const [step, forward] = [compile(train, { backend }), compile(infer, { backend })];
      await step.program(x, w).tune();
      step.dispose();
      const tuned = await forward.program(x).tune();
      forward.dispose();
      const actual = step(x, w);
      const used = step
        .program(x, w)
        .describe()
        .kernels.map(({ method }) => method ?? '');
      for (const name of used) seen.add(name);
      for (const name of ['y', 'dx', 'dw'] as const) {
        assertNear(actual[name].data(), exact[name].data(), `${name}, ${used.join('; ')}`);
      }
      const { kernels } = forward.program(x).describe();
      const [{ method }] = kernels.filter(({ kind }) => kind === 'conv2d');
      assert.equal(method, tuned[0].now);
      assertNear(forward(x).data(), exactOutput, `prepared, ${method}`);
    }
  });
}

test('transposed convolutions, by every method', async () => {
  const [x, w] = [
    tensor(normal([3, 8, 5, 6], 1), [3, 8, 5, 6]),
    tensor(normal([8, 8, 4, 4], 2), [8, 8, 4, 4]),
  ];
  const build = (a: typeof x, b: typeof x) => {
    const y = convTranspose2d(a, b, { stride: 2, padding: 1 });
    const [dx, dw] = grad(sum(mul(y, y)), [a, b]);
    return { y, dx, dw };
  };
  const exact = compile(build, { backend: reference })(x, w);
  for await (const backend of backends()) {
    const step = compile(build, { backend });
    await step.program(x, w).tune();
    step.dispose();
    const actual = step(x, w);
    for (const name of ['y', 'dx', 'dw'] as const) {
      assertNear(actual[name].data(), exact[name].data(), name);
    }
  }
});

test('what lies in columns, by every method', async () => {
  const [x, w] = [
    tensor(normal([3, 8, 9, 8], 1), [3, 8, 9, 8]),
    tensor(normal([8, 8, 3, 3], 2), [8, 8, 3, 3]),
  ];
  const build = (a: typeof x, b: typeof x) => conv2d(permute(a, [0, 1, 3, 2]), b);
  const exact = compile(build, { backend: reference })(x, w).data();
  for await (const backend of backends()) {
    const step = compile(build, { backend });
    await step.program(x, w).tune();
    step.dispose();
    assertNear(step(x, w).data(), exact, 'output');
  }
});

test('every kind of method had its turn', () => {
  const names = [...seen].join('; ');
  for (const method of [
    ...[/direct, by rows/, /direct, by items/, /direct, by planes/],
    ...[/, by tiles/, /, by points/, /Winograd F\(3x3, 4x4\)/],
  ]) {
    assert.match(names, method);
  }
});
