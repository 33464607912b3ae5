/** fovea onnx-test tells which cases pass, fail or lack an operator, and ends with the three numbers. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type ModelToWrite, type TensorToWrite, writeModel, writeTensor } from './onnx-writer.js';
import { fovea } from './spawn-fovea.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-onnx-'));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Case {
  readonly model: ModelToWrite | Uint8Array;
  readonly inputs?: readonly TensorToWrite[];
  readonly outputs?: readonly TensorToWrite[];
}

/** Writes a case as ONNX lays it out. */
async function writeCase(path: string, { model, inputs = [], outputs = [] }: Case): Promise<void> {
  const set = join(folder, path, 'test_data_set_0');
  await mkdir(set, { recursive: true });
  const bytes = model instanceof Uint8Array ? model : writeModel(model);
  await writeFile(join(folder, path, 'model.onnx'), bytes);
  for (const [i, tensor] of inputs.entries()) {
    await writeFile(join(set, `input_${i}.pb`), writeTensor(tensor));
  }
  for (const [i, tensor] of outputs.entries()) {
    await writeFile(join(set, `output_${i}.pb`), writeTensor(tensor));
  }
}

const negation: ModelToWrite = { nodes: [{ name: 'n', operator: 'Neg' }] };
const floats = (...values: number[]): TensorToWrite => ({ dims: [values.length], values });

describe('cases of every outcome', () => {
  before(async () => {
    const input = floats(1, Number.NaN, Number.POSITIVE_INFINITY, 1000);
    const output = floats(-1, Number.NaN, Number.NEGATIVE_INFINITY, -1000.9);
    await writeCase('all/close', { model: negation, inputs: [input], outputs: [output] });
    await writeCase('all/deep/no-inputs', {
      model: {
        nodes: [{ operator: 'Constant', inputs: [], attributes: { value_ints: { ints: [7] } } }],
        inputs: {},
      },
      outputs: [{ type: 'int64', dims: [1], values: [7] }],
    });
    const open: ModelToWrite = { ...negation, inputs: { x: ['float32', 'a', 'b'] } };
    await writeCase('all/far', {
      model: open,
      inputs: [{ dims: [1, 2], values: [1, 1000] }],
      outputs: [{ dims: [1, 2], values: [-1, -1001.1] }],
    });
    await writeCase('all/other-shape', {
      model: negation,
      inputs: [floats(1, 2)],
      outputs: [{ dims: [2, 1], values: [-1, -2] }],
    });
    await writeCase('all/other-type', {
      model: negation,
      inputs: [floats(1)],
      outputs: [{ type: 'int32', dims: [1], values: [-1] }],
    });
    await writeCase('all/whole-numbers', {
      model: { ...negation, inputs: { x: ['int32', 1] } },
      inputs: [{ type: 'int32', dims: [1], values: [100_000] }],
      outputs: [{ type: 'int32', dims: [1], values: [-100_001] }],
    });
    await writeCase('all/damaged', { model: new Uint8Array([1, 2, 3]) });
    await writeCase('all/nameless', { model: negation, inputs: [] });
    await writeCase('all/unknown', {
      model: { nodes: [{ operator: 'Nonsense' }] },
      inputs: [floats(1)],
      outputs: [floats(1)],
    });
  });

  const failures = [
    /^damaged: model\.onnx: byte \d of 3 of the model cannot be read/,
    /^far: output 'y' is -1000 at \[0, 1\] of \[1, 2\]; expected -1001\.\d+$/,
    /^nameless: the data set has 0 inputs and 0 outputs; the model has 1 and 1$/,
    /^other-shape: output 'y' is \[2\]; expected \[2, 1\]$/,
    /^other-type: output 'y' is float32; expected int32$/,
    /^whole-numbers: output 'y' is -100000 at \[0\] of \[1\]; expected -100001$/,
  ];

  test('one line for each failure, the missing operators, and the numbers last', async () => {
    const { code, stdout, stderr } = await fovea(['onnx-test', join(folder, 'all')]);
    assert.equal(code, 1);
    assert.equal(stderr, '');
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, failures.length + 2, stdout);
    failures.forEach((pattern, i) => {
      assert.match(lines[i], pattern);
    });
    assert.match(lines.at(-2)!, /Nonsense \(1\)$/);
    assert.equal(lines.at(-1), '2 passed, 6 failed, 1 unsupported');
  });

  test('--json: one line to standard output, the rest to standard error', async () => {
    const { code, stdout, stderr } = await fovea(['onnx-test', join(folder, 'all'), '--json']);
    assert.equal(code, 1);
    const { passed, failures: failed, unsupported } = JSON.parse(stdout);
    assert.equal(passed, 2);
    assert.deepEqual(
      failed.map((failure: { case: string }) => failure.case),
      ['damaged', 'far', 'nameless', 'other-shape', 'other-type', 'whole-numbers'],
    );
    assert.deepEqual(unsupported, [{ case: 'unknown', operators: ['Nonsense'] }]);
    assert.match(stderr, /2 passed, 6 failed, 1 unsupported\n$/);
  });

  test('single cases can be named; with no failure the exit code is 0', async () => {
    const names = ['close', 'deep', 'unknown'].map((name) => join(folder, 'all', name));
    const { code, stdout } = await fovea(['onnx-test', ...names]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /(^|\n)2 passed, 0 failed, 1 unsupported\n$/);
  });
});

test('folders that are not there or hold no case are errors of usage', async () => {
  await mkdir(join(folder, 'empty'));
  for (const [name, message] of [
    ['absent', /the folder .*absent cannot be read/],
    ['empty', /there is no case in .*empty; expected folders with model\.onnx/],
  ] as const) {
    const { code, stderr } = await fovea(['onnx-test', join(folder, name)]);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});

const data = join(process.env.FOVEA_DATA ?? '', 'onnx-backend-tests');
const atHand = process.env.FOVEA_DATA !== undefined && existsSync(data);

for (const [set, count] of [
  ['node', 415],
  ['pytorch-converted', 53],
] as const) {
  test(`ONNX's own cases: ${set}`, {
    skip: atHand ? false : 'set FOVEA_DATA to a folder with onnx-backend-tests',
  }, async () => {
    const { stdout } = await fovea(['onnx-test', join(data, set)]);
    assert.equal(stdout, `${count} passed, 0 failed, 0 unsupported\n`);
  });
}
