/** What a compiled step costs: an optimiser updates each parameter in one pass, and what is frozen costs nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { compile } from '../src/compiler/index.js';
import { Program } from '../src/compiler/program.js';
import { sizeOf } from '../src/graph/shape.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { sum, tensor } from '../src/index.js';
import {
  Conv2d,
  crossEntropy,
  Flatten,
  freeze,
  isFrozen,
  Linear,
  MaxPool2d,
  type Parameter,
  Relu,
  Sequential,
  trainableParameters,
  unfreeze,
} from '../src/nn/index.js';
import {
  Adadelta,
  Adagrad,
  Adam,
  AdamW,
  clipGradNorm,
  clipGradValue,
  ExponentialMovingAverage,
  Lion,
  type Optimizer,
  RMSprop,
  SGD,
} from '../src/optim/index.js';
import { assignmentsOf } from './cases/case.js';
import { planInterpreter } from './plan-interpreter.js';

const network = () =>
  new Sequential(
    new Sequential(
      new Conv2d(1, 4, { kernelSize: 3 }),
      new Relu(),
      new MaxPool2d({ kernelSize: 2 }),
    ),
    new Sequential(new Flatten(), new Linear(36, 40), new Relu(), new Linear(40, 10)),
  );
const x = new Tensor([8, 1, 8, 8], 'float32', { kind: 'input' });
const labels = new Tensor([8], 'int32', { kind: 'input' });

/** The kernels of what `build` returns and assigns. */
function kernelsOf(build: () => readonly Tensor[]) {
  const { result: outputs, trace: traced } = trace(build);
  const graph = { inputs: [x, labels], outputs, assignments: assignmentsOf(traced) };
  return new Program(graph, planInterpreter).describe();
}

const lossOf = (model: ReturnType<typeof network>): Tensor => crossEntropy(model.call(x), labels);

/** How many kernels write something larger than a few numbers. */
const passes = ({ kernels }: ReturnType<typeof kernelsOf>): number =>
  kernels.filter(({ shape }) => sizeOf(shape) > 1).length;

const model = network();
const parameters = model.parameters();
const backward = kernelsOf(() => {
  const loss = lossOf(model);
  return [loss, ...grad(loss, parameters)];
});

const optimizers: Readonly<Record<string, (parameters: readonly Parameter[]) => Optimizer>> = {
  SGD: (of) => new SGD(of, { lr: 1, momentum: 0.9, weightDecay: 0.1, nesterov: true }),
  dampening: (of) => new SGD(of, { lr: 1, momentum: 0.9, dampening: 0.1 }),
  Adam: (of) => new Adam(of, { weightDecay: 0.1 }),
  amsgrad: (of) => new Adam(of, { amsgrad: true }),
  AdamW: (of) => new AdamW(of),
  RMSprop: (of) => new RMSprop(of, { momentum: 0.9, centered: true, weightDecay: 0.1 }),
  Adagrad: (of) => new Adagrad(of, { lrDecay: 0.1, weightDecay: 0.1 }),
  Adadelta: (of) => new Adadelta(of, { weightDecay: 0.1 }),
  Lion: (of) => new Lion(of, { weightDecay: 0.1 }),
};

for (const [name, make] of Object.entries(optimizers)) {
  test(`${name}: the update is part of the kernels that compute the gradients`, () => {
    const optimizer = make(parameters);
    const step = kernelsOf(() => {
      const loss = lossOf(model);
      optimizer.step(grad(loss, parameters));
      return [loss];
    });
    assert.ok(passes(step) <= passes(backward), `${passes(step)} passes, not ${passes(backward)}`);
    const more = step.kernels.length - backward.kernels.length;
    assert.ok(more <= 4, `${more} more kernels: ${step.kernels.map(({ label }) => label)}`);
  });
}

test('averages and clipping by value take no pass of their own', () => {
  const optimizer = new Adam(parameters);
  const average = new ExponentialMovingAverage(parameters, { warmup: true });
  const step = kernelsOf(() => {
    const loss = lossOf(model);
    optimizer.step(clipGradValue(grad(loss, parameters), 1));
    average.update();
    return [loss];
  });
  assert.ok(passes(step) <= passes(backward), `${passes(step)} passes, not ${passes(backward)}`);
});

test('clipping by norm takes one pass for the update of each parameter', () => {
  const optimizer = new Adam(parameters);
  const step = kernelsOf(() => {
    const loss = lossOf(model);
    optimizer.step(clipGradNorm(grad(loss, parameters), 1).grads);
    return [loss];
  });
  const most = passes(backward) + parameters.length;
  assert.ok(passes(step) <= most, `${passes(step)} passes, at most ${most} expected`);
});

for (const [name, part] of [
  ['the first part', 0],
  ['the second part', 1],
] as const) {
  test(`when ${name} is frozen, its gradients are not computed`, () => {
    const model = network();
    const parts = [...model.namedModules()].filter(([path]) => /^\d$/.test(path));
    const [, frozen] = parts[part];
    const [, trained] = parts[1 - part];
    const optimizer = new Adam(model.parameters());
    const flops = () =>
      kernelsOf(() => {
        const loss = lossOf(model);
        optimizer.step(grad(loss, optimizer.parameters));
        return [loss];
      });
    const all = flops();
    freeze(frozen);
    assert.deepEqual(trainableParameters(model), trained.parameters());
    const half = flops();
    // The same step written without the frozen parameters at all.
    const alone = new Adam(trainableParameters(model));
    const least = kernelsOf(() => {
      const loss = lossOf(model);
      alone.step(grad(loss, alone.parameters));
      return [loss];
    });
    assert.equal(half.flops, least.flops);
    assert.equal(half.kernels.length, least.kernels.length);
    assert.ok(half.flops < all.flops && half.kernels.length < all.kernels.length);
    if (part === 0) {
      // What lies before the first trained parameter has no backward pass: only one convolution is left.
      assert.equal(half.kernels.filter(({ kind }) => kind === 'conv2d').length, 1);
      assert.ok(all.kernels.filter(({ kind }) => kind === 'conv2d').length > 1);
    }
    unfreeze(frozen);
    assert.equal(flops().flops, all.flops);
  });
}

test('freezing after compile() takes effect at the next step, and keeps state as it is', () => {
  const layer = new Linear(3, 2);
  const optimizer = new Adam(layer.parameters(), { lr: 0.1 });
  const step = compile(
    (input: Tensor) => {
      const loss = sum(layer.call(input));
      optimizer.step(grad(loss, optimizer.parameters));
      return loss;
    },
    { backend: reference },
  );
  const input = tensor([1, 2, 3], [1, 3]);
  const everything = () => ({ ...layer.stateDict(), ...optimizer.stateDict() });
  step(input);
  const before = everything();
  freeze(layer);
  assert.ok(isFrozen(layer.weight));
  step(input);
  assert.deepEqual(everything(), before);
  unfreeze(layer);
  step(input);
  assert.notDeepEqual(everything(), before);
  assert.equal(step.programCount, 2);
});
