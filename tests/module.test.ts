/** Module: what is found by walking fields, state, modes, and the paths that errors and outputs carry. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reference } from '../src/backends/reference/index.js';
import { compile } from '../src/compiler/index.js';
import { ValueError } from '../src/graph/errors.js';
import type { Tensor } from '../src/graph/tensor.js';
import { currentScope } from '../src/graph/trace.js';
import { Variable } from '../src/graph/variable.js';
import {
  Conv2d,
  Flatten,
  Linear,
  MaxPool2d,
  Module,
  observeCalls,
  observeOutputs,
  Parameter,
  Relu,
  Sequential,
  type StateDict,
} from '../src/nn/index.js';
import { add, mul, tensor, zeros } from '../src/ops/index.js';

/** A layer with a parameter, a buffer and a way to see in which scope it ran. */
class Scale extends Module {
  readonly mean = new Variable(new Float32Array([0.5, 0.25]), [2], 'float32');
  readonly factor = new Parameter([2], Float32Array.of(2, 3));
  readonly notes = ['no', 'variables', 1];
  scope = '';

  forward(x: Tensor): Tensor {
    this.scope = currentScope();
    return add(mul(x, this.factor), this.mean);
  }
}

class Network extends Module {
  readonly first = new Scale();
  readonly bias = new Parameter([2]);
  readonly blocks = [new Scale(), new Sequential(new Relu(), new Scale())] as const;
  readonly nothing = null;

  forward(x: Tensor): Tensor {
    x = this.first.call(x);
    for (const block of this.blocks) x = block.call(x);
    return add(x, this.bias);
  }
}

test('parameters, buffers and modules are found in field order', () => {
  const network = new Network();
  assert.deepEqual(
    network.namedModules().map(([name]) => name),
    ['', 'first', 'blocks.0', 'blocks.1', 'blocks.1.0', 'blocks.1.1'],
  );
  assert.deepEqual(
    network.namedParameters().map(([name]) => name),
    ['bias', 'first.factor', 'blocks.0.factor', 'blocks.1.1.factor'],
  );
  assert.deepEqual(
    network.namedBuffers().map(([name]) => name),
    ['first.mean', 'blocks.0.mean', 'blocks.1.1.mean'],
  );
  assert.deepEqual(network.parameters()[1], network.first.factor);
  assert.equal(network.buffers()[0], network.first.mean);
});

test('state has every parameter and buffer, a module’s own before those inside it', () => {
  const state = new Network().stateDict();
  assert.deepEqual(Object.keys(state), [
    'bias',
    'first.factor',
    'first.mean',
    'blocks.0.factor',
    'blocks.0.mean',
    'blocks.1.1.factor',
    'blocks.1.1.mean',
  ]);
  const expected = { shape: [2], dtype: 'float32', data: Float32Array.of(2, 3) };
  assert.deepEqual(state['first.factor'], expected);
});

test('state is a copy in both directions', () => {
  const network = new Network();
  const state = network.stateDict();
  state.bias.data[0] = 7;
  assert.equal(network.bias.data()[0], 0);
  const other = new Network();
  assert.deepEqual(other.loadStateDict(state), { missing: [], unexpected: [] });
  assert.equal(other.bias.data()[0], 7);
  state.bias.data[0] = 9;
  assert.equal(other.bias.data()[0], 7);
});

test('a layer used twice is trained once and saved under both names', () => {
  class Tied extends Module {
    readonly a = new Linear(2, 2);
    readonly b = this.a;
    /** A module may know the one it is in. */
    owner: Module = this;
    forward(x: Tensor): Tensor {
      return this.b.call(this.a.call(x));
    }
  }
  const tied = new Tied();
  assert.equal(tied.parameters().length, 2);
  assert.deepEqual(Object.keys(tied.stateDict()), ['a.weight', 'a.bias', 'b.weight', 'b.bias']);
});

