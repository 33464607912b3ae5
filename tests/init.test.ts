/** Initialisation: bounds and spreads that PyTorch's rules give, seeds, default values of layers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import { Conv2d, init, Linear, manualSeed, Parameter } from '../src/nn/index.js';
import { Philox } from '../src/random/philox.js';
import { readFixture } from './torch-values.js';

interface InitialisationCase {
  readonly rule: 'kaiming' | 'xavier';
  readonly shape: readonly number[];
  readonly options: object;
  readonly std: number;
}

const rules = {
  kaiming: { uniform: init.kaimingUniform, normal: init.kaimingNormal },
  xavier: { uniform: init.xavierUniform, normal: init.xavierNormal },
};

function moments(values: ArrayLike<number>) {
  const numbers = Array.from(values);
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const variance = numbers.reduce((a, b) => a + (b - mean) ** 2, 0) / numbers.length;
  const largest = Math.max(...numbers.map(Math.abs));
  return { mean, std: Math.sqrt(variance), largest, count: numbers.length };
}

/** The mean is 0 and the spread `std`, to within five standard errors. */
function assertSpread(values: ArrayLike<number>, std: number): void {
  const found = moments(values);
  assert.ok(Math.abs(found.mean) < (5 * std) / Math.sqrt(found.count), `mean ${found.mean}`);
  assert.ok(Math.abs(found.std / std - 1) < 5 / Math.sqrt(2 * found.count), `std ${found.std}`);
}

function assertUniform(values: ArrayLike<number>, bound: number): void {
  const { largest } = moments(values);
  assert.ok(largest <= bound * (1 + 1e-6), `${largest} is beyond ${bound}`);
  assert.ok(largest > bound * (1 - 20 / values.length), `${largest} is far from ${bound}`);
  assertSpread(values, bound / Math.sqrt(3));
}

for (const { rule, shape, options, std } of readFixture<InitialisationCase[]>(
  'nn-initialisation.json',
)) {
  test(`${rule} ${JSON.stringify(options)} of [${shape}]: PyTorch’s bound and deviation`, () => {
    const weight = new Parameter(shape);
    rules[rule].uniform(weight, { ...options, generator: new Philox(1) });
    assertUniform(weight.data(), Math.sqrt(3) * std);
    rules[rule].normal(weight, { ...options, generator: new Philox(2) });
    assertSpread(weight.data(), std);
    // Normal numbers go beyond the bound of uniform ones.
    assert.ok(moments(weight.data()).largest > 2.5 * std);
  });
}

test('layers start within 1 / sqrt(fan in), as PyTorch’s', () => {
  manualSeed(3);
  const conv = new Conv2d(16, 32, { kernelSize: [3, 5], groups: 2 });
  assertUniform(conv.weight.data(), 1 / Math.sqrt(8 * 15));
  const linear = new Linear(30, 2000);
  assertUniform(linear.weight.data(), 1 / Math.sqrt(30));
  assertUniform(linear.bias!.data(), 1 / Math.sqrt(30));
  assert.equal(new Linear(3, 3, { bias: false }).bias, null);
});

test('the seed decides every weight', () => {
  const weights = (seed: number) => {
    manualSeed(seed);
    const layers = [new Linear(4, 3), new Linear(4, 3)];
    return layers.map(({ weight }) => [...weight.data()]);
  };
  const once = weights(5);
  assert.deepEqual(weights(5), once);
  assert.notDeepEqual(weights(6), once);
  assert.notDeepEqual(once[0], once[1]);
  assert.throws(() => manualSeed(-1), ValueError);
});

test('a generator of one’s own leaves the default one alone', () => {
  const next = (between: () => void) => {
    manualSeed(1);
    between();
    return [...new Linear(2, 2).weight.data()];
  };
  const weight = new Parameter([2, 2]);
  const own = () => init.kaimingUniform(weight, { generator: new Philox(9) });
  assert.deepEqual(
    next(own),
    next(() => {}),
  );
  assert.notDeepEqual(
    next(() => init.kaimingUniform(weight)),
    next(() => {}),
  );
});

test('plain fillings', () => {
  const weight = new Parameter([1000]);
  init.constant(weight, 0.5);
  assert.ok(weight.data().every((value) => value === 0.5));
  init.normal(weight, { mean: 3, std: 0.02, generator: new Philox(1) });
  assertSpread(
    weight.data().map((value) => value - 3),
    0.02,
  );
  init.uniform(weight, { low: 1, high: 2, generator: new Philox(1) });
  assert.ok(weight.data().every((value) => value >= 1 && value <= 2));
});

test('wrong use is refused', () => {
  const weight = new Parameter([2, 2]);
  assert.throws(() => init.kaimingUniform(new Parameter([3])), ShapeError);
  const wrong = (options: object) => () => init.kaimingNormal(weight, options);
  assert.throws(
    wrong({ mode: 'fan_in' }),
    /mode: there is no option "fan_in"; did you mean "fanIn"/,
  );
  assert.throws(wrong({ nonlinearity: 'Relu6' }), /did you mean "relu"/);
  assert.throws(wrong({ slope: 1 }), /kaimingNormal: there is no option "slope"/);
  assert.throws(() => init.xavierNormal(weight, { gain: Number.NaN }), /gain is NaN/);
});

test('initial weights do not depend on when, or whether, they are asked for', () => {
  const rules = [init.uniform, init.normal, init.kaimingNormal, init.xavierUniform];
  const build = () => {
    manualSeed(11);
    return rules.map((rule) => {
      const weight = new Parameter([3, 5]);
      rule(weight);
      return weight;
    });
  };
  const inOrder = build().map((weight) => weight.data());
  const later = build();
  manualSeed(12);
  const backwards = later.toReversed().map((weight) => weight.data());
  assert.deepEqual(backwards.toReversed(), inOrder);
  assert.deepEqual(build()[3].data(), inOrder[3]);
  // Each rule goes on where the one before it stopped.
  manualSeed(11);
  const all = new Parameter([30]);
  init.uniform(all);
  assert.deepEqual(all.data().slice(0, 15), inOrder[0]);
});

test('a parameter takes other values before it ever had its first ones', () => {
  const weight = new Parameter([2, 2]);
  init.uniform(weight);
  weight.set([1, 2, 3, 4]);
  assert.deepEqual([...weight.data()], [1, 2, 3, 4]);
  init.constant(weight, 7);
  assert.deepEqual([...weight.data()], [7, 7, 7, 7]);
  const wrong = new Parameter([3]);
  wrong.setLazily(() => new Float32Array(2));
  assert.throws(() => wrong.data(), /needs 3 elements, got 2/);
});
