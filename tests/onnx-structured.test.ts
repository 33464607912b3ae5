/** ONNX's convolutions, pooling, normalisations, resizing and losses on small models. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOnnx } from '../src/formats/index.js';
import { compile, grad, sum, type Tensor, tensor } from '../src/index.js';
import { type AttributeToWrite, type TensorToWrite, writeModel } from './onnx-writer.js';

interface OneNode {
  readonly opset?: number;
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, AttributeToWrite>>;
  /** Inputs behind the first by name; null for one that is left out. */
  readonly others?: Readonly<Record<string, TensorToWrite | null>>;
  readonly outputs?: readonly string[];
}

/** A model of one node on the input x; all others are in the file. */
function modelOf(
  { opset, operator, attributes, others = {}, outputs = ['y'] }: OneNode,
  x: Tensor,
) {
  const names = Object.entries(others).map(([name, given]) => (given ? name : ''));
  const initializers = Object.entries(others).flatMap(([name, given]) =>
    given ? [{ name, ...given }] : [],
  );
  const bytes = writeModel({
    ...(opset !== undefined && { opset }),
    nodes: [{ name: 'it', operator, attributes, inputs: ['x', ...names], outputs }],
    inputs: { x: [x.dtype === 'uint8' ? 'uint8' : 'float32', ...x.shape] },
    initializers,
    outputs,
  });
  return loadOnnx(bytes, 'm.onnx');
}

const run = (node: OneNode, x: Tensor) => modelOf(node, x).call({ x });

const counting = (...shape: number[]): Tensor =>
  tensor(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i),
    shape,
  );

const ones = (...dims: number[]): TensorToWrite => ({
  dims,
  values: new Array<number>(dims.reduce((a, b) => a * b)).fill(1),
});

const int64 = (...values: number[]): TensorToWrite => ({
  type: 'int64',
  dims: [values.length],
  values,
});

const floats = (...values: number[]): TensorToWrite => ({ dims: [values.length], values });

function assertNear({ shape, data }: { shape: readonly number[]; data: number[] }, y: Tensor) {
  assert.deepEqual([...y.shape], [...shape]);
  const values = y.data();
  data.forEach((expected, i) => {
    const error = Math.abs(values[i] - expected);
    assert.ok(
      error <= 1e-5 * Math.max(1, Math.abs(expected)),
      `element ${i}: ${values[i]}, not ${expected}`,
    );
  });
}

test('a convolution along one axis pads before for SAME_LOWER, behind for SAME_UPPER', () => {
  const conv = (autoPad: string): OneNode => ({
    operator: 'Conv',
    attributes: { auto_pad: { string: autoPad }, strides: { ints: [2] } },
    others: { w: ones(1, 1, 3), b: floats(10) },
  });
  // Four elements in two windows lack one element.
  assertNear({ shape: [1, 1, 2], data: [13, 15] }, run(conv('SAME_UPPER'), counting(1, 1, 4)).y);
  assertNear({ shape: [1, 1, 2], data: [11, 16] }, run(conv('SAME_LOWER'), counting(1, 1, 4)).y);
  assertNear({ shape: [1, 1, 1], data: [13] }, run(conv('VALID'), counting(1, 1, 4)).y);
});

