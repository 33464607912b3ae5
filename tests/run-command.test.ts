/** `fovea run`: arrays in, arrays out, for models with weights and ONNX files; and ONNX files that classify. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openNetwork, openPictureNetwork } from '../src/cli/open-network.js';
import { decodeNpy, encodeNpy, encodePng, encodeSafetensors } from '../src/formats/index.js';
import { tensor } from '../src/index.js';
import { createModel } from '../src/models/index.js';
import { type Module, manualSeed } from '../src/nn/index.js';
import { type ModelToWrite, writeModel } from './onnx-writer.js';
import { runFovea } from './run-fovea.js';

let folder = '';
const file = (name: string): string => join(folder, name);
let model: Module;

const floats = (shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i));

async function writeArray(name: string, shape: readonly number[]): Promise<string> {
  const bytes = encodeNpy({ dtype: 'float32', shape, data: floats(shape) });
  await writeFile(file(name), bytes);
  return file(name);
}

/** a + b and a * b, of two inputs. */
const two: ModelToWrite = {
  nodes: [
    { name: 'plus', operator: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
    { name: 'times', operator: 'Mul', inputs: ['a', 'b'], outputs: ['product'] },
  ],
  inputs: { a: ['float32', 'N', 3], b: ['float32', 'N', 3] },
  outputs: ['sum', 'product'],
};

/** A classifier of 8x8 RGB pictures whose classes are the means of the channels, through a softmax. */
const means: ModelToWrite = {
  nodes: [
    { name: 'pool', operator: 'GlobalAveragePool', inputs: ['x'], outputs: ['pooled'] },
    { name: 'flat', operator: 'Flatten', inputs: ['pooled'], outputs: ['logits'] },
    { name: 'soft', operator: 'Softmax', inputs: ['logits'], outputs: ['y'] },
  ],
  inputs: { x: ['float32', 'N', 3, 8, 8] },
  outputs: ['y'],
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-run-'));
  manualSeed(4);
  model = createModel('lenet5', { numClasses: 3 });
  const state = new Map(Object.entries(model.stateDict()));
  await writeFile(file('lenet5.safetensors'), encodeSafetensors(state));
  await writeFile(file('two.onnx'), writeModel(two));
  await writeFile(file('means.onnx'), writeModel(means));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a model answers an array as it answers a tensor', async () => {
  const shape = [2, 1, 28, 28];
  const x = await writeArray('x.npy', shape);
  const y = file('y.npy');
  const network = ['lenet5', '--weights', file('lenet5.safetensors')];
  const { code, stdout, stderr } = await runFovea([
    ...['run', ...network, '--input', x, '--output', y, '--json'],
  ]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    network: 'lenet5',
    inputs: [{ name: 'input', file: x, dtype: 'float32', shape }],
    outputs: [{ name: 'output', file: y, dtype: 'float32', shape: [2, 3] }],
  });
  const found = decodeNpy(await readFile(y), y);
  assert.deepEqual(found.shape, [2, 3]);
  model.eval();
  assert.deepEqual([...found.data], [...model.call(tensor(floats(shape), shape)).data()]);
  const named = ['--input', `input=${x}`, '--output', `output=${y}`];
  const shown = await runFovea(['run', ...network, ...named]);
  assert.equal(shown.stdout, `${y}: output, float32 [2, 3]\n`);
});

test('an ONNX file takes several arrays and gives those that are asked for', async () => {
  const [a, b] = [await writeArray('a.npy', [2, 3]), await writeArray('b.npy', [2, 3])];
  const values = [...floats([2, 3])];
  const inputs = ['--input', `b=${b}`, '--input', a];
  const y = file('product.npy');
  const { code, stdout, stderr } = await runFovea([
    ...['run', file('two.onnx'), ...inputs, '--output', `product=${y}`],
  ]);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, `${y}: product, float32 [2, 3]\nnot written: sum\n`);
  const product = values.map((value) => Math.fround(value * value));
  assert.deepEqual([...decodeNpy(await readFile(y), y).data], product);
  const both = ['--output', file('sum.npy'), '--output', `product=${y}`];
  const more = await runFovea(['run', file('two.onnx'), ...inputs, ...both]);
  assert.equal(more.code, 0, more.stderr);
  const sum = decodeNpy(await readFile(file('sum.npy')), 'sum.npy');
  assert.deepEqual(
    [...sum.data],
    values.map((value) => Math.fround(2 * value)),
  );
});

