/** ExponentialMovingAverage: the formula in float64, inside and outside compile(), in the parameters' place, saved. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { compile } from '../src/compiler/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { isfinite, mul, sum, tensor } from '../src/index.js';
import { Parameter } from '../src/nn/index.js';
import { ExponentialMovingAverage, SGD } from '../src/optim/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { assignmentsOf } from './cases/case.js';
import { compareWithReference } from './compared.js';
import { assertTorch } from './torch-values.js';

const start = [1, -2, 0.5];

function begin(options: { decay?: number; warmup?: boolean }) {
  const parameter = new Parameter([3], Float32Array.from(start));
  const optimizer = new SGD([parameter], { lr: 0.125 });
  const average = new ExponentialMovingAverage([parameter], options);
  const train = (x: Tensor) => {
    const loss = sum(mul(mul(parameter, parameter), x));
    const when = isfinite(loss);
    optimizer.step(grad(loss, [parameter]), { when });
    average.update({ when });
  };
  return { parameter, average, train };
}

for (const options of [{ decay: 0.75 }, { decay: 0.25, warmup: true }, { warmup: true }]) {
  test(`average ${JSON.stringify(options)}: inside compile() it follows the formula`, () => {
    const { parameter, average, train } = begin(options);
    const step = compile((x: Tensor) => train(x) as undefined, { backend: reference });
    const weights = [...start];
    const expected = [...start];
    for (let t = 0; t < 6; t++) {
      step(tensor([1, 0.5, 2], [3]));
      const { decay: most = 0.999, warmup } = { warmup: false, ...options };
      const decay = warmup ? Math.min(most, (1 + t) / (10 + t)) : most;
      [1, 0.5, 2].forEach((x, i) => {
        weights[i] -= 0.125 * 2 * x * weights[i];
        expected[i] = decay * expected[i] + (1 - decay) * weights[i];
      });
      assertTorch(parameter, { shape: [3], data: weights }, { what: `weights ${t}` });
      const what = `average ${t}`;
      assertTorch(average.averages[0], { shape: [3], data: expected }, { what });
    }
    assert.equal(step.programCount, 1);
  });

  test(`average ${JSON.stringify(options)}: outside compile() as inside`, () => {
    const inside = begin(options);
    const outside = begin(options);
    const step = compile((x: Tensor) => inside.train(x) as undefined, { backend: reference });
    for (let t = 0; t < 3; t++) {
      step(tensor([1, 0.5, 2], [3]));
      outside.train(tensor([1, 0.5, 2], [3]));
    }
    const expected = { shape: [3], data: inside.average.averages[0].data() };
    assertTorch(outside.average.averages[0], expected, { what: 'average', tolerance: 1e-6 });
    assert.deepEqual([...outside.average.stateDict().updates.data], [3]);
  });

  for (const backend of backendsUnderTest) {
    test(`average ${JSON.stringify(options)}: ${backend.backend.name} as the reference`, () => {
      const { average, train, parameter } = begin(options);
      train(tensor([1, 0.5, 2], [3]));
      parameter.set([3, 4, 5]);
      const assignments = assignmentsOf(trace(() => average.update()).trace);
      compareWithReference({ inputs: [], outputs: [], assignments }, [], backend);
    });
  }
}

test('an update whose condition is false changes nothing', () => {
  const { average, train } = begin({ warmup: true });
  const step = compile((x: Tensor) => train(x) as undefined, { backend: reference });
  step(tensor([1, 1, 1], [3]));
  const before = average.stateDict();
  step(tensor([1, Number.NaN, 1], [3]));
  assert.deepEqual(average.stateDict(), before);
});

test('averages take the place of the parameters and give it back', () => {
  const { parameter, average, train } = begin({ decay: 0.5 });
  const step = compile((x: Tensor) => train(x) as undefined, { backend: reference });
  const x = tensor([1, 1, 1], [3]);
  step(x);
  const trained = parameter.data();
  average.apply();
  assert.deepEqual([...parameter.data()], [...average.averages[0].data()]);
  assert.notDeepEqual([...parameter.data()], [...trained]);
  assert.throws(() => average.apply(), /applied already/);
  assert.throws(() => step(x), /restore\(\) first/);
  assert.throws(() => average.update(), /restore\(\) first/);
  average.restore();
  assert.deepEqual([...parameter.data()], [...trained]);
  assert.throws(() => average.restore(), /nothing to restore/);
  step(x);
  assert.equal(step.programCount, 1);
});

test('averages go on from a saved state, and refuse one that does not fit', () => {
  const unbroken = begin({ warmup: true });
  const resumed = begin({ warmup: true });
  const x = tensor([1, 1, 1], [3]);
  unbroken.train(x);
  resumed.average.loadStateDict(unbroken.average.stateDict());
  resumed.parameter.set(unbroken.parameter.data());
  unbroken.train(x);
  resumed.train(x);
  assert.deepEqual(resumed.average.stateDict(), unbroken.average.stateDict());
  const { updates, ...rest } = unbroken.average.stateDict();
  assert.equal(updates.data[0], 2);
  assert.throws(() => resumed.average.loadStateDict(rest), /missing: updates/);
});

test('wrong options are refused', () => {
  const parameters = [new Parameter([1])];
  assert.throws(() => new ExponentialMovingAverage([]), /got no parameters/);
  assert.throws(() => new ExponentialMovingAverage(parameters, { decay: 1 }), /decay is 1; /);
  const misspelt: object = { warmUp: true };
  assert.throws(() => new ExponentialMovingAverage(parameters, misspelt), /did you mean "warmup"/);
  const noVariable = [tensor([1], [1])] as unknown as Parameter[];
  assert.throws(() => new ExponentialMovingAverage(noVariable), /parameter 0 is none/);
});
