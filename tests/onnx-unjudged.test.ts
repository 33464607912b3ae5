/** ONNX operators where onnxruntime is no judge: it lacks them, or their results are random. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadOnnx, type TensorData } from '../src/formats/index.js';
import { compile, mean, permute, std, type Tensor, tensor } from '../src/index.js';
import { manualSeed } from '../src/nn/index.js';
import { noise } from './onnx-runtime-rows/row.js';
import { codes, type ModelToWrite, type TensorToWrite, writeModel } from './onnx-writer.js';

const asTensor = ({ dims, values }: TensorToWrite): Tensor => tensor(values!, dims);

describe('random numbers', () => {
  const drawn = (operator: string, attributes: ModelToWrite['nodes'][0]['attributes']) => {
    const nodes = [{ name: 'r', operator, inputs: [], attributes }];
    return loadOnnx(writeModel({ nodes, inputs: {} }), 'm.onnx');
  };
  const shape = { ints: [100, 200] };

  test('have the distribution that the node says', () => {
    manualSeed(3);
    const { y: flat } = drawn('RandomUniform', {
      shape,
      low: { float: 2 },
      high: { float: 5 },
    }).call({});
    const values = [...flat.data()];
    assert.ok(values.every((value) => value >= 2 && value < 5));
    assert.ok(Math.abs(mean(flat).item() - 3.5) < 0.03);
    const { y: bell } = drawn('RandomNormal', {
      shape,
      mean: { float: -1 },
      scale: { float: 3 },
    }).call({});
    assert.ok(Math.abs(mean(bell).item() + 1) < 0.1);
    assert.ok(Math.abs(std(bell).item() - 3) < 0.1);
    const heads = loadOnnx(writeModel({ nodes: [{ operator: 'Bernoulli' }] }), 'm.onnx');
    const { y: coins } = heads.call({ x: tensor(new Float32Array(10_000).fill(0.3), [10_000]) });
    assert.deepEqual([...new Set(coins.data())].sort(), [0, 1]);
    assert.ok(Math.abs(mean(coins).item() - 0.3) < 0.02);
  });

  test('are others in every run, and the same after the same seed', () => {
    const runs = (): Float32Array[] => {
      manualSeed(8);
      const model = drawn('RandomNormal', { shape: { ints: [4] } });
      const run = compile(() => model.call({}).y);
      return [run(), run()].map((y) => y.data() as Float32Array);
    };
    const [one, two] = runs();
    assert.notDeepEqual(one, two);
    assert.deepEqual(runs(), [one, two]);
  });
});

test('recurrent layers with batches first are those with time first, turned', () => {
  const model = (layout: 0 | 1) =>
    loadOnnx(
      writeModel({
        nodes: [
          {
            operator: 'LSTM',
            inputs: ['x', 'w', 'r', '', '', 'h', 'c'],
            outputs: ['y', 'last', 'cell'],
            attributes: {
              hidden_size: { int: 4 },
              direction: { string: 'bidirectional' },
              layout: { int: layout },
            },
          },
        ],
        inputs: {
          x: ['float32', 'a', 'b', 3],
          h: ['float32', 'c', 'd', 4],
          c: ['float32', 'c', 'd', 4],
        },
        initializers: [
          { name: 'w', ...noise(2, 2, 16, 3) },
          { name: 'r', ...noise(3, 2, 16, 4) },
        ],
        outputs: ['y', 'last', 'cell'],
      }),
      'm.onnx',
    );
  const [x, h, c] = [noise(1, 5, 2, 3), noise(4, 2, 2, 4), noise(5, 2, 2, 4)].map(asTensor);
  const turned = (one: Tensor) => permute(one, [1, 0, 2]);
  const timeFirst = model(0).call({ x, h, c });
  const batchFirst = model(1).call({ x: turned(x), h: turned(h), c: turned(c) });
  assert.deepEqual(batchFirst.y.shape, [2, 5, 2, 4]);
  assert.deepEqual(batchFirst.y.data(), permute(timeFirst.y, [2, 0, 1, 3]).data());
  assert.deepEqual(batchFirst.last.data(), turned(timeFirst.last).data());
  assert.deepEqual(batchFirst.cell.data(), turned(timeFirst.cell).data());
});

describe('integers of 4 bits', () => {
  const known = (model: ModelToWrite, x: Tensor): TensorData =>
    loadOnnx(writeModel(model), 'm.onnx').values({ x }).get('y')!.known()!;

  test('saturate when numbers are quantised, and wrap when they are cast', () => {
    const x = tensor([-30, -7.5, 0.5, 6, 30], [5]);
    const zero = { name: 'z', type: 'int4', dims: [], raw: Uint8Array.of(1) } as const;
    const quantized = known(
      {
        nodes: [{ operator: 'QuantizeLinear', inputs: ['x', 's', 'z'] }],
        initializers: [{ name: 's', dims: [], values: [1] }, zero],
        inputs: { x: ['float32', 5] },
      },
      x,
    );
    assert.equal(quantized.type, 'int4');
    assert.deepEqual([...quantized.data], [-8, -7, 1, 7, 7]);
    const cast = known(
      {
        nodes: [{ operator: 'Cast', attributes: { to: { int: codes.uint4 } } }],
        inputs: { x: ['float32', 5] },
      },
      tensor([0, 15, 16, 17, -1], [5]),
    );
    assert.deepEqual([...cast.data], [0, 15, 0, 1, 15]);
  });

  test('are weights in blocks with a scale each', () => {
    const { data } = known(
      {
        nodes: [
          {
            operator: 'DequantizeLinear',
            inputs: ['w', 's'],
            outputs: ['d'],
            attributes: { axis: { int: 1 }, block_size: { int: 2 } },
          },
          { operator: 'Add', inputs: ['x', 'd'] },
        ],
        initializers: [
          { name: 'w', type: 'int4', dims: [2, 4], raw: Uint8Array.of(0x21, 0x43, 0xfe, 0x78) },
          { name: 's', dims: [2, 2], values: [1, 10, 100, 1000] },
        ],
        inputs: { x: ['float32', 1] },
      },
      tensor([0], [1]),
    );
    assert.deepEqual([...data], [1, 2, 30, 40, -200, -100, -8000, 7000]);
  });
});
