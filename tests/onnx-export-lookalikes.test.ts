/** What only looks like a layer is exported as what it is: each differs from one in a single place. */

import '../src/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportOnnx, readOnnx } from '../src/formats/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { Embedding } from '../src/nn/index.js';
import * as ops from '../src/ops/index.js';
import { assertNear, runOptimized, skip } from './onnx-runtime.js';
import { onReference } from './torch-values.js';

const { abs, add, div, equal, erf, exp, expm1, greater, less, log, max, mean, mul } = ops;
const { neg, or, permute, reshape, sqrt, sub, sum, tanh, where } = ops;

interface Lookalike {
  /** Of x and y, both [4, 6]. */
  readonly build: (x: Tensor, y: Tensor) => Tensor;
  /** The operator that it must not become, where it cannot have it for anything else. */
  readonly not?: string;
}

const atMost = (a: Tensor, b: number) => or(less(a, b), equal(a, b));
const atLeast = (a: Tensor, b: number) => or(greater(a, b), equal(a, b));
const rows = { keepDims: true } as const;

/** A normalisation of rows, parts of which can be exchanged. */
function normalized(x: Tensor, { variance = 0, rest = x }: { variance?: number; rest?: Tensor }) {
  const shifted = sub(x, ops.detach(mean(x, 1, rows)));
  const middle = mean(shifted, 1, rows);
  const spread = sub(mean(mul(shifted, shifted), 1, rows), mul(middle, middle));
  const scale = div(1, sqrt(add(where(less(spread, variance), variance, spread), 1e-5)));
  return sub(mul(shifted, scale), mul(rest === x ? middle : rest, scale));
}

function picture(x: Tensor): Tensor {
  return reshape(x, [1, 4, 2, 3]);
}

const words = new Embedding(6, 3);
const otherWords = new Embedding(6, 3);
const indexOf = (x: Tensor) => ops.cast(ops.clamp(mul(abs(x), 2), { max: 5 }), 'int32');

const lookalikes: Readonly<Record<string, Lookalike>> = {
  'a rectifier of something else': {
    build: (x, y) => where(atMost(x, 0), 0, y),
    not: 'Relu',
  },
  'a rectifier with a bend elsewhere': { build: (x) => where(atMost(x, 0.5), 0, x), not: 'Relu' },
  'a clip that a second condition widens': {
    build: (x, y) => where(atMost(x, -1), -1, where(or(greater(x, 1), equal(y, y)), 1, x)),
    not: 'Clip',
  },
  'a clip with crossed limits': {
    build: (x) => where(atMost(x, 1), 1, where(atLeast(x, -1), -1, x)),
    not: 'Clip',
  },
  'a leaky rectifier of another tensor': {
    build: (x, y) => where(greater(x, 0), x, mul(y, 0.1)),
    not: 'LeakyRelu',
  },
  'an exponential unit that is bounded otherwise': {
    build: (x) => where(greater(x, 0), x, expm1(where(greater(x, 0.25), 0, x))),
    not: 'Elu',
  },
  'a hard swish with a gap': {
    build: (x, y) => {
      const inner = where(or(less(x, -1), atLeast(x, 3)), 0, x);
      const curve = div(mul(inner, add(inner, 3)), 6);
      return where(less(x, -3), mul(x, 0), where(atLeast(x, 3), x, add(curve, mul(y, 0))));
    },
    not: 'HardSwish',
  },
  'an error function at another scale': {
    build: (x) => mul(mul(x, 0.5), add(erf(mul(x, 0.7)), 1)),
    not: 'Gelu',
  },
  'a tangent of another cubic': {
    build: (x) => {
      const cubic = add(x, mul(mul(mul(x, x), x), 0.05));
      return mul(mul(x, 0.5), add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1));
    },
    not: 'Gelu',
  },
  'a softmax of which the sum is over columns': {
    build: (x) => {
      const part = exp(sub(x, max(x, 1, rows)));
      return div(part, sum(part, 0, rows));
    },
    not: 'Softmax',
  },
  'the logarithm of another softmax': {
    build: (x, y) => {
      const shifted = sub(x, max(x, 1, rows));
      return sub(shifted, log(sum(exp(sub(y, max(y, 1, rows))), 1, rows)));
    },
    not: 'LogSoftmax',
  },
  'a normalisation with a least variance': {
    build: (x) => normalized(x, { variance: 0.5 }),
    not: 'LayerNormalization',
  },
  'a normalisation from another middle': {
    build: (x, y) => normalized(x, { rest: mean(y, 1, rows) }),
    not: 'LayerNormalization',
  },
  'a sum that is divided by another count': {
    build: (x) => mul(sum(x, 1, rows), 1 / 5),
    not: 'ReduceMean',
  },
  'an average of windows divided by another count': {
    build: (x) => mul(ops.sumPool2d(picture(x), { kernelSize: 2, stride: 1 }), 1 / 3),
  },
  'pixels out of channels in another order': {
    build: (x) => {
      const moved = permute(reshape(x, [1, 1, 2, 2, 2, 3]), [0, 1, 4, 3, 5, 2]);
      return reshape(moved, [1, 1, 4, 6]);
    },
    not: 'DepthToSpace',
  },
  'a mirror that starts too early': {
    build: (x) =>
      ops.concatenate([ops.flip(ops.narrow(x, { dim: 1, start: 0, length: 2 }), [1]), x], 1),
    not: 'Pad',
  },
  'rows of two tables': {
    build: (x) => {
      const index = indexOf(x);
      const chosen = equal(reshape(index, [4, 6, 1]), 2);
      return where(chosen, words.call(index), otherWords.call(index));
    },
  },
  'what is added to two dimensions of a product': {
    build: (x, y) => add(ops.matmul(x, ops.transpose(y)), reshape(neg(mean(y, 1)), [4, 1])),
  },
};

const shape = [4, 6];
const data = [1, 2].map((seed) =>
  Float32Array.from({ length: 24 }, (_, i) => ((i * 37 * seed + 11) % 41) / 5 - 4),
);

for (const [name, { build, not }] of Object.entries(lookalikes)) {
  test(name, { skip }, async () => {
    const inputs = ['x', 'y'].map((input) => ({ name: input, shape }));
    const bytes = exportOnnx(build, { inputs, opset: 21 });
    const operators = readOnnx(bytes, 'm.onnx').nodes.map(({ operator }) => operator);
    if (not) assert.ok(!operators.includes(not), operators.join(' '));
    const fed = { type: 'float32', shape };
    const computed = await runOptimized(bytes, {
      x: { ...fed, data: data[0] },
      y: { ...fed, data: data[1] },
    });
    const [x, y] = data.map((values) => ops.tensor(values, shape));
    const expected = onReference(() => build(x, y));
    assertNear(computed.output, { shape: expected.shape, data: expected.data() }, name);
  });
}
