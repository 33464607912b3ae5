/** ONNX models run as modules: named, differentiable, compiled; what does not fit is named. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadOnnx, type OnnxModelOptions, type TensorData } from '../src/formats/index.js';
import { compile, grad, sum, type Tensor, tensor, ValueError } from '../src/index.js';
import { type ModelToWrite, writeModel } from './onnx-writer.js';

const load = (model: ModelToWrite, options?: OnnxModelOptions) =>
  loadOnnx(writeModel(model), 'm.onnx', options);

const linear: ModelToWrite = {
  nodes: [
    { name: 'fc', operator: 'Gemm', inputs: ['x', 'fc.weight', 'fc.bias'], outputs: ['h'] },
    { name: 'act', operator: 'Relu', inputs: ['h'] },
  ],
  inputs: { x: ['float32', 'n', 2] },
  initializers: [
    { name: 'fc.weight', dims: [2, 3], values: [1, 2, 3, 4, 5, 6] },
    { name: 'fc.bias', dims: [3], values: [0, -100, 1] },
  ],
};

const shape = (...values: number[]): TensorData => ({
  type: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

test('a model is a module: parameters by name, outputs by name, gradients', () => {
  const model = load(linear);
  assert.deepEqual(model.inputNames, ['x']);
  assert.deepEqual(model.outputNames, ['y']);
  assert.deepEqual(
    model.namedParameters().map(([name, { shape }]) => [name, shape]),
    [
      ['fc.weight', [2, 3]],
      ['fc.bias', [3]],
    ],
  );
  const x = tensor([1, 1], [1, 2]);
  assert.deepEqual([...model.call({ x }).y.data()], [5, 0, 10]);
  const [weight, bias] = grad(sum(model.call({ x: tensor([1, 2], [1, 2]) }).y), model.parameters());
  assert.deepEqual([...weight.data()], [1, 0, 1, 2, 0, 2]);
  assert.deepEqual([...bias.data()], [1, 0, 1]);
});

test('changed parameters change what the model gives', () => {
  const model = load(linear);
  const { 'fc.weight': weight } = model.stateDict();
  const bias = { dtype: 'float32', shape: [3], data: Float32Array.of(1, 1, 1) } as const;
  model.loadStateDict({
    'fc.weight': weight,
    'fc.bias': bias,
  });
  assert.deepEqual([...model.call({ x: tensor([1, 1], [1, 2]) }).y.data()], [6, 8, 10]);
});

test('running statistics and bounds are buffers, what decides about shapes is constant', () => {
  const model = load({
    nodes: [
      {
        operator: 'BatchNormalization',
        inputs: ['x', 'scale', 'shift', 'mean', 'variance'],
        outputs: ['h'],
      },
      { operator: 'Clip', inputs: ['h', 'least', ''], outputs: ['c'] },
      { operator: 'Resize', inputs: ['c', '', 'scales'] },
    ],
    inputs: { x: ['float32', 'n', 1, 2, 2] },
    initializers: [
      ...['scale', 'shift', 'mean', 'variance'].map((name) => ({ name, dims: [1], values: [1] })),
      { name: 'least', dims: [], values: [1] },
      { name: 'scales', dims: [4], values: [1, 1, 2, 1] },
    ],
  });
  const names = (entries: [string, unknown][]) => entries.map(([name]) => name);
  assert.deepEqual(names(model.namedParameters()), ['scale', 'shift']);
  assert.deepEqual(names(model.namedBuffers()), ['mean', 'variance', 'least']);
  const run = compile((x: Tensor) => model.call({ x }).y);
  const y = run(tensor([0, 1, 2, 3], [1, 1, 2, 2]));
  assert.deepEqual(y.shape, [1, 1, 4, 2]);
  const expected = [1, 1, 1, 1, 2, 3, 2, 3];
  y.data().forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < 1e-4);
  });
});

test('a compiled model gives the same, for every batch', () => {
  const model = load(linear);
  const run = compile((x: Tensor) => model.call({ x }).y);
  assert.deepEqual([...run(tensor([1, 1], [1, 2])).data()], [5, 0, 10]);
  assert.deepEqual([...run(tensor([1, 1, 2, 0], [2, 2])).data()], [5, 0, 10, 2, 0, 7]);
});

test('open extents can be given when a model is read', () => {
  const model = load(linear, { dimensions: { n: 2 } });
  assert.deepEqual(model.inputs, [{ name: 'x', typeCode: 1, shape: [2, 2] }]);
  assert.deepEqual(model.call({ x: tensor([1, 1, 2, 0], [2, 2]) }).y.shape, [2, 3]);
  assert.throws(() => model.call({ x: tensor([1, 1], [1, 2]) }), {
    message: /input 'x' is \[1, 2\]; the model takes \[2, 2\]/,
  });
  assert.throws(() => load(linear, { dimensions: { m: 2 } }), {
    message: /there is no dimension 'm'; those that are open are n/,
  });
  assert.throws(() => load(linear, { dimensions: { n: -1 } }), { message: /dimension 'n' is -1/ });
});

/** y = x reshaped to [-1, its last extent], computed as exporters do. */
const flattening: ModelToWrite = {
  nodes: [
    { operator: 'Shape', outputs: ['s'] },
    { operator: 'Slice', inputs: ['s', 'last', 'end'], outputs: ['n'] },
    { operator: 'Concat', inputs: ['open', 'n'], outputs: ['t'], attributes: { axis: { int: 0 } } },
    { operator: 'Reshape', inputs: ['x', 't'] },
  ],
  inputs: { x: ['float32', 'a', 'b', 'c'] },
  initializers: [
    { name: 'last', type: 'int64', dims: [1], values: [-1] },
    { name: 'end', type: 'int64', dims: [1], raw: new Uint8Array([...Array(7).fill(255), 127]) },
    { name: 'open', type: 'int64', dims: [1], values: [-1] },
  ],
};