test('pads of a convolution are all before, then all behind', () => {
  const node: OneNode = {
    operator: 'Conv',
    attributes: { pads: { ints: [1, 0, 0, 2] }, kernel_shape: { ints: [2, 3] } },
    others: { w: ones(1, 1, 2, 3) },
  };
  const { y } = run(node, counting(1, 1, 2, 3));
  assertNear({ shape: [1, 1, 2, 3], data: [3, 3, 2, 15, 12, 7] }, y);
  const wrong = { ...node, attributes: { kernel_shape: { ints: [3, 3] } } };
  assert.throws(() => run(wrong, counting(1, 1, 4, 4)), {
    message: /node 'it' \(Conv.*kernel_shape' is \[3, 3\].*weights are \[1, 1, 2, 3\]/,
  });
});

test('a transposed convolution is cut, and filled behind, to output_shape', () => {
  const up = (size: number, autoPad: string): OneNode => ({
    operator: 'ConvTranspose',
    attributes: {
      strides: { ints: [2] },
      output_shape: { ints: [size] },
      auto_pad: { string: autoPad },
    },
    others: { w: { dims: [1, 1, 2], values: [1, 10] }, b: floats(100) },
  });
  const x = tensor([1, 2, 3], [1, 1, 3]);
  const full = [101, 110, 102, 120, 103, 130];
  assertNear({ shape: [1, 1, 6], data: full }, run(up(6, 'NOTSET'), x).y);
  assertNear({ shape: [1, 1, 5], data: full.slice(1) }, run(up(5, 'NOTSET'), x).y);
  assertNear({ shape: [1, 1, 5], data: full.slice(0, 5) }, run(up(5, 'SAME_UPPER'), x).y);
  // What lies beyond every window is the bias.
  assertNear({ shape: [1, 1, 9], data: [...full, 100, 100, 100] }, run(up(9, 'NOTSET'), x).y);
});

test('a volume is convolved, and its weights get gradients', () => {
  const x = counting(1, 1, 2, 2, 2);
  const model = modelOf({ operator: 'Conv', others: { w: ones(1, 1, 1, 2, 2) } }, x);
  const call = compile((given: Tensor) => {
    const { y } = model.call({ x: given });
    return { y, dw: grad(sum(y), model.parameters())[0] };
  });
  const { y, dw } = call(x);
  assertNear({ shape: [1, 1, 2, 1, 1], data: [6, 22] }, y);
  assertNear({ shape: [1, 1, 1, 2, 2], data: [4, 6, 8, 10] }, dw);
});

test('maximum pooling of bytes stays bytes; indices count through batch and channels', () => {
  const pool = (order: number): OneNode => ({
    operator: 'MaxPool',
    attributes: {
      kernel_shape: { ints: [2, 2] },
      strides: { ints: [2, 2] },
      storage_order: { int: order },
    },
    outputs: ['y', 'indices'],
  });
  const x = tensor(Uint8Array.of(1, 2, 3, 0, 9, 8, 7, 255, 4, 5, 6, 7), [1, 2, 2, 3]);
  const { y, indices } = run(pool(0), x);
  assert.equal(y.dtype, 'uint8');
  assert.deepEqual([...y.data()], [9, 255]);
  assert.deepEqual([...indices.data()], [4, 7]);
  // In column-major order element [1, 1] of 2 x 3 is the fourth, [0, 1] the third.
  assert.deepEqual([...run(pool(1), x).indices.data()], [3, 8]);
});

test('the mean counts padding only where it is asked to, and never what ceil_mode adds', () => {
  const pool = (counted: number): OneNode => ({
    operator: 'AveragePool',
    attributes: {
      kernel_shape: { ints: [3] },
      strides: { ints: [2] },
      pads: { ints: [1, 0] },
      ceil_mode: { int: 1 },
      count_include_pad: { int: counted },
    },
  });
  const x = tensor([6, 12, 18, 24], [1, 1, 4]);
  assertNear({ shape: [1, 1, 2], data: [9, 18] }, run(pool(0), x).y);
  assertNear({ shape: [1, 1, 2], data: [6, 18] }, run(pool(1), x).y);
  // A third window would start behind the input.
  const wide = tensor([6, 12, 18, 24, 30], [1, 1, 5]);
  assertNear({ shape: [1, 1, 3], data: [9, 18, 27] }, run(pool(0), wide).y);
});

test('maxima return to their places in a larger output', () => {
  const node: OneNode = {
    operator: 'MaxUnpool',
    attributes: { kernel_shape: { ints: [2] }, strides: { ints: [2] } },
    others: { i: { ...int64(1, 2), dims: [1, 1, 2] }, to: int64(1, 1, 6) },
  };
  assertNear(
    { shape: [1, 1, 6], data: [0, 7, 8, 0, 0, 0] },
    run(node, tensor([7, 8], [1, 1, 2])).y,
  );
});

test('batch normalisation moves its running statistics by the population variance', () => {
  const node = (opset: number, outputs: string[]): OneNode => ({
    opset,
    operator: 'BatchNormalization',
    attributes: {
      epsilon: { float: 0 },
      momentum: { float: 0.75 },
      ...(opset >= 14 && { training_mode: { int: 1 } }),
    },
    others: { scale: floats(2), b: floats(1), mean: floats(8), var: floats(16) },
    outputs,
  });
  const x = tensor([1, 3, 5, 7], [4, 1]);
  const normal = { shape: [4, 1], data: [-3, -1, 1, 3].map((d) => (2 * d) / Math.sqrt(5) + 1) };
  for (const opset of [15, 9]) {
    const result = run(node(opset, ['y', 'm', 'v']), x);
    assertNear(normal, result.y);
    assertNear({ shape: [1], data: [7] }, result.m);
    assertNear({ shape: [1], data: [13.25] }, result.v);
  }
  const data = [1, 3, 5, 7].map((v) => (2 * (v - 8)) / 4 + 1);
  assertNear({ shape: [4, 1], data }, run(node(9, ['y']), x).y);
});

test('scale and bias of group normalisation are of groups before version 21', () => {
  const node: OneNode = {
    operator: 'GroupNormalization',
    attributes: { num_groups: { int: 2 }, epsilon: { float: 0 } },
  };
  const x = tensor([1, 3, 10, 30], [1, 4, 1]);
  const data = [-1, 1, -9, 11];
  const old = { ...node, opset: 18, others: { s: floats(1, 10), b: floats(0, 1) } };
  assertNear({ shape: [1, 4, 1], data }, run(old, x).y);
  const recent = { ...node, opset: 21, others: { s: floats(1, 1, 10, 10), b: floats(0, 0, 1, 1) } };
  assertNear({ shape: [1, 4, 1], data }, run(recent, x).y);
});

test('an even neighbourhood of channels is larger behind', () => {
  const node: OneNode = {
    operator: 'LRN',
    attributes: {
      size: { int: 2 },
      alpha: { float: 2 },
      beta: { float: 1 },
      bias: { float: 0 },
    },
  };
  const data = [1 / (1 + 4), 2 / (4 + 16), 4 / 16];
  assertNear({ shape: [1, 3, 1], data }, run(node, tensor([1, 2, 4], [1, 3, 1])).y);
});

test('resizing picks, mixes and filters elements', () => {
  const node = (
    attributes: Readonly<Record<string, AttributeToWrite>>,
    others: Readonly<Record<string, TensorToWrite | null>>,
  ): OneNode => ({ operator: 'Resize', attributes, others });
  const x = tensor([0, 10, 20, 30], [1, 1, 4]);
  const sizes = (n: number) => ({ roi: null, scales: null, sizes: int64(1, 1, n) });
  const along = (mode: string, coordinates: string) => ({
    mode: { string: mode },
    coordinate_transformation_mode: { string: coordinates },
  });
  const corners = run(node(along('linear', 'align_corners'), sizes(7)), x).y;
  assertNear({ shape: [1, 1, 7], data: [0, 5, 10, 15, 20, 25, 30] }, corners);
  const halves = run(node(along('linear', 'half_pixel'), sizes(2)), x).y;
  assertNear({ shape: [1, 1, 2], data: [5, 25] }, halves);
  // Antialiased, the triangle reaches over four elements and repeats those at the ends.
  const smooth = { ...along('linear', 'half_pixel'), antialias: { int: 1 } };
  const filtered = [(0 + 0 + 3 * 10 + 20) / 8, (10 + 3 * 20 + 3 * 30 + 30) / 8];
  assertNear({ shape: [1, 1, 2], data: filtered }, run(node(smooth, sizes(2)), x).y);
  const ceiled = { ...along('nearest', 'asymmetric'), nearest_mode: { string: 'ceil' } };
  assertNear({ shape: [1, 1, 3], data: [0, 20, 30] }, run(node(ceiled, sizes(3)), x).y);
  const cropped = { ...along('linear', 'tf_crop_and_resize'), extrapolation_value: { float: -1 } };
  const half = { roi: floats(0, 0, 0.5, 1, 1, 1.5), scales: null, sizes: int64(1, 1, 3) };
  assertNear({ shape: [1, 1, 3], data: [15, 30, -1] }, run(node(cropped, half), x).y);
});

test('extents follow scales in float32, and a kept ratio', () => {
  const ten = counting(1, 10);
  const scaled: OneNode = { operator: 'Resize', others: { roi: null, scales: floats(1, 0.7) } };
  assert.deepEqual([...run(scaled, ten).y.shape], [1, 7]);
  const kept = (policy: string): OneNode => ({
    operator: 'Resize',
    attributes: { keep_aspect_ratio_policy: { string: policy }, axes: { ints: [1, 0] } },
    others: { roi: null, scales: null, sizes: int64(9, 4) },
  });
  assert.deepEqual([...run(kept('not_larger'), counting(2, 3)).y.shape], [4, 6]);
  assert.deepEqual([...run(kept('not_smaller'), counting(2, 3)).y.shape], [6, 9]);
  const both = { ...scaled, others: { ...scaled.others, sizes: int64(1, 7) } };
  assert.throws(() => run(both, ten), { message: /'it'.*either scales .* or sizes/ });
});

test('before version 11 elements are picked as they were then', () => {
  const scales = floats(1, 1, 0.6, 0.6);
  const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 4]);
  const shrunk = run({ opset: 10, operator: 'Resize', others: { scales } }, x).y;
  assertNear({ shape: [1, 1, 1, 2], data: [1, 3] }, shrunk);
  const attributes = { width_scale: { float: 2 }, height_scale: { float: 1 } };
  const grown = run({ opset: 6, operator: 'Upsample', attributes }, counting(1, 1, 1, 2)).y;
  assertNear({ shape: [1, 1, 1, 4], data: [0, 0, 1, 1] }, grown);
});

