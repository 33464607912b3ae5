/** `fovea look`: one page that holds all its pictures and shows what was computed; and its parts. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { layerSheets } from '../src/cli/look/layer-sheets.js';
import {
  brightness,
  filterPicture,
  heat,
  mixedBetween,
  shrunk,
} from '../src/cli/look/map-pictures.js';
import { decodePng, encodePng, encodeSafetensors } from '../src/formats/index.js';
import { mapLayers } from '../src/inspect/index.js';
import { createModel } from '../src/models/index.js';
import { manualSeed } from '../src/nn/index.js';
import { saveNetwork } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';

let folder = '';
const file = (name: string): string => join(folder, name);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-look-'));
  manualSeed(6);
  const model = createModel('lenet5', { numClasses: 4 });
  await saveNetwork(model, {
    ...{ folder, savedBy: 'the tests', training: {} },
    model: { name: 'lenet5', options: { numClasses: 4 } },
    data: {
      ...{ name: 'shapes', classes: ['<disc>', 'square', 'cross, plus', '7'], shape: [1, 28, 28] },
      ...{ mean: [0.2], std: [0.3] },
    },
  });
  const state = new Map(Object.entries(model.stateDict()));
  await writeFile(file('lenet5.safetensors'), encodeSafetensors(state));
  const data = new Uint8Array(28 * 28);
  for (let y = 8; y < 20; y++) data.fill(230, y * 28 + 9, y * 28 + 19);
  await writeFile(file('shape.png'), encodePng({ width: 28, height: 28, channels: 1, data }));
});
after(() => rm(folder, { recursive: true, force: true }));

const look = (...args: string[]) => runFovea(['look', ...args]);

/** Every picture in the page, decoded. */
const picturesIn = (page: string) =>
  [...page.matchAll(/data:image\/png;base64,([A-Za-z0-9+/=]+)/g)].map(([, text], i) =>
    decodePng(Buffer.from(text, 'base64'), `picture ${i}`),
  );

