/** fovea summary: the table, repeated blocks folded, one line of JSON, ONNX files, and what it refuses. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeModel } from './onnx-writer.js';
import { runFovea } from './run-fovea.js';
import { fovea } from './spawn-fovea.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-summary-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a table of layers, totals and memory', async () => {
  const { code, stdout, stderr } = await fovea(['summary', 'vgg16']);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n');
  assert.equal(lines[0], 'vgg16, input 1x3x224x224');
  const line = (start: string) => lines.find((text) => text.startsWith(start))?.split(/ {2,}/);
  assert.deepEqual(line('features.2'), [
    ...['features.2', 'conv 3x3', '64x224x224', '3,211,264', '36,864', '64', '1,849,688,064'],
    ...['5', '1', '-2'],
  ]);
  assert.deepEqual(line('classifier.0')?.slice(3, 5), ['4,096', '102,760,448']);
  assert.deepEqual(line('in all')?.slice(1, 3), ['15,237,608', '138,344,128']);
  assert.ok(lines.includes('138,357,544 parameters'));
  assert.match(stdout, /textbook estimate +61\.0 MB +122 MB\n/);
  assert.match(stdout, /parameters +553 MB +553 MB\n/);
  assert.match(stdout, /planned in all +\d/);
});

test('the same as one line of JSON', async () => {
  const args = ['summary', 'resnet20', '--batch', '8', '--classes', '5', '--json'];
  const { code, stdout, stderr } = await runFovea(args);
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trimEnd().split('\n').length, 1);
  const { model, inputs, layers, totals, memory } = JSON.parse(stdout);
  assert.deepEqual([model, inputs], ['resnet20', [[8, 3, 32, 32]]]);
  assert.equal(totals.parameters, 269_722 - 5 * 65);
  assert.equal(totals.multiplyAdds, 8 * (40_551_040 - 5 * 64));
  assert.deepEqual(layers.at(-1).shape, [8, 5]);
  assert.deepEqual(layers[1].receptiveField.rows, { start: -1, size: 3, step: 1 });
  assert.equal(memory.textbook.forward, totals.activationBytes);
  const { forward, training } = memory.planned;
  assert.ok(training.total > forward.total);
});

test('repeated blocks are shown once', async () => {
  const args = ['summary', 'resnet20', '--no-memory'];
  const [whole, folded] = await Promise.all([runFovea(args), runFovea([...args, '--fold'])]);
  assert.match(folded.stdout, /^… to layer1\.2 +2 times more +65,536 +9,216 +128 +9,437,184 /m);
  assert.ok(!folded.stdout.includes('layer1.1'));
  assert.ok(!folded.stdout.includes('memory'));
  assert.ok(folded.stdout.length < whole.stdout.length / 1.4);
  const last = (text: string) => text.trimEnd().split('\n').slice(-3);
  assert.deepEqual(last(folded.stdout), last(whole.stdout));
});

test('an ONNX file, node by node; extents that it leaves open are asked for', async () => {
  const path = join(folder, 'small.onnx');
  const filters = Array.from({ length: 54 }, (_, i) => i / 54);
  await writeFile(
    path,
    writeModel({
      inputs: { image: ['float32', 'N', 3, 'H', 'W'] },
      initializers: [{ name: 'w', dims: [2, 3, 3, 3], values: filters }],
      nodes: [
        {
          name: 'stem',
          operator: 'Conv',
          inputs: ['image', 'w'],
          outputs: ['c'],
          attributes: { strides: { ints: [2, 2] } },
        },
        { name: 'mean', operator: 'GlobalAveragePool', inputs: ['c'], outputs: ['y'] },
      ],
    }),
  );
  const open = await runFovea(['summary', path]);
  assert.equal(open.code, 2);
  assert.match(open.stderr, /leaves the shape of its input "image" open.*--input 3x224x224/);
  const args = ['summary', path, '--input', '3x9x7', '--batch', '4', '--json'];
  const { code, stdout, stderr } = await runFovea(args);
  assert.equal(code, 0, stderr);
  const { layers, totals } = JSON.parse(stdout);
  assert.deepEqual(
    layers.map(({ path, operation, shape }: Record<string, unknown>) => [path, operation, shape]),
    [
      ['', 'input', [4, 3, 9, 7]],
      ['stem', 'conv', [4, 2, 4, 3]],
      ['mean', 'global avg pool', [4, 2, 1, 1]],
    ],
  );
  assert.equal(totals.parameters, 54);
  assert.equal(totals.multiplyAdds, 4 * 12 * 54);
});

test('auxiliary heads take part where they are asked for', async () => {
  const parametersOf = async (...args: string[]): Promise<number> => {
    const { stdout } = await runFovea(['summary', 'googlenet', '--json', '--no-memory', ...args]);
    return JSON.parse(stdout).totals.parameters;
  };
  assert.equal(await parametersOf(), 6_624_904);
  assert.equal(await parametersOf('--auxiliary'), 13_004_888);
});

test('a step that cannot be is said to be none, with the reason', async () => {
  const { code, stdout } = await runFovea(['summary', 'inception_v3', '--fold']);
  assert.equal(code, 0);
  assert.match(stdout, /no plan of a training step: AuxLogits\.conv1\.bn .*larger batch/);
});

const refused: Readonly<Record<string, readonly [args: string[], code: number, message: RegExp]>> =
  {
    'an unknown network': [['resnet19'], 2, /no network "resnet19".*did you mean "resnet18"/],
    'a picture that is too small': [
      ['vgg16', '--input', '3x20x20'],
      1,
      /Vgg: expected pictures of 32 x 32 or more/,
    ],
    'extents that are none': [['vgg16', '--input', '3x'], 2, /such as 3x224x224/],
    'heads of a network without any': [
      ['lenet5', '--auxiliary'],
      2,
      /lenet5 has no auxiliary heads/,
    ],
  };

for (const [what, [args, expected, message]] of Object.entries(refused)) {
  test(`${what} is refused`, async () => {
    const { code, stdout, stderr } = await runFovea(['summary', ...args]);
    assert.equal(code, expected);
    assert.match(stderr, message);
    assert.equal(stdout, '');
  });
}
