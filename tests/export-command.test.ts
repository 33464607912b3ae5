/** `fovea export`: models by name, runs and ONNX files, and what is said of them. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openOnnx, openOnnxFile } from '../src/formats/index.js';
import { tensor } from '../src/index.js';
import { createModel, saveWeights } from '../src/models/index.js';
import { manualSeed } from '../src/nn/index.js';
import { saveNetwork } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';

let folder = '';
const file = (name: string): string => join(folder, name);
const network = () => {
  manualSeed(5);
  return createModel('lenet5', { numClasses: 3 });
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-export-'));
  const model = network();
  await saveWeights(model, file('weights.safetensors'));
  await saveNetwork(model, {
    folder,
    savedBy: 'the tests',
    model: { name: 'lenet5', options: { numClasses: 3 } },
    data: {
      ...{ name: 'letters', classes: ['a', 'b', 'c'], shape: [1, 28, 28] },
      ...{ mean: [0.5], std: [0.5] },
    },
    training: {},
  });
});
after(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]) => runFovea(['export', ...args]);

/** What the file answers to a picture, which is what the network does. */
async function assertAnswers(path: string): Promise<void> {
  const x = tensor(
    Float32Array.from({ length: 784 }, (_, i) => (i % 13) / 13),
    [1, 1, 28, 28],
  );
  const { output } = (await openOnnx(path)).eval().call({ input: x });
  assert.deepEqual([...output.data()], [...network().eval().call(x).data()]);
}

test('a model with weights, a run and an ONNX file give the same network', async () => {
  const paths = ['named.onnx', 'run.onnx', 'again.onnx'].map(file);
  const sources = [['lenet5', '--weights', file('weights.safetensors')], [folder], [paths[0]]];
  for (const [i, source] of sources.entries()) {
    const { code, stderr, stdout } = await run(...source, '--out', paths[i], '--json');
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const report = JSON.parse(stdout);
    assert.deepEqual(report.inputs, { input: ['batch', 1, 28, 28] });
    assert.deepEqual(report.outputs, { output: ['batch', 3] });
    assert.equal(report.files[0].path, paths[i]);
    assert.deepEqual([report.opset, report.random], [17, false]);
    await assertAnswers(paths[i]);
  }
});

test('random weights are written, and said to be such', async () => {
  const path = file('random.onnx');
  const options = ['--classes', '4', '--batch', '2', '--opset', '21', '--size', '28'];
  const { code, stdout, stderr } = await run('lenet5', '--out', path, ...options);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /lenet5 has random weights; --weights FILE/);
  assert.ok(stdout.startsWith(`${path}  `), stdout);
  assert.match(stdout, /input +input {2}\[2, 1, 28, 28\]/);
  assert.match(stdout, /output +output {2}\[2, 4\]/);
  assert.match(stdout, /operator set 21: 4 Relu, 3 Gemm, 2 Conv, 2 MaxPool, 1 Flatten/);
  assert.deepEqual([...(await openOnnxFile(path)).opsets], [['', 21]]);
});

test('what cannot be meant is answered with a hint', async () => {
  for (const [args, code, message] of [
    [['lenet6'], 2, /did you mean "lenet5"/],
    [
      ['lenet5', '--weights', file('weights.safetensors'), '--classes', '4'],
      2,
      /--classes goes with/,
    ],
    [[file('random.onnx')], 2, /is there already; name another: --out/],
    [
      ['lenet5', '--opset', '99', '--out', file('x.onnx')],
      1,
      /expected a whole number from 13 to 23/,
    ],
    [['lenet5', '--out', file('missing/x.onnx')], 1, /the folder .* does not exist/],
  ] as const) {
    const ended = await run(...args);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, message);
  }
});