test('the page holds the picture, the classes, the maps of each method, filters and layers', async () => {
  const out = file('look.html');
  const { code, stdout, stderr } = await look(folder, file('shape.png'), '--out', out, '--json');
  assert.equal(code, 0, stderr);
  const answer = JSON.parse(stdout);
  assert.equal(answer.gradCamLayer, 'relu2');
  assert.deepEqual(answer.layers, ['conv1', 'relu1', 'pool1', 'conv2', 'relu2', 'pool2']);
  assert.equal(answer.top.length, 4);
  assert.deepEqual(answer.looked, answer.top.slice(0, 3));
  const page = await readFile(out, 'utf8');
  assert.doesNotMatch(page, /(src|href)="(?!data:)|url\((?!data:)|@import|<link/, 'all is inside');
  assert.ok(page.includes('&#60;disc&#62;') && !page.includes('<disc>'), 'labels are text');
  for (const text of [
    'Grad-CAM',
    'Occlusion',
    'Saliency',
    'SmoothGrad',
    'relu2: 16 maps of 10 x 10',
  ]) {
    assert.ok(page.includes(text), text);
  }
  assert.equal(page.match(/data-class="/g)?.length, 3);
  const pictures = picturesIn(page);
  // The photo, a sheet of filters, one for each layer; four pictures for each of three classes.
  assert.equal(pictures.length, 1 + 1 + 6 + 4 * 3);
  const shape = decodePng(await readFile(file('shape.png')), 'shape.png');
  assert.deepEqual(pictures[0], shape);
});

test('a model with weights looks at the class and layer that are asked for', async () => {
  const network = ['lenet5', file('shape.png'), '--weights', file('lenet5.safetensors'), '--json'];
  await writeFile(file('labels.txt'), 'disc\nsquare\ncross, plus\n7\n');
  const labels = ['--labels', file('labels.txt')];
  const out = ['--out', file('other.html')];
  for (const name of ['Plus', '2', 'cross, plus']) {
    const { code, stdout, stderr } = await look(
      ...[...network, ...labels, ...out, '--class', name, '--layer', 'relu1'],
    );
    assert.equal(code, 0, stderr);
    const { looked, gradCamLayer } = JSON.parse(stdout);
    assert.deepEqual([looked[0].label, gradCamLayer], ['cross, plus', 'relu1']);
  }
  const refused: [string[], RegExp][] = [
    [['--layer', 'rel1'], /there is no layer "rel1"; did you mean "relu1"\?/],
    [['--layer', 'fc1'], /layer "fc1" gives \[1, 120\]; expected maps/],
    [['--class', '4'], /--class 4: the classes are numbered from 0 to 3/],
    [['--class', 'squre', ...labels], /did you mean "square"\?/],
    [['--class', 'disc'], /give its number, or the names of the classes with --labels/],
  ];
  for (const [options, pattern] of refused) {
    const { code, stderr, stdout } = await look(...network, ...out, ...options);
    assert.notEqual(code, 0);
    assert.match(stderr, pattern);
    assert.equal(stdout, '');
  }
});

test('heat hides most where it is largest, and is blue below zero', () => {
  const { data } = heat({ width: 3, height: 1, values: [2, 0, -2] }, 2);
  const [warm, none, cold] = [0, 4, 8].map((at) => [...data.subarray(at, at + 4)]);
  assert.ok(warm[0] > warm[2] && cold[2] > cold[0]);
  assert.equal(none[3], 0);
  assert.ok(warm[3] > 200 && warm[3] === cold[3]);
  assert.ok(heat({ width: 1, height: 1, values: [0] }, 0).data[3] === 0);
});

test('values between places are mixed, and go on beyond them', () => {
  const places = { rows: [1.5], columns: [0.5, 2.5], width: 4, height: 3 };
  const { values } = mixedBetween([10, 20], places);
  assert.deepEqual([...Array.from(values).slice(0, 4)], [10, 15, 20, 20]);
  assert.deepEqual([...Array.from(values).slice(8, 12)], [10, 15, 20, 20]);
});

test('maps are shrunk by means, brightened to their largest, filters centred on grey', () => {
  const map = { width: 3, height: 2, values: [1, 3, 5, 1, 3, 7] };
  assert.deepEqual([...Array.from(shrunk(map, 2).values)], [2, 6]);
  assert.equal(shrunk(map, 3), map);
  assert.deepEqual([...brightness({ width: 2, height: 1, values: [0, 4] }).data], [0, 255]);
  assert.deepEqual([...brightness({ width: 2, height: 1, values: [0, 0] }).data], [0, 0]);
  const filter = filterPicture([-2, 0, 1, 2], { channels: 1, height: 2, width: 2 });
  assert.deepEqual([...filter.data], [0, 128, 191, 255]);
});

test('sheets show the strongest maps first, and stay small', () => {
  const count = 300;
  const size = 200 * 200;
  const values = new Float32Array(count * 4).map((_, i) => (i >> 2) + (i % 4));
  const deep = { path: 'deep', layer: 'Relu', count, width: 2, height: 2, values };
  const [sheet] = layerSheets([deep], '');
  assert.equal(sheet.shown.length, 96);
  assert.deepEqual([sheet.shown[0].index, sheet.shown[95].index], [299, 204]);
  const noise = Float32Array.from({ length: 32 * size }, (_, i) => (i * 7919) % 1009);
  const wide = { path: 'wide', layer: 'Conv2d', count: 32, width: 200, height: 200, values: noise };
  const sheets = layerSheets(
    Array.from({ length: 30 }, () => wide),
    '',
  );
  const characters = sheets.reduce((sum, one) => sum + one.sheet.uri.length, 0);
  assert.ok(characters <= 3e6, `${characters} characters`);
});

test('layers worth looking at are those of maps, without parts of convolutions', () => {
  const paths = (name: string, count: number) =>
    mapLayers(createModel(name), [1, 3, 224, 224], count).map(({ path }) => path);
  const inception = paths('googlenet_2014', 60);
  assert.ok(inception.includes('inception3a') && inception.includes('inception3a.branch1'));
  assert.ok(!inception.some((path) => path.endsWith('.conv')));
  const few = paths('resnet50', 12);
  assert.deepEqual(few.slice(-4), ['layer1', 'layer2', 'layer3', 'layer4']);
});