test('shapes computed from shapes are known inside compile()', () => {
  const model = load(flattening);
  const run = compile((x: Tensor) => model.call({ x }).y);
  assert.deepEqual(run(tensor(new Float32Array(12), [2, 2, 3])).shape, [4, 3]);
  assert.deepEqual(run(tensor(new Float32Array(12), [3, 2, 2])).shape, [6, 2]);
});

test('ends of slices beyond int32 may be joined from constants first', () => {
  const model = load({
    nodes: [
      { operator: 'Unsqueeze', inputs: ['most', 'first'], outputs: ['a'] },
      {
        operator: 'Concat',
        inputs: ['a', 'two'],
        outputs: ['e'],
        attributes: { axis: { int: 0 } },
      },
      { operator: 'Slice', inputs: ['x', 'starts', 'e'] },
    ],
    inputs: { x: ['float32', 3, 3] },
    initializers: [
      { name: 'most', type: 'int64', dims: [], raw: new Uint8Array([...Array(7).fill(255), 127]) },
      { name: 'first', type: 'int64', dims: [1], values: [0] },
      { name: 'two', type: 'int64', dims: [1], values: [2] },
      { name: 'starts', type: 'int64', dims: [2], values: [1, 1] },
    ],
  });
  const { y } = model.call({ x: tensor([0, 1, 2, 3, 4, 5, 6, 7, 8], [3, 3]) });
  assert.deepEqual(
    [y.shape, [...y.data()]],
    [
      [2, 1],
      [4, 7],
    ],
  );
});

describe('a shape that is an input', () => {
  const reshaping: ModelToWrite = {
    nodes: [{ name: 'r', operator: 'Reshape', inputs: ['x', 'to'] }],
    inputs: { x: ['float32', 'n'], to: ['int64', 'rank'] },
  };
  const x = tensor([1, 2, 3, 4], [4]);

  test('is read when the model runs outside compile()', () => {
    const model = load(reshaping);
    assert.deepEqual(model.call({ x, to: tensor([2, 2], [2], 'int32') }).y.shape, [2, 2]);
    assert.deepEqual(model.call({ x, to: shape(4, 1) }).y.shape, [4, 1]);
  });

  test('cannot be read inside compile(): the error tells the remedy', () => {
    const model = load(reshaping);
    const run = compile((x: Tensor, to: Tensor) => model.call({ x, to }).y);
    assert.throws(() => run(x, tensor([2, 2], [2], 'int32')), {
      name: 'ValueError',
      message:
        /node 'r' \(Reshape, version 21\): input 1 \(int64 \[2\]\) .*unknown while it is compiled.*`constants`/,
    });
  });

  test('can be a constant, and is no input then', () => {
    const model = load(reshaping, { constants: { to: shape(2, -1) } });
    assert.deepEqual(model.inputNames, ['x']);
    assert.deepEqual(compile((x: Tensor) => model.call({ x }).y)(x).shape, [2, 2]);
    const short = { ...shape(2, 2), shape: [3] };
    assert.throws(() => load(reshaping, { constants: { to: short } }), {
      message: /input 'to' has 2 values; its shape \[3\] holds 3/,
    });
    assert.throws(() => load(reshaping, { constants: { two: shape(2) } }), {
      message: /no input 'two'; did you mean 'to'/,
    });
  });
});