test('a state that does not fit is refused with every reason, and nothing changes', () => {
  const network = new Network();
  const before = network.stateDict();
  const { bias, 'first.mean': mean, ...rest } = before;
  const wrong: StateDict = {
    ...rest,
    'frist.mean': mean,
    'first.factor': { shape: [3], dtype: 'float32', data: Float32Array.of(9, 9, 9) },
    'blocks.0.factor': { shape: [2], dtype: 'float32', data: Float32Array.of(9, 9) },
    'blocks.0.mean': { shape: [2], dtype: 'float32', data: Float32Array.of(9) },
  };
  assert.throws(
    () => network.loadStateDict(wrong),
    new ValueError(
      'loadStateDict: this state does not fit Network; missing: bias [2], ' +
        'first.mean [2] (is it frist.mean?); unexpected: frist.mean [2]; of another shape: first.factor (expected [2], got [3]), ' +
        'blocks.0.mean (expected [2], got [2] with 1 elements). ' +
        'Load a state that was saved from the same Network',
    ),
  );
  assert.throws(
    () => network.loadStateDict(wrong, { strict: false }),
    /does not fit Network; of another/,
  );
  assert.deepEqual(network.stateDict(), before);
  assert.throws(() => network.loadStateDict({ bias }), /missing: .*\{ strict: false \}/);
});

test('without strict, what fits is taken and the rest is told', () => {
  const network = new Network();
  const bias = { shape: [2], dtype: 'float32', data: Float32Array.of(5, 6) } as const;
  const { missing, unexpected } = network.loadStateDict({ bias, extra: bias }, { strict: false });
  assert.deepEqual(unexpected, ['extra']);
  assert.equal(missing.length, 6);
  assert.deepEqual([...network.bias.data()], [5, 6]);
});

test('a message about many keys lists the first eight', () => {
  const layers = Array.from({ length: 20 }, () => new Linear(1, 1, { bias: false }));
  assert.throws(
    () => new Sequential(...layers).loadStateDict({}),
    /missing: 0.weight \[1, 1\], .*7.weight \[1, 1\] and 12 more\./,
  );
});

test('train and eval reach every module, and compiled functions notice', () => {
  class Noisy extends Module {
    forward(x: Tensor): Tensor {
      return this.training ? add(x, 1) : x;
    }
  }
  const noisy = new Noisy();
  const model = new Sequential(new Relu(), new Sequential(noisy));
  const run = compile((x: Tensor) => model.call(x), { backend: reference });
  const value = () => run(tensor([3], [1])).item();
  assert.equal(model.training, true);
  assert.equal(value(), 4);
  assert.equal(model.eval(), model);
  assert.equal(noisy.training, false);
  assert.equal(value(), 3);
  model.train();
  assert.equal(value(), 4);
  assert.equal(run.programCount, 2);
  model.train(false);
  assert.equal(noisy.training, false);
});

test('layers run in the scope of their path', () => {
  const network = new Network();
  network.call(zeros([4, 2]));
  assert.equal(network.first.scope, 'first');
  assert.equal(network.blocks[0].scope, 'blocks.0');
  const inner = network.namedModules().find(([name]) => name === 'blocks.1.1')![1] as Scale;
  assert.equal(inner.scope, 'blocks.1.1');
  // Called by itself, a layer is the outermost.
  inner.call(zeros([4, 2]));
  assert.equal(inner.scope, '');
});

test('an error says the path of the layer in which it happened, once', () => {
  class Vgg extends Module {
    readonly features = new Sequential(
      new Conv2d(3, 32, { kernelSize: 3, padding: 1 }),
      new Relu(),
      new MaxPool2d({ kernelSize: 2 }),
      new Conv2d(64, 128, { kernelSize: 3, padding: 1 }),
    );
    forward(x: Tensor): Tensor {
      return this.features.call(x);
    }
  }
  const message =
    'features.3 (Conv2d 64 -> 128): expected 64 input channels, got 32 in [8, 32, 28, 28]';
  assert.throws(
    () => new Vgg().call(zeros([8, 3, 56, 56])),
    (error: Error) => {
      assert.equal(error.name, 'ShapeError');
      assert.equal(error.message, message);
      assert.equal(error.stack?.split('features.3').length, 2, error.stack);
      return true;
    },
  );
  // A failed call leaves no layer running.
  assert.equal(currentScope(), '');
  assert.throws(() => new Linear(4, 2).call(zeros([3, 5])), /^ShapeError: Linear 4 -> 2: expected/);
});

