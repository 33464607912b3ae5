/** What elementwise functions, reductions, norms and distances say of dtypes, shapes and options that do not fit. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as ops from '../src/index.js';
import { ShapeError, type Tensor, tensor, ValueError, zeros } from '../src/index.js';
import { refuses } from './refusal.js';

const float = zeros([2, 3]);
const whole = zeros([2, 3], 'int32');
const flags = zeros([2, 3], 'bool');
const nothing = zeros([2, 0]);

describe('float functions refuse integers', () => {
  const calls: Record<string, (x: Tensor) => unknown> = {
    fmod: (x) => ops.fmod(1, x),
    lerp: (x) => ops.lerp(float, x, 0.5),
    hypot: (x) => ops.hypot(float, x),
    logAddExp: (x) => ops.logAddExp(x, float),
    atan2: (x) => ops.atan2(x, 1),
    mean: ops.mean,
    variance: ops.variance,
    std: ops.std,
    norm: ops.norm,
    normalize: (x) => ops.normalize(x),
    logSumExp: ops.logSumExp,
    cosineSimilarity: (x) => ops.cosineSimilarity(float, x),
    pairwiseDistance: (x) => ops.pairwiseDistance(x, float),
    cdist: (x) => ops.cdist(float, x),
  };
  for (const [name, call] of Object.entries(calls)) {
    refuses(name, () => call(flags), {
      kind: ShapeError,
      parts: [`${name}: `, 'expected float32, got bool [2, 3]', 'cast('],
    });
  }
  refuses('exp2', () => ops.exp2(whole), { kind: ShapeError, parts: ['int32 [2, 3]', 'cast('] });
  refuses('asin', () => ops.asin(whole), { kind: ShapeError, parts: ['int32', 'cast('] });
});

describe('there must be something to reduce', () => {
  const calls: Record<string, (x: Tensor) => unknown> = {
    mean: (x) => ops.mean(x, 1),
    max: (x) => ops.max(x, 1),
    min: (x) => ops.min(x),
    argmax: (x) => ops.argmax(x, 1),
    argmin: (x) => ops.argmin(x),
    logSumExp: (x) => ops.logSumExp(x, -1),
    variance: (x) => ops.variance(x, 1),
    std: (x) => ops.std(x),
    'norm with p = Infinity': (x) => ops.norm(x, 1, { p: Infinity }),
    'norm with p = -1': (x) => ops.norm(x, 1, { p: -1 }),
  };
  for (const [name, call] of Object.entries(calls)) {
    refuses(name, () => call(nothing), {
      kind: ShapeError,
      parts: [`${name}: [2, 0] has nothing to reduce over [`, 'expected at least one element'],
    });
  }

  test('sums, products, counts and finite norms of nothing have a value', () => {
    assert.deepEqual([...ops.sum(nothing, 1).data()], [0, 0]);
    assert.deepEqual([...ops.prod(nothing, 1).data()], [1, 1]);
    assert.deepEqual([...ops.prod(zeros([0], 'bool')).data()], [1]);
    assert.deepEqual([...ops.countNonzero(nothing, 1).data()], [0, 0]);
    assert.deepEqual([...ops.norm(nothing, 1).data()], [0, 0]);
    assert.deepEqual([...ops.any(nothing, 1).data()], [0, 0]);
    assert.deepEqual([...ops.all(nothing, 1).data()], [1, 1]);
    // Nothing is reduced where another dimension is empty.
    assert.deepEqual(ops.max(nothing, 0).shape, [0]);
  });
});

describe('dimensions and shapes', () => {
  const outside = { kind: ShapeError, parts: ['dimension 2', 'rank 2', 'use -2 to 1'] };
  refuses('prod', () => ops.prod(float, 2), outside);
  refuses('min', () => ops.min(float, [0, 2]), outside);
  refuses('argmin', () => ops.argmin(float, 2), outside);
  refuses('norm', () => ops.norm(float, 2), outside);
  refuses('normalize', () => ops.normalize(float, { dim: 2 }), outside);
  refuses('std', () => ops.std(float, 2), outside);
  refuses('hypot', () => ops.hypot(float, zeros([4])), {
    kind: ShapeError,
    parts: ['[2, 3]', '[4]', 'do not broadcast'],
  });
  refuses('cosineSimilarity', () => ops.cosineSimilarity(float, zeros([2, 4])), {
    kind: ShapeError,
    parts: ['cosineSimilarity: ', '[2, 3]', '[2, 4]'],
  });
  refuses('pairwiseDistance', () => ops.pairwiseDistance(float, zeros([2, 4])), {
    kind: ShapeError,
    parts: ['pairwiseDistance: ', '[2, 3]', '[2, 4]'],
  });
  refuses('cdist of vectors of two lengths', () => ops.cdist(float, zeros([5, 4])), {
    kind: ShapeError,
    parts: ['cdist: ', 'vectors of one length', '[2, 3] and [5, 4]'],
  });
  refuses('cdist of a single vector', () => ops.cdist(zeros([3]), float), {
    kind: ShapeError,
    parts: ['[..., P, D]', '[3] and [2, 3]'],
  });
  refuses('cdist of batches', () => ops.cdist(zeros([2, 4, 3]), zeros([3, 4, 3])), {
    kind: ShapeError,
    parts: ['cdist: ', '[2]', '[3]'],
  });
});

describe('options', () => {
  refuses('clamp without a bound', () => ops.clamp(float, {}), {
    kind: ValueError,
    parts: ['clamp: ', 'neither min nor max'],
  });
  refuses('clamp at NaN', () => ops.clamp(float, { min: 0, max: Number.NaN }), {
    kind: ValueError,
    parts: ['max is NaN'],
  });
  refuses('clamp of int32 at a fraction', () => ops.clamp(whole, { min: 0.5 }), {
    kind: ShapeError,
    parts: ['min is 0.5', 'int32 [2, 3]', "cast(x, 'float32')"],
  });
  refuses('variance of one element', () => ops.variance(zeros([4, 1]), 1), {
    kind: ShapeError,
    parts: ['variance: [4, 1] has 1 element over [1]', 'correction 1', '{ correction: 0 }'],
  });
  refuses('std with a correction of NaN', () => ops.std(float, 1, { correction: Number.NaN }), {
    kind: ValueError,
    parts: ['std: correction is NaN', 'expected a finite number'],
  });
  refuses('norm of order NaN', () => ops.norm(float, 1, { p: Number.NaN }), {
    kind: ValueError,
    parts: ['norm: p is NaN', 'expected a number'],
  });
  refuses('isclose within less than 0', () => ops.isclose(float, float, { atol: -1 }), {
    kind: ValueError,
    parts: ['isclose: ', 'atol is -1', '0 or more'],
  });
});

describe('dtypes of results', () => {
  test('sums, products and counts of bool and uint8 are int32, extremes keep the dtype', () => {
    for (const dtype of ['bool', 'uint8'] as const) {
      const x = tensor([1, 0, 1], [3], dtype);
      assert.equal(ops.sum(x).dtype, 'int32');
      assert.equal(ops.prod(x).dtype, 'int32');
      assert.equal(ops.countNonzero(x).dtype, 'int32');
      assert.equal(ops.max(x).dtype, dtype);
      assert.equal(ops.min(x).dtype, dtype);
      assert.equal(ops.argmin(x).dtype, 'int32');
      assert.equal(ops.any(x).dtype, 'bool');
    }
  });

  test('a number may be the first operand', () => {
    const x = tensor([1, 2], [2]);
    assert.deepEqual([...ops.hypot(0, x).data()], [1, 2]);
    assert.deepEqual([...ops.fmod(5, x).data()], [0, 1]);
    assert.deepEqual([...ops.greaterEqual(1, x).data()], [1, 0]);
    assert.deepEqual([...ops.notEqual(1, x).data()], [0, 1]);
    assert.deepEqual([...ops.logicalXor(0, x).data()], [1, 1]);
    assert.deepEqual([...ops.fmod(-5, tensor([3, -3], [2], 'int32')).data()], [-2, -2]);
  });
});
