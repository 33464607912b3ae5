/** fovea compare: a table, charts as SVG, PNG and HTML, runs beside published networks, and what it refuses. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodePng } from '../src/formats/index.js';
import { createModel, modelNames, publishedAccuracy, publishedNames } from '../src/models/index.js';
import { saveNetwork } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';
import { fovea } from './spawn-fovea.js';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-compare-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a table, and a page with the chart and the same numbers', async () => {
  const out = join(folder, 'chart.html');
  const { code, stdout, stderr } = await fovea(['compare', 'vgg16', 'alexnet', '--out', out]);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
  assert.deepEqual(lines.slice(1, 3), [
    ['alexnet', 'ImageNet', '56.52 %', '79.07 %', '714,188,480', '61,100,840'],
    ['vgg16', 'ImageNet', '71.59 %', '90.38 %', '15,470,264,320', '138,357,544'],
  ]);
  assert.match(stdout, /accuracies: torchvision/);
  assert.ok(stdout.includes(`the chart is in ${out}`));
  const html = await readFile(out, 'utf8');
  assert.match(html, /<title>vgg16: 71\.6 %, 15,470,264,320 multiply-adds/);
  assert.ok(html.includes('<td>138,357,544</td>'));
});

test('without names: all networks of torchvision, as JSON, with a PNG of the chart', async () => {
  const out = join(folder, 'chart.png');
  const { code, stdout, stderr } = await runFovea(['compare', '--json', '--out', out]);
  assert.equal(code, 0, stderr);
  const { networks } = JSON.parse(stdout);
  assert.equal(networks.length, 18);
  const operations = networks.map(({ multiplyAdds }: { multiplyAdds: number }) => multiplyAdds);
  assert.deepEqual(
    operations,
    [...operations].sort((a, b) => a - b),
  );
  const { width, height } = decodePng(await readFile(out), out);
  assert.deepEqual([width, height], [1920, 1200]);
});

async function saveRun(name: string, training: Record<string, unknown>): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  const classes = Array.from({ length: 10 }, (_, i) => `${i}`);
  await saveNetwork(createModel('lenet5'), {
    folder: path,
    savedBy: 'test',
    model: { name: 'lenet5', options: { numClasses: 10 } },
    data: { name: 'mnist', classes, shape: [1, 28, 28], mean: [0.1], std: [0.3] },
    training,
  });
  return path;
}

test('a run takes part with the accuracy of its examination', async () => {
  const run = await saveRun('my-lenet', { testAccuracy: 0.9912 });
  const out = join(folder, 'runs.svg');
  const args = ['compare', run, 'resnet20', '--json', '--out', out];
  const { code, stdout, stderr } = await runFovea(args);
  assert.equal(code, 0, stderr);
  const [mine] = JSON.parse(stdout).networks;
  assert.deepEqual(mine, {
    ...{ name: 'my-lenet', dataset: 'mnist', top1: 99.12, top5: null, source: run },
    ...{ multiplyAdds: 416_520, parameters: 61_706 },
  });
  const svg = await readFile(out, 'utf8');
  // Accuracies on different pictures are told apart.
  for (const text of ['my-lenet', 'resnet20', 'mnist', 'CIFAR-10', 'top-1 accuracy (%)']) {
    assert.ok(svg.includes(`>${text}</text>`), text);
  }
});

test('what has no accuracy or no kind of chart is refused before anything is written', async () => {
  const unexamined = await saveRun('unexamined', { testAccuracy: null });
  const cases: readonly (readonly [args: string[], message: RegExp])[] = [
    [['lenet5'], /no accuracy of lenet5 is published.*train it/],
    [['vgg61'], /no model and no folder of a run "vgg61"; did you mean "vgg1/],
    [[unexamined], /was not examined/],
    [['vgg16', '--out', join(folder, 'x.pdf')], /must end with one of \.svg, \.html, \.png/],
    [['vgg16', '--scale', 'log'], /linear, logarithmic/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runFovea(['compare', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
  assert.ok(!existsSync(join(folder, 'x.pdf')));
});

const table = join(process.env.FOVEA_DATA ?? '', 'zoo-table.json');
const skip =
  !(process.env.FOVEA_DATA && existsSync(table)) && 'needs FOVEA_DATA with zoo-table.json';

test('accuracies are those that torchvision publishes', { skip }, () => {
  const { torchvision } = JSON.parse(readFileSync(table, 'utf8'));
  const published = new Map(
    Object.entries(torchvision).map(([name, weights]) => [
      name.toLowerCase(),
      (weights as Record<string, Record<string, number>>).IMAGENET1K_V1,
    ]),
  );
  const shared = modelNames().filter((name) => published.has(name));
  for (const name of shared) {
    const { top1, top5 } = publishedAccuracy(name)!;
    const { 'acc@1': first, 'acc@5': five } = published.get(name)!;
    assert.deepEqual([top1, top5], [first, five], name);
  }
  assert.equal(shared.length, 18);
});

test('every network with a published accuracy can be made', () => {
  for (const dataset of ['ImageNet', 'CIFAR-10', 'MNIST'] as const) {
    const names = publishedNames(dataset);
    assert.ok(names.length > 0);
    for (const name of names) assert.ok(modelNames().includes(name), name);
  }
});
