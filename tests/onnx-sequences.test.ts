/** ONNX's sequences of tensors give what onnxruntime gives, and what is no tensor is named. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../src/index.js';
import { loadOnnx, readOnnxTensor } from '../src/formats/index.js';
import { runInRuntime, skip } from './onnx-runtime.js';
import { type ModelToWrite, type NodeToWrite, writeModel, writeTensor } from './onnx-writer.js';

const place = (name: string, value: number) =>
  ({ name, type: 'int64', dims: [], values: [value] }) as const;

/** Of x [5, 2], with the numbers one, two, minus and the list [1, 3, 1]. */
const modelOf = (nodes: readonly NodeToWrite[]): ModelToWrite => ({
  nodes,
  inputs: { x: ['float32', 5, 2] },
  initializers: [
    place('one', 1),
    place('two', 2),
    place('minus', -1),
    { name: 'sizes', type: 'int64', dims: [3], values: [1, 3, 1] },
  ],
});

const join = (axis: number, isNew = 0): NodeToWrite => ({
  operator: 'ConcatFromSequence',
  inputs: ['s'],
  attributes: { axis: { int: axis }, new_axis: { int: isNew } },
});

const parts = (input?: string, attributes: NodeToWrite['attributes'] = {}): NodeToWrite => ({
  operator: 'SplitToSequence',
  inputs: input ? ['x', input] : ['x'],
  outputs: ['p'],
  attributes,
});

const rows: Readonly<Record<string, readonly NodeToWrite[]>> = {
  'constructed and joined': [
    { operator: 'SequenceConstruct', inputs: ['x', 'x'], outputs: ['s'] },
    join(1),
  ],
  'joined along a new axis': [
    { operator: 'SequenceConstruct', inputs: ['x', 'x'], outputs: ['s'] },
    join(-1, 1),
  ],
  'empty at first, inserted into, erased from': [
    { operator: 'SequenceEmpty', inputs: [], outputs: ['e'] },
    { operator: 'Neg', outputs: ['n'] },
    { operator: 'SequenceInsert', inputs: ['e', 'x'], outputs: ['a'] },
    { operator: 'SequenceInsert', inputs: ['a', 'n', 'minus'], outputs: ['b'] },
    { operator: 'SequenceInsert', inputs: ['b', 'x'], outputs: ['c'] },
    { operator: 'SequenceErase', inputs: ['c', 'one'], outputs: ['s'] },
    join(0),
  ],
  'split by listed sizes': [parts('sizes'), { operator: 'SequenceAt', inputs: ['p', 'one'] }],
  'split in equal parts': [parts('two'), { operator: 'SequenceAt', inputs: ['p', 'minus'] }],
  'split in slices': [
    parts(undefined, { axis: { int: 1 }, keepdims: { int: 0 } }),
    { operator: 'SequenceAt', inputs: ['p', 'one'] },
  ],
  counted: [parts('two'), { operator: 'SequenceLength', inputs: ['p'] }],
};

for (const [name, nodes] of Object.entries(rows)) {
  test(name, { skip }, async () => {
    const bytes = writeModel(modelOf(nodes));
    const values = Array.from({ length: 10 }, (_, i) => i);
    const x = readOnnxTensor(writeTensor({ dims: [5, 2], values }), 'x');
    const expected = (await runInRuntime(bytes, { x })).get('y')!;
    const { shape, data } = loadOnnx(bytes, 'm.onnx').values({ x }).get('y')!.known()!;
    assert.deepEqual([...shape], [...expected.shape]);
    assert.deepEqual(Array.from(data, Number), expected.values);
  });
}

test('a sequence in the place of a tensor, and a tensor in that of a sequence', () => {
  const x = readOnnxTensor(writeTensor({ dims: [5, 2], values: new Array(10).fill(1) }), 'x');
  const call = (nodes: readonly NodeToWrite[]) => () =>
    loadOnnx(writeModel(modelOf(nodes)), 'm.onnx').values({ x });
  assert.throws(call([parts('two'), { operator: 'Neg', inputs: ['p'] }]), {
    message: /\(Neg.*sequence of 3 x float32 is no tensor/,
  });
  assert.throws(call([{ operator: 'SequenceLength' }]), {
    message: /input 0 is float32 \[5, 2\]; expected a sequence/,
  });
  const shorter: NodeToWrite[] = [
    { operator: 'SequenceConstruct', inputs: ['x'], outputs: ['s'] },
    { operator: 'SequenceAt', inputs: ['s', 'one'] },
  ];
  assert.throws(call(shorter), { message: /input 1 is place 1 of a sequence of 1 tensors/ });
});
