/** Optimisers and schedules: PyTorch's numbers step by step, conditions, saved state, wrong use. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { compile } from '../src/compiler/index.js';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { fill, isfinite as finite, mul, sum, tensor, zeros } from '../src/index.js';
import { Parameter } from '../src/nn/index.js';
import {
  Adadelta,
  Adagrad,
  Adam,
  type AdamOptions,
  AdamW,
  constantSchedule,
  cosineSchedule,
  Lion,
  type Optimizer,
  oneCycleSchedule,
  RMSprop,
  type Schedule,
  SGD,
  type SgdOptions,
} from '../src/optim/index.js';
import { Philox } from '../src/random/philox.js';
import { backendsUnderTest } from './backends-under-test.js';
import { assignmentsOf } from './cases/case.js';
import { compareWithReference } from './compared.js';
import { assertTorch, fromTorch, readFixture, type TorchTensor } from './torch-values.js';

interface OptimizerCase {
  readonly optimizer: 'SGD' | 'Adam' | 'AdamW' | 'RMSprop' | 'Adagrad' | 'Adadelta' | 'Lion';
  readonly options: object;
  readonly start: readonly TorchTensor[];
  readonly steps: readonly {
    readonly gradients: readonly TorchTensor[];
    readonly parameters: readonly TorchTensor[];
  }[];
}

const make: {
  readonly [Name in OptimizerCase['optimizer']]: (
    parameters: readonly Parameter[],
    options: object,
  ) => Optimizer;
} = {
  SGD: (parameters, options) => new SGD(parameters, options as SgdOptions),
  Adam: (parameters, options) => new Adam(parameters, options),
  AdamW: (parameters, options) => new AdamW(parameters, options),
  RMSprop: (parameters, options) => new RMSprop(parameters, options),
  Adagrad: (parameters, options) => new Adagrad(parameters, options),
  Adadelta: (parameters, options) => new Adadelta(parameters, options),
  Lion: (parameters, options) => new Lion(parameters, options),
};

const cases = [
  ...readFixture<OptimizerCase[]>('nn-optimizers.json'),
  ...readFixture<OptimizerCase[]>('optim-optimizers.json'),
];

function begin({ optimizer, options, start }: OptimizerCase) {
  const parameters = start.map(({ shape, data }) => new Parameter(shape, Float32Array.from(data)));
  const made = make[optimizer](parameters, options);
  const step = compile((...grads: Tensor[]) => made.step(grads) as undefined, {
    backend: reference,
  });
  return { parameters, optimizer: made, step };
}

for (const fixture of cases) {
  const title = `${fixture.optimizer} ${JSON.stringify(fixture.options)}`;
  test(`${title}: the same numbers step by step`, () => {
    const { parameters, step } = begin(fixture);
    fixture.steps.forEach(({ gradients, parameters: expected }, t) => {
      step(...gradients.map(fromTorch));
      expected.forEach((values, i) => {
        assertTorch(parameters[i], values, { what: `parameter ${i} after step ${t + 1}` });
      });
    });
    assert.equal(step.programCount, 1);
  });

  test(`${title}: goes on from a saved state`, () => {
    const unbroken = begin(fixture);
    const resumed = begin(fixture);
    fixture.steps.forEach(({ gradients }, t) => {
      const grads = gradients.map(fromTorch);
      unbroken.step(...grads);
      if (t === 1) {
        resumed.optimizer.loadStateDict(unbroken.optimizer.stateDict());
        unbroken.parameters.forEach((parameter, i) => {
          resumed.parameters[i].set(parameter.data());
        });
      }
      if (t > 1) resumed.step(...grads);
    });
    unbroken.parameters.forEach((parameter, i) => {
      const expected = { shape: parameter.shape, data: parameter.data() };
      // State is saved in float32, and the reference backend computes in float64.
      assertTorch(resumed.parameters[i], expected, { what: `parameter ${i}`, tolerance: 1e-6 });
    });
  });

  for (const backend of backendsUnderTest) {
    test(`${title}: ${backend.backend.name} as the reference`, () => {
      const { optimizer, step } = begin(fixture);
      step(...fixture.steps[0].gradients.map(fromTorch));
      const grads = fixture.start.map(
        ({ shape }) => new Tensor(shape, 'float32', { kind: 'input' }),
      );
      const assignments = assignmentsOf(trace(() => optimizer.step(grads)).trace);
      const data = fixture.steps[1].gradients.map((values) => Float32Array.from(values.data));
      compareWithReference({ inputs: grads, outputs: [], assignments }, data, backend);
    });
  }
}

const optimizers: Readonly<Record<string, (parameters: Parameter[]) => Optimizer>> = {
  SGD: (parameters) => new SGD(parameters, { lr: 0.5, momentum: 0.9, weightDecay: 0.1 }),
  Adam: (parameters) => new Adam(parameters, { lr: 0.5 }),
  AdamW: (parameters) => new AdamW(parameters, { lr: 0.5 }),
  amsgrad: (parameters) => new Adam(parameters, { lr: 0.5, amsgrad: true }),
  dampening: (parameters) => new SGD(parameters, { lr: 0.5, momentum: 0.9, dampening: 0.5 }),
  RMSprop: (parameters) => new RMSprop(parameters, { lr: 0.5, momentum: 0.5, centered: true }),
  Adagrad: (parameters) => new Adagrad(parameters, { lr: 0.5, lrDecay: 0.5 }),
  Adadelta: (parameters) => new Adadelta(parameters, { lr: 0.5, eps: 0.125 }),
  Lion: (parameters) => new Lion(parameters, { lr: 0.5 }),
};

for (const [name, construct] of Object.entries(optimizers)) {
  test(`${name}: a step whose condition is false changes nothing, whatever the gradients`, () => {
    const parameter = new Parameter([2], Float32Array.of(1, -2));
    const optimizer = construct([parameter]);
    const step = compile(
      (x: Tensor) => {
        const loss = sum(mul(mul(parameter, parameter), x));
        optimizer.step(grad(loss, [parameter]), { when: finite(loss) });
        return loss;
      },
      { backend: reference },
    );
    const everything = () => ({ parameter: [...parameter.data()], state: optimizer.stateDict() });
    step(tensor([1, 2], [2]));
    const before = everything();
    step(tensor([1, Number.NaN], [2]));
    step(tensor([Number.POSITIVE_INFINITY, 2], [2]));
    assert.deepEqual(everything(), before);
    step(tensor([1, 2], [2]));
    const after = everything();
    assert.notDeepEqual(after.parameter, before.parameter);
    assert.notDeepEqual(after.state, before.state);
  });

  test(`${name}: a new learning rate compiles nothing and scales the step`, () => {
    const moved = (lr: number) => {
      const parameter = new Parameter([1], Float32Array.of(1));
      const optimizer = construct([parameter]);
      const step = compile((g: Tensor) => optimizer.step([g]) as undefined, { backend: reference });
      optimizer.lr = 0;
      step(tensor([0.5], [1]));
      assert.equal(parameter.data()[0], 1);
      optimizer.lr = lr;
      assert.equal(optimizer.lr, lr);
      step(tensor([0.5], [1]));
      assert.equal(step.programCount, 1);
      return 1 - parameter.data()[0];
    };
    const once = moved(0.125);
    assert.ok(once > 0.01);
    assert.ok(Math.abs(moved(0.25) / once - 2) < 1e-12);
  });

  test(`${name}: outside compile() a step takes effect at once`, () => {
    const outside = [1, 2].map((value) => new Parameter([2], Float32Array.of(value, -value)));
    const inside = [1, 2].map((value) => new Parameter([2], Float32Array.of(value, -value)));
    const train = ([a, b]: Parameter[], optimizer: Optimizer) =>
      // The gradient of each reads the other, so neither may change before both are known.
      optimizer.step(grad(sum(mul(mul(a, b), mul(a, b))), [a, b]));
    const eager = construct(outside);
    const traced = construct(inside);
    const step = compile(() => train(inside, traced) as undefined, { backend: reference });
    for (let i = 0; i < 2; i++) {
      train(outside, eager);
      step();
    }
    outside.forEach((parameter, i) => {
      const expected = { shape: [2], data: inside[i].data() };
      assertTorch(parameter, expected, { what: `parameter ${i}`, tolerance: 1e-5 });
    });
  });

  test(`${name}: a state that does not fit is refused and changes nothing`, () => {
    const optimizer = construct([new Parameter([2]), new Parameter([3, 1])]);
    const before = optimizer.stateDict();
    const { lr, ...rest } = before;
    assert.throws(() => optimizer.loadStateDict(rest), /missing: lr \[\]/);
    const other = construct([new Parameter([2]), new Parameter([4])]).stateDict();
    const changed = { ...other, lr: { ...lr, data: Float32Array.of(9) } };
    assert.throws(
      () => optimizer.loadStateDict(changed),
      /of another shape: 1\.\w+ \(expected \[3, 1\]/,
    );
    assert.deepEqual(optimizer.stateDict(), before);
    assert.equal(optimizer.lr, 0.5);
  });
}

test('the bias correction keeps its digits', () => {
  // 1 - 0.999 in float32 is off by 1.3e-5; the first step of Adam is lr to within a few roundings.
  const parameter = new Parameter([1]);
  const optimizer = new Adam([parameter], { lr: 1, eps: 0 });
  optimizer.step([fill(0.25, [1])]);
  assert.ok(Math.abs(parameter.data()[0] + 1) < 3e-7);
  const { step, bias_correction1: first, bias_correction2: second } = optimizer.stateDict();
  assert.deepEqual([...step.data], [1]);
  assert.ok(Math.abs(first.data[0] / 0.1 - 1) < 1e-7);
  assert.ok(Math.abs(second.data[0] / 0.001 - 1) < 1e-7);
});

test("default learning rates are PyTorch's, and the paper's of Lion", () => {
  const parameters = [new Parameter([2])];
  const kinds = [Adam, AdamW, RMSprop, Adagrad, Adadelta, Lion];
  const rates = kinds.map((Kind) => new Kind(parameters).lr);
  assert.deepEqual(rates, [1e-3, 1e-3, 1e-2, 1e-2, 1, 1e-4]);
});

test('centered RMSprop stays finite where the variance rounds to less than zero', () => {
  // Equal gradients after larger ones: both means fall, and stall a few roundings too high.
  const random = new Philox(3);
  const gradient = Float32Array.from({ length: 256 }, () => random.normal());
  const parameter = new Parameter([256]);
  const optimizer = new RMSprop([parameter], { lr: 1e-3, alpha: 0.9, eps: 1, centered: true });
  const step = compile((g: Tensor) => optimizer.step([g]) as undefined);
  const rounded: boolean[] = [];
  for (let t = 0; t < 300; t++) {
    step(tensor(t < 10 ? gradient.map((g) => 2 * g) : gradient, [256]));
    const { '0.square_avg': square, '0.grad_avg': mean } = optimizer.stateDict();
    square.data.forEach((value, i) => {
      rounded.push(Math.fround(value - Math.fround(mean.data[i] * mean.data[i])) < 0);
    });
  }
  assert.ok(rounded.includes(true));
  assert.ok([...parameter.data()].every(Number.isFinite), `${parameter.data()}`);
});

test('wrong options are refused', () => {
  const parameters = [new Parameter([2])];
  const refused = (build: () => unknown, message: RegExp) =>
    assert.throws(build, (error) => error instanceof ValueError && message.test(error.message));
  refused(() => new SGD([], { lr: 1 }), /needs parameters, got none/);
  refused(() => new SGD([...parameters, ...parameters], { lr: 1 }), /number 1 is number 0 again/);
  refused(() => new SGD([zeros([2]) as Parameter], { lr: 1 }), /parameter 0 is none/);
  refused(() => new SGD(parameters, {} as SgdOptions), /lr is undefined/);
  refused(
    () => new SGD(parameters, { lr: -1 }),
    /lr is -1; expected a finite number of at least 0/,
  );
  refused(() => new SGD(parameters, { lr: Number.NaN }), /lr is NaN/);
  refused(() => new SGD(parameters, { lr: 1, momentum: -0.5 }), /SGD: momentum is -0.5/);
  refused(() => new SGD(parameters, { lr: 1, nesterov: true }), /nesterov needs momentum/);
  const misspelt: object = { lr: 1, weightdecay: 0.1 };
  refused(() => new SGD(parameters, misspelt as SgdOptions), /did you mean "weightDecay"/);
  refused(() => new Adam(parameters, { beta: 0.9 } as AdamOptions), /did you mean "betas"/);
  refused(() => new Adam(parameters, { betas: [0.9, 1] }), /betas\[1\] is 1; .* less than 1/);
  refused(() => new RMSprop(parameters, { alpha: -1 }), /RMSprop: alpha is -1/);
  refused(() => new Adagrad(parameters, { lrDecay: -1 }), /Adagrad: lrDecay is -1/);
  refused(() => new Adadelta(parameters, { rho: 1 }), /rho is 1; .* less than 1/);
  refused(() => new Lion(parameters, { betas: [1, 0] }), /betas\[0\] is 1; .* less than 1/);
  const dampened = { lr: 1, momentum: 0.5, nesterov: true, dampening: 0.5 };
  refused(() => new SGD(parameters, dampened), /nesterov goes without dampening/);
  refused(() => new AdamW(parameters, { eps: Number.POSITIVE_INFINITY }), /AdamW: eps is Infinity/);
  const optimizer = new Adam(parameters);
  assert.throws(() => {
    optimizer.lr = Number.NaN;
  }, /lr is NaN/);
  assert.equal(optimizer.lr, 1e-3);
});

test('gradients that do not fit are refused before anything changes', () => {
  const optimizer = new SGD([new Parameter([2]), new Parameter([3])], { lr: 1 });
  const refused = (grads: Tensor[], message: RegExp, when?: Tensor) =>
    assert.throws(
      () => optimizer.step(grads, { when }),
      (error) => error instanceof ShapeError && message.test(error.message),
    );
  refused([zeros([2])], /expected 2 gradients, one for each parameter, got 1/);
  refused([zeros([2]), zeros([2])], /gradient 1 is float32 \[2\], its parameter float32 \[3\]/);
  refused([zeros([2]), zeros([3])], /when must be one bool, got float32 \[\]/, zeros([]));
});

interface ScheduleCase {
  readonly schedule: 'cosine' | 'oneCycle';
  readonly options: { readonly lr: number; readonly steps: number };
  readonly rates: readonly number[];
}

for (const { schedule, options, rates } of readFixture<ScheduleCase[]>('nn-schedules.json')) {
  test(`${schedule} schedule ${JSON.stringify(options)}: as PyTorch`, () => {
    const made = { cosine: cosineSchedule, oneCycle: oneCycleSchedule }[schedule](options);
    rates.forEach((rate, step) => {
      assert.ok(Math.abs(made(step) - rate) < 1e-12, `step ${step}: ${made(step)}, not ${rate}`);
    });
  });
}

test('schedules stay at their last rate, warm up, and are finite for every length', () => {
  const over = (schedule: Schedule, steps: number) => [...new Array(steps).keys()].map(schedule);
  assert.deepEqual(over(constantSchedule({ lr: 0.5 }), 3), [0.5, 0.5, 0.5]);
  const warm = over(cosineSchedule({ lr: 1, steps: 8, warmupSteps: 4, minLr: 0.25 }), 12);
  assert.deepEqual(warm.slice(0, 5), [0.2, 0.4, 0.6, 0.8, 1]);
  assert.ok(warm[5] < 1 && warm[7] > 0.25);
  assert.deepEqual(warm.slice(8), [0.25, 0.25, 0.25, 0.25]);
  for (const steps of [1, 2, 3, 10]) {
    for (const pctStart of [0, 0.1, 0.3, 0.5, 0.9]) {
      const rates = over(oneCycleSchedule({ lr: 1, steps, pctStart }), steps + 2);
      assert.ok(
        rates.every((rate) => rate > 0 && rate <= 1),
        `${steps} ${pctStart}: ${rates}`,
      );
      assert.ok(Math.abs(rates[steps] - 1 / 25e4) < 1e-12);
    }
  }
});

test('schedules refuse what makes no sense', () => {
  assert.throws(() => cosineSchedule({ lr: 1, steps: 0 }), /steps is 0; expected a whole number/);
  assert.throws(() => cosineSchedule({ lr: 1, steps: 5, warmupSteps: 5 }), /warmupSteps is 5/);
  assert.throws(() => oneCycleSchedule({ lr: -1, steps: 5 }), /lr is -1/);
  assert.throws(() => oneCycleSchedule({ lr: 1, steps: 5, pctStart: 1 }), /pctStart is 1/);
  const misspelt: object = { lr: 1, step: 5 };
  assert.throws(() => cosineSchedule(misspelt as { lr: 1; steps: 5 }), /did you mean "steps"/);
});
