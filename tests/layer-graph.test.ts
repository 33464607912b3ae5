/** The graph of a network's layers: what reads what, functions between modules among them, and what it costs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOnnx } from '../src/formats/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { type LayerGraph, layerGraph } from '../src/inspect/layer-graph.js';
import { createModel, modelNames } from '../src/models/index.js';
import { usualInput } from '../src/models/usual-input.js';
import { BatchNorm2d, Conv2d, ConvTranspose2d, Linear, Module, Upsample } from '../src/nn/index.js';
import {
  add,
  avgPool2d,
  concatenate,
  conv2d,
  flatten,
  gelu,
  mean,
  mul,
  relu,
  sigmoid,
  softmax,
  zeros,
} from '../src/ops/index.js';
import { writeModel } from './onnx-writer.js';

const lines = ({ nodes }: LayerGraph): string[] =>
  nodes.map(({ path, kind, operation, inputs }) => `${path} ${kind} ${operation} <- ${inputs}`);

const picture = [1, 3, 8, 8] as const;

test('every parameter and every product of all networks is in one node', () => {
  for (const name of modelNames()) {
    const model = createModel(name).eval();
    const { nodes, outputs } = layerGraph([[1, ...usualInput(name)]], (x) => model.call(x));
    const layers = new Set(nodes.map(({ path }) => path));
    const counted = nodes.reduce((sum, { parameters }) => sum + parameters, 0);
    const heads = model.parameters().reduce((sum, { size }) => sum + size, 0) - counted;
    assert.equal(heads > 0, /googlenet|inception/.test(name), name);
    assert.deepEqual(outputs, [nodes.length - 1], name);
    for (const [path, layer] of model.namedModules()) {
      const head = /^aux|^Aux/.test(path);
      if (layer instanceof Conv2d || layer instanceof Linear || layer instanceof BatchNorm2d) {
        assert.equal(layers.has(path), !head, `${name}: ${path}`);
      }
    }
    for (const { id, inputs, kind, operation, shape } of nodes) {
      const what = `${name}: ${id}`;
      assert.ok(
        inputs.every((input) => input < id),
        what,
      );
      assert.equal(inputs.length === 0, kind === 'input', what);
      assert.equal(inputs.length > 1, kind === 'sum' || kind === 'concatenation', what);
      assert.notEqual(operation, '', what);
      assert.equal(shape[0], 1, what);
    }
  }
});

test('auxiliary heads are further outputs', () => {
  const model = createModel('googlenet_2014') as ReturnType<typeof createModel> & {
    callWithAuxiliary(x: Tensor): unknown;
  };
  const graph = layerGraph([[1, 3, 224, 224]], (x) => model.callWithAuxiliary(x));
  assert.deepEqual(
    graph.outputs.map((output) => graph.nodes[output].path),
    ['fc', 'aux1.fc2', 'aux2.fc2'],
  );
  const size = model.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
  assert.equal(
    graph.nodes.reduce((sum, { parameters }) => sum + parameters, 0),
    size,
  );
});

test('a residual block: its shortcut, and the functions between its layers', () => {
  class Block extends Module {
    readonly conv = new Conv2d(3, 3, { kernelSize: 3, padding: 1, bias: false });
    readonly bn = new BatchNorm2d(3);
    forward(x: Tensor): Tensor {
      return relu(add(relu(this.bn.call(this.conv.call(x))), x));
    }
  }
  const block = new Block();
  const statistics = block.stateDict();
  const graph = layerGraph([[2, 3, 8, 8]], (x) => block.call(x));
  assert.deepEqual(lines(graph), [
    ' input input <- ',
    'conv convolution conv <- 0',
    'bn normalization batch norm <- 1',
    ' activation ReLU <- 2',
    ' sum add <- 0,3',
    ' activation ReLU <- 4',
  ]);
  const [, conv] = graph.nodes;
  assert.deepEqual([conv.kernel, conv.stride, conv.groups], [[3, 3], [1, 1], 1]);
  assert.equal(conv.multiplyAdds, 2 * 8 * 8 * 3 * 3 * 9);
  assert.equal(conv.parameters, 81);
  assert.deepEqual(block.stateDict(), statistics);
});

test('functions alone: each is one node, however many operations it is made of', () => {
  const weight = zeros([6, 1, 3, 3]);
  const graph = layerGraph([picture], (x) => {
    const maps = conv2d(x, weight, { bias: zeros([6]), groups: 3, stride: 2 });
    const both = concatenate(
      [gelu(maps), avgPool2d(maps, { kernelSize: 3, stride: 1, padding: 1 })],
      1,
    );
    const gates = sigmoid(mean(both, [2, 3], { keepDims: true }));
    return softmax(flatten(mul(both, gates), { startDim: 1 }), 1);
  });
  assert.deepEqual(lines(graph), [
    ' input input <- ',
    ' convolution conv <- 0',
    ' activation erf <- 1',
    ' pooling avg pool <- 1',
    ' concatenation concat <- 2,3',
    ' pooling global avg pool <- 4',
    ' activation sigmoid <- 5',
    ' other multiply <- 4,6',
    ' softmax softmax <- 7',
  ]);
  assert.equal(graph.nodes[1].groups, 3);
});

test('a layer that is called twice is two nodes, and its parameters count once', () => {
  const layer = new Linear(4, 4);
  const { nodes } = layerGraph([[1, 4]], (x) => layer.call(layer.call(x)));
  assert.deepEqual(
    nodes.map(({ parameters, multiplyAdds }) => [parameters, multiplyAdds]),
    [
      [0, 0],
      [20, 16],
      [0, 16],
    ],
  );
});

test('transposed convolutions: windows, and products with what is no zero', () => {
  const options = { kernelSize: 4, bias: false } as const;
  const first = new ConvTranspose2d(5, 3, options);
  const second = new ConvTranspose2d(3, 2, { ...options, stride: 2, padding: 1 });
  const { nodes } = layerGraph([[1, 5, 1, 1]], (x) => second.call(first.call(x)));
  assert.deepEqual(
    nodes.slice(1).map(({ operation, kernel, multiplyAdds }) => [operation, kernel, multiplyAdds]),
    [
      ['transposed conv', [4, 4], 5 * 3 * 16],
      ['transposed conv', [4, 4], 4 * 4 * 3 * 2 * 16],
    ],
  );
  assert.deepEqual(nodes[2].stride, [2, 2]);
});

test('what enlarges maps is no view, though it only repeats them', () => {
  const up = new Upsample({ scaleFactor: 2 });
  const { nodes } = layerGraph([picture], (x) => up.call(x));
  assert.deepEqual([nodes[1].kind, nodes[1].operation], ['other', 'upsample']);
});

test('several inputs and outputs', () => {
  const graph = layerGraph(
    [
      [1, 2],
      [1, 2],
    ],
    (a, b) => ({ sum: add(a, b), product: mul(a, b) }),
  );
  assert.deepEqual(lines(graph).slice(2), [' sum add <- 0,1', ' other multiply <- 0,1']);
  assert.deepEqual(graph.outputs, [2, 3]);
});

test('the nodes of an ONNX file are layers', () => {
  const model = loadOnnx(
    writeModel({
      nodes: [
        { name: 'first', operator: 'Conv', inputs: ['x', 'w'], outputs: ['a'] },
        { name: 'act', operator: 'Relu', inputs: ['a'], outputs: ['b'] },
        { name: 'flat', operator: 'Flatten', inputs: ['b'], outputs: ['c'] },
        { name: 'fc', operator: 'Gemm', inputs: ['c', 'v'], outputs: ['d'] },
        { name: 'out', operator: 'Softmax', inputs: ['d'] },
      ],
      inputs: { x: ['float32', 'n', 3, 8, 8] },
      initializers: [
        { name: 'w', dims: [4, 3, 5, 5], values: new Array(300).fill(1) },
        { name: 'v', dims: [64, 10], values: new Array(640).fill(1) },
      ],
    }),
    'm.onnx',
  );
  const graph = layerGraph([picture], (x) => model.call({ x }));
  assert.deepEqual(lines(graph), [
    ' input input <- ',
    'first convolution conv <- 0',
    'act activation ReLU <- 1',
    'flat view Flatten <- 2',
    'fc linear fc <- 3',
    'out softmax softmax <- 4',
  ]);
  assert.deepEqual(
    graph.nodes.map(({ parameters, multiplyAdds }) => [parameters, multiplyAdds]),
    [
      [0, 0],
      [300, 4 * 4 * 4 * 75],
      [0, 0],
      [0, 0],
      [640, 640],
      [0, 0],
    ],
  );
});
