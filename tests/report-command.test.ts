/** `fovea report` and `fovea runs`: pages of runs, tables of them, and folders that are none. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodePng } from '../src/formats/index.js';
import { createModel } from '../src/models/index.js';
import { beginRun, MetricsLog, saveNetwork, writeEvaluation } from '../src/train/index.js';
import { chromiumPath, launchChromium } from './browser/chromium.js';
import { runFovea } from './run-fovea.js';

let folder = '';
const at = (...names: string[]): string => join(folder, ...names);
const pixels = new Uint8Array(28 * 28).fill(120);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-report-'));
  const model = createModel('lenet5', { numClasses: 2 });
  const described = {
    ...{ savedBy: 'fovea 0.1.0', training: { epochs: 2, batch: 8, seed: 3, augment: [] } },
    model: { name: 'lenet5', options: { numClasses: 2 } },
    data: {
      ...{ name: 'shapes', classes: ['<disc>', 'square'], shape: [1, 28, 28] as const },
      ...{ mean: [0.2], std: [0.3] },
    },
  };
  for (const name of ['a', 'b']) {
    await mkdir(at(name));
    await beginRun({ ...described, folder: at(name) });
    const log = new MetricsLog(at(name, 'metrics.jsonl'));
    for (let step = 0; step < 40; step++) {
      const epoch = Math.floor(step / 20);
      await log.append([{ kind: 'step', step, epoch, loss: 2 / (step + 1), lr: 0.01 }]);
      if (step % 20 < 19) continue;
      const evaluation = { loss: 0.5 - 0.1 * epoch, accuracy: 0.75 + 0.1 * epoch };
      await log.append([{ kind: 'epoch', step, epoch, loss: 0.4, evaluation, seconds: 2 }]);
    }
  }
  await saveNetwork(model, { ...described, folder: at('a') });
  const evaluation = {
    ...{ count: 4, correct: 3, accuracy: 0.75, loss: 0.4, confusion: Uint32Array.of(2, 0, 1, 1) },
    mistakes: [{ index: 0, label: 1, predicted: 0, probability: 0.9 }],
  };
  const data = { ...described.data, images: pixels, labels: Uint8Array.of(1), length: 1 };
  await writeEvaluation(at('a'), evaluation, data);
  for (const step of [10, 20]) {
    const png = encodePng({ width: 28, height: 28, channels: 1, data: pixels });
    await writeFile(at('a', 'samples', `drawn-step0000${step}.png`), png);
  }
  await mkdir(at('no-run'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('a report holds everything in one file, and names are text', async () => {
  const { code, stdout, stderr } = await runFovea(['report', at('a'), '--json']);
  assert.equal(code, 0, stderr);
  const { state, best, problems } = JSON.parse(stdout);
  assert.deepEqual([state, best.metric, best.step, problems], ['finished', 'accuracy', 40, []]);
  assert.ok(Math.abs(best.value - 0.85) < 1e-12);
  const page = await readFile(at('a', 'report.html'), 'utf8');
  assert.doesNotMatch(
    page,
    /(src|href)="(?!data:)|url\((?!data:)|@import|<link(?! rel="icon" href="data:,")/,
    'all is inside',
  );
  assert.ok(!page.includes('<disc>'));
  for (const text of [
    'npx fovea train lenet5 --data shapes --epochs 2 --batch 8 --seed 3 --augment none',
    'What was taken for what',
    'square, taken for &lt;disc&gt;',
    '6 filters of 5 x 5 pixels',
    'Samples over time',
  ]) {
    assert.ok(page.includes(text), text);
  }
  assert.ok(page.length < 1.5e6);
});

test('a run that has not ended has a page that says how to go on', async () => {
  const { code, stderr } = await runFovea(['report', at('b'), '--out', at('b.html')]);
  assert.equal(code, 0, stderr);
  const page = await readFile(at('b.html'), 'utf8');
  assert.ok(page.includes(`npx fovea train --resume ${at('b')}`));
});

test('runs are listed, and compared in one page', async () => {
  const { code, stdout } = await runFovea(['runs', folder]);
  assert.equal(code, 0);
  const lines = stdout.trim().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[1], /^a +lenet5 +shapes +accuracy 85.00 % +0:04 +finished$/);
  assert.match(lines[2], /^b .*running\?$/);
  const out = at('both.html');
  const compared = await runFovea(['runs', 'compare', at('a'), at('b'), '--out', out, '--json']);
  assert.equal(compared.code, 0, compared.stderr);
  assert.equal(JSON.parse(compared.stdout).runs.length, 2);
  assert.match(await readFile(out, 'utf8'), /a, training.*b, training/s);
});

test('what is no run, of another version or damaged is told', async () => {
  const refused = await runFovea(['report', at('no-run')]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /there is no .*config\.json/);
  await mkdir(at('other', 'c'), { recursive: true });
  const config = JSON.parse(await readFile(at('a', 'config.json'), 'utf8'));
  const write = (value: unknown) =>
    writeFile(at('other', 'c', 'config.json'), JSON.stringify(value));
  await write({ ...config, formatVersion: 99 });
  assert.match((await runFovea(['report', at('other', 'c')])).stderr, /version 99/);
  // Half-deleted: the configuration alone, without log or weights.
  await write(config);
  const half = await runFovea(['report', at('other', 'c')]);
  assert.equal(half.code, 0, half.stderr);
  assert.match(half.stdout, /there is no log/);
  assert.equal((await runFovea(['runs', at('gone')])).code, 1);
});

test('the page shows without an error in a browser', { skip: !chromiumPath }, async () => {
  await runFovea(['report', at('a')]);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`file://${at('a', 'report.html')}`);
    await page.locator('.chart').first().hover();
    assert.match(
      (await page.locator('.values').first().textContent()) ?? '',
      /^step \d+: training/,
    );
    await page.locator('#time').fill('0');
    assert.equal(await page.locator('#when').textContent(), 'step 10');
    assert.equal(await page.locator('.series img:visible').count(), 1);
    assert.deepEqual(errors, []);
  } finally {
    await browser.close();
  }
});