test('an error of any kind that forward throws is located', () => {
  class Broken extends Module {
    forward(_: Tensor): Tensor {
      throw new RangeError('out of cheese');
    }
  }
  const model = new Sequential(new Relu(), new Broken());
  assert.throws(() => model.call(zeros([1])), new RangeError('1 (Broken): out of cheese'));
});

test('observed outputs come in the order in which layers finish, with paths', () => {
  const model = new Sequential(new Flatten(), new Sequential(new Linear(4, 3), new Relu()));
  const x = zeros([2, 2, 2]);
  const { result, outputs } = observeOutputs(() => model.call(x));
  assert.deepEqual(
    outputs.map(({ path, layer, output }) => [path, layer, output.shape]),
    [
      ['0', 'Flatten', [2, 4]],
      ['1.0', 'Linear 4 -> 3', [2, 3]],
      ['1.1', 'Relu', [2, 3]],
      ['1', 'Sequential', [2, 3]],
      ['', 'Sequential', [2, 3]],
    ],
  );
  assert.equal(outputs.at(-1)!.output, result);
  // Nothing is collected afterwards, not even by an observation that failed.
  assert.throws(() => observeOutputs(() => model.call(zeros([2, 3]))));
  model.call(x);
  assert.equal(outputs.length, 5);
});

test('observed calls tell what is called inside what, and what goes in and comes out', () => {
  const model = new Sequential(new Flatten(), new Sequential(new Linear(4, 3), new Relu()));
  const x = zeros([2, 2, 2]);
  const outer = observeCalls(() => observeCalls(() => model.call(x)));
  const { result, calls } = outer.result;
  assert.deepEqual(outer.calls, calls);
  const [root] = calls;
  assert.equal(root.module, model);
  assert.deepEqual([root.inputs, root.outputs], [[x], [result]]);
  const [flat, inner] = root.calls;
  assert.deepEqual(
    inner.calls.map(({ path, layer }) => [path, layer]),
    [
      ['1.0', 'Linear 4 -> 3'],
      ['1.1', 'Relu'],
    ],
  );
  assert.equal(inner.calls[0].inputs[0], flat.outputs[0]);
  assert.equal(inner.calls[1].inputs[0], inner.calls[0].outputs[0]);
});

test('observed outputs can be results of a compiled function', () => {
  const model = new Network();
  const run = compile(
    (x: Tensor) => {
      const { outputs } = observeOutputs(() => model.call(x));
      return Object.fromEntries(outputs.map(({ path, output }) => [path, output]));
    },
    { backend: reference },
  );
  const { first, '': last } = run(tensor([1, 1], [1, 2]));
  assert.deepEqual([...first.data()], [2.5, 3.25]);
  assert.equal(last.size, 2);
});

test('a module may take and give what it likes', () => {
  class Heads extends Module<[Tensor, number], { mean: Tensor; parts: Tensor[] }> {
    readonly fc = new Linear(2, 2);
    forward(x: Tensor, factor: number) {
      const y = mul(this.fc.call(x), factor);
      return { mean: y, parts: [y, x] };
    }
  }
  const heads = new Heads();
  const { result, outputs } = observeOutputs(() => heads.call(zeros([3, 2]), 2));
  assert.deepEqual(result.mean.shape, [3, 2]);
  assert.deepEqual(
    outputs.map(({ path }) => path),
    ['fc', '', '', ''],
  );
});