describe('what does not fit is named', () => {
  const one = (operator: string, rest: Partial<ModelToWrite> = {}): ModelToWrite => ({
    nodes: [{ name: 'n', operator }],
    ...rest,
  });

  test('operators without an importer, all at once, before anything runs', () => {
    const body = { nodes: [{ operator: 'Inside', inputs: ['a'] }] };
    const nodes = [
      { operator: 'Nonsense', outputs: ['a'] },
      {
        operator: 'Optional',
        inputs: ['a'],
        outputs: ['b'],
        attributes: { body: { graph: body } },
      },
      { operator: 'Relu', domain: 'com.example', inputs: ['b'] },
    ] as const;
    assert.throws(
      () => load({ nodes }),
      (error: unknown) => {
        assert.ok(error instanceof ValueError && 'operators' in error);
        assert.deepEqual(error.operators, ['Nonsense', 'Optional', 'com.example.Relu', 'Inside']);
        assert.match(
          error.message,
          /^m\.onnx: there is no importer for Nonsense \(version 21\), Optional/,
        );
        return true;
      },
    );
  });

  test('an attribute that the operator does not have', () => {
    const model = load({
      nodes: [{ name: 'n', operator: 'Softmax', attributes: { axes: { int: 0 } } }],
    });
    assert.throws(() => model.call({ x: tensor([1], [1]) }), {
      message: /node 'n' \(Softmax, version 21\): unknown attribute 'axes'; .* takes axis/,
    });
  });

  test('an attribute of another type, and one that is missing', () => {
    const nodes = (attributes: { axis: { float: number } } | undefined) => [
      { name: 'n', operator: 'Concat', attributes },
    ];
    const x = tensor([1], [1]);
    assert.throws(() => load({ nodes: nodes({ axis: { float: 1 } }) }).call({ x }), {
      message: /node 'n' \(Concat, version 21\): attribute 'axis' is of kind float; expected int/,
    });
    assert.throws(() => load({ nodes: nodes(undefined) }).call({ x }), {
      message: /attribute 'axis' is missing; the operator needs it \(int\)/,
    });
  });

  test('inputs that are missing, unknown, of another type or shape', () => {
    const model = load(
      one('Relu', {
        inputs: { image: ['float32', 1, 'n'] },
        nodes: [{ name: 'n', operator: 'Relu', inputs: ['image'] }],
      }),
    );
    const image = tensor([1, 2], [1, 2]);
    assert.throws(() => model.call({}), { message: /input 'image' is missing/ });
    assert.throws(() => model.call({ imgae: image }), {
      message: /there is no input 'imgae'; did you mean 'image'\?/,
    });
    assert.throws(() => model.call({ image: tensor([1, 2], [1, 2], 'int32') }), {
      message: /input 'image' is int32; the model takes float32/,
    });
    assert.throws(() => model.call({ image: tensor([1, 2], [2, 1]) }), {
      name: 'ShapeError',
      message: /input 'image' is \[2, 1\]; the model takes \[1, n\]/,
    });
  });

  test('inputs of a node: left out, of another type, beyond int32', () => {
    const add = (...inputs: string[]) => [{ name: 'n', operator: 'Add', inputs }];
    const x = tensor([1], [1]);
    assert.throws(() => load({ nodes: add('x', '') }).call({ x }), {
      message: /node 'n' \(Add, version 21\): input 1 is missing/,
    });
    const wide = { name: 'w', type: 'int64', dims: [1], values: [2 ** 40] } as const;
    assert.throws(() => load({ nodes: add('x', 'w'), initializers: [wide] }).call({ x }), {
      message: /node 'n' \(Add, version 21\): input 1 is int64 \[1\]; expected float32/,
    });
    const inputs = { x: ['int64', 1] } as const;
    const model = load({ nodes: add('x', 'w'), initializers: [wide], inputs });
    assert.throws(() => model.call({ x: tensor([1], [1], 'int32') }), {
      message:
        /node 'n' .*element 0 of int64 \[1\] is 1099511627776; integers are computed in int32/,
    });
  });

  test('values that nothing makes, or that two nodes make', () => {
    assert.throws(() => load(one('Relu', { inputs: {} })), {
      message: /node 'n' \(Relu\) reads 'x', which nothing before it makes/,
    });
    assert.throws(() => load(one('Relu', { outputs: ['z'] })), {
      message: /the output list reads 'z'/,
    });
    const nodes = [{ operator: 'Relu' }, { operator: 'Abs' }];
    assert.throws(() => load({ nodes }), { message: /\(Abs\) makes 'y', which is there already/ });
  });
});