describe('what does not fit is refused with what to do', () => {
  const lenet = ['lenet5', '--weights', 'W'];
  const cases: [string, string[], Record<string, number[]>, RegExp][] = [
    [
      'no batch',
      lenet,
      { x: [1, 28, 28] },
      /\[1, 28, 28\]; input takes \[N, 1, H, W\]; .*x\[None\]/,
    ],
    ['channels last', lenet, { x: [2, 28, 28, 1] }, /x\.transpose\(0, 3, 1, 2\) in NumPy/],
    ['both', lenet, { x: [28, 28, 1] }, /x\.transpose\(2, 0, 1\)\[None\] in NumPy/],
    ['another rank', lenet, { x: [5] }, /x\.npy is \[5\]; input takes \[N, 1, H, W\]\n/],
    ['another size', lenet, { x: [1, 1, 20, 20] }, /expected pictures of 28 x 28/],
    ['one of two', ['T'], { a: [2, 3] }, /needs --input b=FILE\.npy as well/],
    [
      'another name',
      ['T'],
      { a: [2, 3], counts: [2, 3] },
      /there is no input "counts"; there are a, b/,
    ],
    ['another shape', ['T'], { a: [2, 3], b: [2, 4] }, /b\.npy is \[2, 4\]; b takes \[N, 3\]/],
  ];
  for (const [name, network, arrays, pattern] of cases) {
    test(name, async () => {
      const inputs: string[] = [];
      for (const [array, shape] of Object.entries(arrays)) {
        const path = await writeArray(`${array}.npy`, shape);
        inputs.push('--input', array === 'x' ? path : `${array}=${path}`);
      }
      const places: Record<string, string> = { W: 'lenet5.safetensors', T: 'two.onnx' };
      const given = network.map((arg) => (places[arg] ? file(places[arg]) : arg));
      const output = ['--output', file('none.npy')];
      const { code, stderr, stdout } = await runFovea(['run', ...given, ...inputs, ...output]);
      assert.match(stderr, pattern);
      assert.notEqual(code, 0);
      assert.equal(stdout, '');
    });
  }

  test('bytes, two files without a name, an output that there is not', async () => {
    const bytes = encodeNpy({ dtype: 'uint8', shape: [1, 1, 28, 28], data: new Uint8Array(784) });
    await writeFile(file('bytes.npy'), bytes);
    const lenet5 = ['run', 'lenet5', '--weights', file('lenet5.safetensors')];
    const output = ['--output', file('none.npy')];
    const whole = await runFovea([...lenet5, '--input', file('bytes.npy'), ...output]);
    assert.match(whole.stderr, /holds uint8; input takes float32: x\.astype\('float32'\)/);
    const a = await writeArray('a.npy', [2, 3]);
    const twice = await runFovea([
      ...['run', file('two.onnx'), '--input', a, '--input', a, ...output],
    ]);
    assert.match(twice.stderr, /--input is given 2 files without a name; write --input a=/);
    const [input, wrong] = [
      ['--input', a, '--input', `b=${a}`],
      ['--output', 'prodct=y.npy'],
    ];
    const other = await runFovea(['run', file('two.onnx'), ...input, ...wrong]);
    assert.match(other.stderr, /there is no output "prodct"; did you mean "product"\?/);
    assert.equal(other.code, 2);
  });
});

test('an ONNX file of pictures classifies; its probabilities are not softened twice', async () => {
  const pixels = new Uint8Array(8 * 8 * 3).fill(0);
  for (let i = 0; i < 64; i++) pixels[3 * i + 1] = 255;
  await writeFile(file('green.png'), encodePng({ width: 8, height: 8, channels: 3, data: pixels }));
  const { code, stdout, stderr } = await runFovea([
    ...['classify', file('green.png'), '--model', file('means.onnx'), '--json'],
    ...['--mean', '0,0,0', '--std', '1,1,1'],
  ]);
  assert.equal(code, 0, stderr);
  const [{ top }] = JSON.parse(stdout).predictions;
  assert.deepEqual(
    top.map(({ index }: { index: number }) => index),
    [1, 0, 2],
  );
  const green = Math.E / (Math.E + 2);
  assert.ok(Math.abs(top[0].probability - green) < 1e-6);
  assert.ok(Math.abs(top[1].probability - (1 - green) / 2) < 1e-6);
  const { pictures } = await openPictureNetwork(file('means.onnx'), {});
  assert.deepEqual(pictures.shape, [3, 8, 8]);
  await assert.rejects(openPictureNetwork(file('two.onnx'), {}), /takes a, b, no pictures/);
  assert.equal((await openNetwork(file('two.onnx'))).pictures, null);
});
