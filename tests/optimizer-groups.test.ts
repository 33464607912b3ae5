/** Parameter groups: PyTorch's numbers, a learning rate each, saved state, wrong use. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reference } from '../src/backends/reference/index.js';
import { compile } from '../src/compiler/index.js';
import { ValueError } from '../src/graph/errors.js';
import type { Tensor } from '../src/graph/tensor.js';
import { Parameter } from '../src/nn/index.js';
import { tensor } from '../src/ops/index.js';
import {
  Adam,
  AdamW,
  type Optimizer,
  RMSprop,
  SGD,
  type SgdOptions,
  type Trained,
} from '../src/optim/index.js';
import { assertTorch, fromTorch, readFixture, type TorchTensor } from './torch-values.js';

interface GroupsCase {
  readonly optimizer: 'SGD' | 'AdamW' | 'RMSprop';
  readonly options: object;
  /** The first group has the first two parameters, the second the third. */
  readonly groups: readonly [object, object];
  readonly start: readonly TorchTensor[];
  readonly steps: readonly {
    readonly gradients: readonly TorchTensor[];
    readonly parameters: readonly TorchTensor[];
  }[];
}

const make: {
  readonly [Name in GroupsCase['optimizer']]: (
    groups: readonly { parameters: readonly Parameter[] }[],
    options: object,
  ) => Optimizer;
} = {
  SGD: (groups, options) => new SGD(groups, options as SgdOptions),
  AdamW: (groups, options) => new AdamW(groups, options),
  RMSprop: (groups, options) => new RMSprop(groups, options),
};

function begin({ optimizer, options, groups, start }: GroupsCase) {
  const parameters = start.map(({ shape, data }) => new Parameter(shape, Float32Array.from(data)));
  const made = make[optimizer](
    [
      { parameters: parameters.slice(0, 2), ...groups[0] },
      { parameters: parameters.slice(2), ...groups[1] },
    ],
    options,
  );
  const step = compile((...grads: Tensor[]) => made.step(grads) as undefined, {
    backend: reference,
  });
  return { parameters, optimizer: made, step };
}

for (const fixture of readFixture<GroupsCase[]>('optim-groups.json')) {
  const title = `${fixture.optimizer} ${JSON.stringify(fixture.groups)}`;
  test(`${title}: as PyTorch`, () => {
    const { parameters, step } = begin(fixture);
    fixture.steps.forEach(({ gradients, parameters: expected }, t) => {
      step(...gradients.map(fromTorch));
      expected.forEach((values, i) => {
        assertTorch(parameters[i], values, { what: `parameter ${i} after step ${t + 1}` });
      });
    });
  });

  test(`${title}: goes on from a saved state`, () => {
    const unbroken = begin(fixture);
    const resumed = begin(fixture);
    resumed.optimizer.lr = 7;
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
      assertTorch(resumed.parameters[i], expected, { what: `parameter ${i}`, tolerance: 1e-6 });
    });
  });
}

test('each group has a learning rate that can be set without compiling', () => {
  const [a, b] = [new Parameter([1]), new Parameter([1])];
  const optimizer = new SGD([{ parameters: [a] }, { parameters: [b], lr: 0.25 }], { lr: 0.5 });
  const step = compile((g: Tensor) => optimizer.step([g, g]) as undefined, { backend: reference });
  const moved = () => {
    a.set([0]);
    b.set([0]);
    step(tensor([-1], [1]));
    return [a.data()[0], b.data()[0]];
  };
  assert.deepEqual(moved(), [0.5, 0.25]);
  optimizer.groups[1].lr = 2;
  assert.deepEqual(moved(), [0.5, 2]);
  assert.deepEqual(
    optimizer.groups.map(({ lr }) => lr),
    [0.5, 2],
  );
  // A schedule keeps the proportion with which the groups began.
  optimizer.lr = 1;
  assert.deepEqual(moved(), [1, 0.5]);
  assert.equal(optimizer.lr, 1);
  assert.equal(step.programCount, 1);
  assert.throws(() => {
    optimizer.groups[0].lr = -1;
  }, /lr is -1/);
});

test('groups keep their order, their parameters and their settings', () => {
  const [a, b, c] = [new Parameter([1]), new Parameter([2]), new Parameter([3])];
  const optimizer = new Adam([{ parameters: [c, a] }, { parameters: [b], eps: 0.5 }], { lr: 1 });
  assert.deepEqual(optimizer.parameters, [c, a, b]);
  assert.deepEqual(
    optimizer.groups.map(({ settings }) => settings.eps),
    [1e-8, 0.5],
  );
  const state = optimizer.stateDict();
  assert.deepEqual(state['2.exp_avg'].shape, [2]);
  assert.ok('groups.0.lr' in state && 'groups.1.step' in state && !('lr' in state));
});

test('wrong groups are refused', () => {
  const parameter = new Parameter([2]);
  const refused = (trained: unknown, message: RegExp, options: SgdOptions = { lr: 1 }) =>
    assert.throws(
      () => new SGD(trained as Trained<SgdOptions>, options),
      (error) => error instanceof ValueError && message.test(error.message),
    );
  refused([{ parameters: [] }], /needs parameters, got none/);
  refused([{ lr: 1 }], /group 0 has no parameters/);
  refused([parameter, { parameters: [new Parameter([1])] }], /parameters or groups .* got both/);
  refused([{ parameters: [parameter] }, { parameters: [parameter] }], /number 1 is number 0 again/);
  refused([{ parameters: [parameter], momentum: -1 }], /SGD: group 0: momentum is -1/);
  refused([{ parameters: [parameter], momentums: 1 }], /did you mean "momentum"/);
  const noRate: object = {};
  refused([{ parameters: [parameter] }], /lr is undefined/, noRate as SgdOptions);
  const groups = [{ parameters: [parameter], lr: 0 }, { parameters: [new Parameter([1])] }];
  const optimizer = new SGD(groups, { lr: 1 });
  assert.throws(() => {
    optimizer.lr = 1;
  }, /no proportion to it; set the rates one by one/);
});
