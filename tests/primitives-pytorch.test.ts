/** The reference backend against values and gradients that PyTorch computed in float64. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { allocateReference } from '../src/backends/reference/kernel.js';
import type { DType, TypedArray } from '../src/graph/dtype.js';
import { Tensor } from '../src/graph/tensor.js';
import {
  abs,
  add,
  argmax,
  avgPool2d,
  conv2d,
  div,
  equal,
  erf,
  exp,
  expand,
  expm1,
  flip,
  floor,
  gatherRows,
  less,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  maximum,
  maxPool2d,
  mean,
  minimum,
  mul,
  neg,
  pad,
  permute,
  relu,
  scatterRows,
  sigmoid,
  sign,
  slice,
  softmax,
  sqrt,
  sub,
  sum,
  tanh,
  where,
} from '../src/ops/index.js';

interface Stored {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Infinities, NaN and -0 as text. */
  readonly data: readonly (number | string)[];
}

interface Entry {
  readonly operation: string;
  readonly options: Options;
  readonly inputs: readonly Stored[];
  readonly output: Stored;
  readonly direction?: Stored;
  readonly gradients?: readonly Stored[];
}

/** The options of the operation, under our names. */
type Options = {
  readonly dim: number;
  readonly dims: readonly number[];
  readonly order: readonly number[];
  readonly shape: readonly number[];
  readonly size: number;
  readonly keepDims: boolean;
} & Parameters<typeof maxPool2d>[1] &
  Parameters<typeof pad>[1];

type Operation = (inputs: readonly Tensor[], options: Options) => Tensor;

const operations: { readonly [name: string]: Operation } = {
  neg: ([x]) => neg(x),
  abs: ([x]) => abs(x),
  sign: ([x]) => sign(x),
  exp: ([x]) => exp(x),
  log: ([x]) => log(x),
  sqrt: ([x]) => sqrt(x),
  tanh: ([x]) => tanh(x),
  sigmoid: ([x]) => sigmoid(x),
  relu: ([x]) => relu(x),
  expm1: ([x]) => expm1(x),
  log1p: ([x]) => log1p(x),
  erf: ([x]) => erf(x),
  floor: ([x]) => floor(x),
  add: ([a, b]) => add(a, b),
  sub: ([a, b]) => sub(a, b),
  mul: ([a, b]) => mul(a, b),
  div: ([a, b]) => div(a, b),
  maximum: ([a, b]) => maximum(a, b),
  minimum: ([a, b]) => minimum(a, b),
  less: ([a, b]) => less(a, b),
  equal: ([a, b]) => equal(a, b),
  where: ([condition, a, b]) => where(condition, a, b),
  sum: ([x], { dims, ...options }) => sum(x, dims, options),
  mean: ([x], { dims, ...options }) => mean(x, dims, options),
  max: ([x], { dims, ...options }) => max(x, dims, options),
  argmax: ([x], { dim, ...options }) => argmax(x, dim, options),
  softmax: ([x], { dim }) => softmax(x, dim),
  logSoftmax: ([x], { dim }) => logSoftmax(x, dim),
  logSumExp: ([x], { dim }) => logSumExp(x, dim, { keepDims: true }),
  matmul: ([a, b]) => matmul(a, b),
  conv2d: ([x, weight, bias], options) => conv2d(x, weight, { ...options, bias }),
  maxPool2d: ([x], options) => maxPool2d(x, options),
  avgPool2d: ([x], options) => avgPool2d(x, options),
  pad: ([x], options) => pad(x, options),
  slice: ([x], options) => slice(x, options as Parameters<typeof slice>[1]),
  flip: ([x], { dims }) => flip(x, dims),
  permute: ([x], { order }) => permute(x, order),
  expand: ([x], { shape }) => expand(x, shape),
  gather: ([x, index]) => gatherRows(x, index),
  scatterAdd: ([x, index], { size }) => scatterRows(x, index, { size: size as number }),
};

const path = new URL('../../tests/fixtures/primitives.json', import.meta.url);
const entries = JSON.parse(readFileSync(path, 'utf8')) as Entry[];

const placeholder = ({ shape, dtype }: Stored): Tensor =>
  new Tensor(shape, dtype, { kind: 'input' });

function dataOf({ dtype, data }: Stored): TypedArray {
  const array = allocateReference(dtype, data.length);
  array.set(data.map(Number));
  return array;
}

/** Equal to 14 digits of the largest element beside it; NaN and infinities in the same places. */
function assertAgrees(actual: ArrayLike<number>, stored: Stored, what: string): void {
  const expected = dataOf(stored);
  assert.equal(actual.length, expected.length, what);
  const finite = [...expected].filter(Number.isFinite).map(Math.abs);
  const tolerance = stored.dtype === 'float32' ? 1e-14 : 0;
  const largest = Math.max(0, ...finite.filter((x) => x < 1e100));
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const scale = Math.max(Math.abs(expected[i]), largest);
    assert.ok(
      Math.abs(actual[i] - expected[i]) <= tolerance * scale,
      `${what}, element ${i}: ${actual[i]}, PyTorch ${expected[i]}`,
    );
  }
}

for (const [name, build] of Object.entries(operations)) {
  const own = entries.filter(({ operation }) => operation === name);
  test(`${name} as PyTorch`, () => {
    assert.ok(own.length > 0, 'there are no values of PyTorch');
    for (const { options, inputs: stored, output, direction, gradients } of own) {
      const what = `${name} ${JSON.stringify(options)} [${stored.map(({ shape }) => `[${shape}]`)}]`;
      const inputs = stored.map(placeholder);
      const result = build(inputs, options);
      assert.deepEqual(result.shape, output.shape, what);
      assert.equal(result.dtype, output.dtype, what);
      const data = stored.map(dataOf);
      const [value] = reference.load({ inputs, outputs: [result], assignments: [] }).run(data);
      assertAgrees(value, output, what);
      if (!direction || !gradients) continue;

      const floats = inputs.filter(({ dtype }) => dtype === 'float32');
      const outputGradient = placeholder(direction);
      const outputs = grad(result, floats, { outputGradient });
      const graph = { inputs: [...inputs, outputGradient], outputs, assignments: [] };
      const found = reference.load(graph).run([...data, dataOf(direction)]);
      gradients.forEach((gradient, i) => {
        assertAgrees(found[i], gradient, `${what}, gradient ${i}`);
      });
    }
  });
}

test('every operation in the file is compared', () => {
  const names = new Set(entries.map(({ operation }) => operation));
  assert.deepEqual([...names].sort(), Object.keys(operations).sort());
});