test('ignored labels have no part in the loss, nor in what it is divided by', () => {
  const loss = (reduction: string): OneNode => ({
    operator: 'NegativeLogLikelihoodLoss',
    attributes: { ignore_index: { int: -1 }, reduction: { string: reduction } },
    others: { target: { ...int64(1, -1, 0, 1), dims: [1, 4] }, w: floats(1, 3) },
  });
  const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4]);
  assertNear({ shape: [1, 4], data: [-15, 0, -3, -24] }, run(loss('none'), x).y);
  assertNear({ shape: [], data: [-42] }, run(loss('sum'), x).y);
  assertNear({ shape: [], data: [-6] }, run(loss('mean'), x).y);
});

test('the cross entropy of logits also gives log probabilities, stable for large ones', () => {
  const node: OneNode = {
    operator: 'SoftmaxCrossEntropyLoss',
    others: { labels: int64(0, 1) },
    outputs: ['y', 'logs'],
  };
  const { y, logs } = run(node, tensor([1e4, -1e4, 0, 0], [2, 2]));
  assertNear({ shape: [], data: [Math.LN2 / 2] }, y);
  assertNear({ shape: [2, 2], data: [0, -2e4, -Math.LN2, -Math.LN2] }, logs);
  const wrong = { ...node, others: { labels: int64(0, 1, 1) } };
  assert.throws(() => run(wrong, counting(2, 2)), { message: /labels are \[3\]; expected \[2\]/ });
});

test('blocks become channels in either order, and back', () => {
  const x = counting(1, 2, 2, 2);
  for (const mode of ['DCR', 'CRD']) {
    const attributes = { blocksize: { int: 2 }, mode: { string: mode } };
    const deep = run({ operator: 'SpaceToDepth', attributes, opset: 28 }, x).y;
    const data = mode === 'DCR' ? [0, 4, 1, 5, 2, 6, 3, 7] : [0, 1, 2, 3, 4, 5, 6, 7];
    assertNear({ shape: [1, 8, 1, 1], data }, deep);
    const back = run({ operator: 'DepthToSpace', attributes }, deep).y;
    assertNear({ shape: [1, 2, 2, 2], data: [...x.data()] }, back);
  }
});

test('the middle is kept when an extent is cut or filled', () => {
  const attributes = { axes: { ints: [-1, 0] } };
  const node: OneNode = { operator: 'CenterCropPad', attributes, others: { to: int64(2, 4) } };
  const { y } = run(node, tensor([1, 2, 3, 4, 5], [1, 5]));
  assertNear({ shape: [4, 2], data: [0, 0, 2, 3, 0, 0, 0, 0] }, y);
});
