/** `fovea draw` as a user runs it: every kind of file, networks of every kind, and what it refuses. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodePng } from '../src/formats/index.js';
import { writeModel } from './onnx-writer.js';
import { fovea } from './spawn-fovea.js';
import { xmlFaults } from './xml-faults.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-draw-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const draw = (...args: string[]) => fovea(['draw', ...args], { cwd: folder });
const read = (name: string) => readFile(join(folder, name), 'utf8');

test('networks side by side, as SVG', async () => {
  const { code, stdout, stderr } = await draw('lenet5', 'resnet20', '--out', 'two.svg');
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^lenet5: 12 layers, 61,706 parameters, 416,520 multiply-adds\nresnet20: /);
  assert.match(stdout, /\ndrawn in two\.svg\n$/);
  const svg = await read('two.svg');
  assert.deepEqual(xmlFaults(svg), []);
  assert.match(svg, />lenet5<[\s\S]*>resnet20</);
});

test('a page, and blocks in columns', async () => {
  const { code } = await draw('resnet20', '--style', 'blocks', '--out', 'page.html');
  assert.equal(code, 0);
  const page = await read('page.html');
  assert.match(page, /^<!doctype html>[\s\S]*<title>resnet20<\/title>/);
  assert.match(page, /data-path="layer1\.0\.conv1"/);
  assert.match(page, /3×3 conv 16</);
});

test('a PNG picture that is not empty', async () => {
  assert.equal((await draw('lenet5_1998', '--out', 'picture.png')).code, 0);
  const { width, height, data } = decodePng(await readFile(join(folder, 'picture.png')), 'p');
  assert.ok(width > 400 && height > 400);
  assert.ok(new Set(data).size > 20);
});

test('--json tells the layers, what they read and what they cost', async () => {
  const told = await draw('lenet5', '--json', '--out', 'l.svg');
  const { out, style, networks } = JSON.parse(told.stdout);
  assert.deepEqual([out, style, networks.length], ['l.svg', 'volumes', 1]);
  assert.deepEqual([networks[0].parameters, networks[0].multiplyAdds], [61_706, 416_520]);
  const { path, kind, operation, kernel, shape, inputs } = networks[0].layers[1];
  assert.deepEqual(
    { path, kind, operation, kernel, shape, inputs },
    {
      path: 'conv1',
      kind: 'convolution',
      operation: 'conv',
      kernel: [5, 5],
      shape: [1, 6, 28, 28],
      inputs: [0],
    },
  );
});

test('an ONNX file, whose open extents are given', async () => {
  const bytes = writeModel({
    nodes: [
      { name: 'one', operator: 'Conv', inputs: ['x', 'w'], outputs: ['a'] },
      { name: 'act', operator: 'Relu', inputs: ['a'], outputs: ['b'] },
      { name: 'out', operator: 'Add', inputs: ['b', 'x'] },
    ],
    inputs: { x: ['float32', 'n', 3, 'h', 'w'] },
    initializers: [{ name: 'w', dims: [3, 3, 1, 1], values: new Array(9).fill(1) }],
  });
  await writeFile(join(folder, 'small.onnx'), bytes);
  const open = await draw('small.onnx', '--out', 'small.svg');
  assert.equal(open.code, 2);
  assert.match(open.stderr, /leaves the shape of its input "x" open .*--input 3x224x224/);
  const { code, stdout } = await draw('small.onnx', '--input', '3x16x16', '--out', 'small.svg');
  assert.equal(code, 0);
  assert.match(stdout, /^small\.onnx: 4 layers, 9 parameters, 2,304 multiply-adds\n/);
  assert.match(await read('small.svg'), /16×16×3/);
});

test('heads that small pictures cannot feed are left out', async () => {
  const { code, stdout } = await draw('inception_v3', '--input', '3x128x128', '--out', 'i.svg');
  assert.equal(code, 0);
  assert.match(stdout, /23,834,568 parameters/);
});

test('what it does not understand, before anything is written', async () => {
  for (const [args, message] of [
    [['vgg', '--out', 'x.svg'], /no network "vgg".*did you mean "vgg11"/],
    [['lenet5', '--out', 'x.pdf'], /--out x\.pdf must end with one of \.svg, \.html, \.png/],
    [['lenet5', '--style', 'volume'], /Did you mean "volumes"/],
    [['lenet5', '--input', '3,4'], /extents with x between them/],
    [[], /missing required argument/],
  ] as const) {
    const { code, stderr } = await draw(...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
  await assert.rejects(read('x.svg'), { code: 'ENOENT' });
});
