/** Reductions and what is computed of their rows are one kernel where a cache holds a row. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Program } from '../src/compiler/program.js';
import { sizeOf } from '../src/graph/shape.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import {
  add,
  argmax,
  batchNorm,
  cast,
  exp,
  grad,
  layerNorm,
  logSoftmax,
  max,
  mul,
  type Shape,
  softmax,
  sub,
  sum,
  Variable,
} from '../src/index.js';
import { iota } from '../src/ops/elementwise.js';
import { Philox } from '../src/random/philox.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import { planInterpreter } from './plan-interpreter.js';

function values(shape: Shape, seed = 1): Float32Array {
  const random = new Philox(seed);
  return Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
}

function graphOf(shape: Shape, build: (x: Tensor) => readonly Tensor[]) {
  const x = new Tensor(shape, 'float32', { kind: 'input' });
  const { result, trace: traced } = trace(() => build(x));
  const assignments = [...traced.assignments].map(([variable, value]) => ({
    variable: variable as Variable,
    value,
  }));
  return { inputs: [x], outputs: [...result], assignments };
}

const kernelsOf = (shape: Shape, build: (x: Tensor) => readonly Tensor[]): string[] =>
  new Program(graphOf(shape, build), planInterpreter).describe().kernels.map(({ kind }) => kind);

const withGradient =
  (forward: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor[] => {
    const y = forward(x);
    return [y, ...grad(sum(mul(y, exp(y))), [x])];
  };

test('a softmax is one kernel that keeps nothing, along rows as over channels', () => {
  const shapes: Shape[] = [
    [64, 400],
    [8, 21, 16, 16],
  ];
  for (const shape of shapes) {
    const program = new Program(
      graphOf(shape, (x) => [softmax(x, 1)]),
      planInterpreter,
    );
    const { kernels, arenaBytes } = program.describe();
    assert.deepEqual(
      kernels.map(({ kind }) => kind),
      ['rows'],
    );
    // The input, the output and the room behind them.
    assert.ok(arenaBytes <= 2 * (4 * sizeOf(shape) + 64), `${arenaBytes} bytes`);
  }
});

test('rows that no cache holds, that are too few or lie in too many pieces stay apart', () => {
  const normalised = (x: Tensor) => [softmax(x, 1)];
  assert.ok(!kernelsOf([16, 1 << 17], normalised).includes('rows'));
  assert.ok(!kernelsOf([8, 1 << 13], normalised).includes('rows'));
  const standardized = (x: Tensor) => [batchNorm(x, { training: true })];
  assert.ok(!kernelsOf([32, 64, 16, 16], standardized).includes('rows'));
});

test('a sum of nothing is no part of rows', () => {
  for (const shape of [
    [3, 0],
    [0, 3],
  ])
    assert.ok(
      !kernelsOf(shape, (x) => [exp(sub(x, sum(x, 1, { keepDims: true })))]).includes('rows'),
    );
});

test('what reads other rows is a kernel of its own', () => {
  const shape = [64, 512];
  const shifted = (x: Tensor) => {
    const centred = exp(sub(x, max(x, 1, { keepDims: true })));
    return [add(sum(centred, 0, { keepDims: true }), centred)];
  };
  assert.deepEqual(kernelsOf(shape, shifted), ['rows', 'reduce', 'map']);
});

interface Case {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly build: (x: Tensor) => readonly Tensor[];
}

const rowsAndPixels: Shape[] = [
  [37, 130],
  [20, 1003],
  [5, 7],
  [4, 21, 9, 11],
  [2, 4, 64, 40],
  [2, 3, 1, 1200],
];

const cases: Case[] = [
  {
    name: 'softmax and its gradient',
    shapes: rowsAndPixels,
    build: withGradient((x) => softmax(x, 1)),
  },
  {
    name: 'log-softmax and its gradient',
    shapes: rowsAndPixels,
    build: withGradient((x) => logSoftmax(x, 1)),
  },
  {
    name: 'layer normalisation and its gradient',
    shapes: [
      [64, 33],
      [34, 600],
      [16, 3, 5, 9],
    ],
    build: (x) =>
      withGradient((values) => layerNorm(values, { normalizedShape: x.shape.slice(1) }))(x),
  },
  {
    name: 'sums over dimensions on both sides of the kept one',
    shapes: [
      [3, 50, 7],
      [6, 130, 40],
    ],
    build: withGradient((x) => sub(x, sum(x, [0, 2], { keepDims: true }))),
  },
  {
    name: 'coordinates along and across rows, flags and places',
    shapes: rowsAndPixels,
    build: (x) => {
      const top = max(x, 1, { keepDims: true });
      const wins = cast(sub(x, top), 'bool');
      const [across, along] = [0, 1].map((dim) => cast(iota(x.shape, dim), 'float32'));
      const moved = add(mul(across, along), cast(wins, 'float32'));
      return [wins, sum(moved, 1, { keepDims: true }), argmax(x, 1), mul(moved, top)];
    },
  },
];

for (const underTest of backendsUnderTest) {
  for (const { name, shapes, build } of cases) {
    test(`${underTest.backend.name}: ${name}`, () => {
      for (const shape of shapes)
        compareWithReference(graphOf(shape, build), [values(shape)], underTest);
    });
  }

  test(`${underTest.backend.name}: a variable is overwritten row by row by what is computed of it`, () => {
    const shape = [48, 500];
    const state = new Variable(values(shape, 2), shape, 'float32');
    const build = (x: Tensor): Tensor[] => {
      const next = softmax(add(state, x), 1);
      state.assign(next);
      return [sum(next, 1)];
    };
    compareWithReference(graphOf(shape, build), [values(shape)], underTest);
  });
}
