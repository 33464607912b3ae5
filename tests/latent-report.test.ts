/** The page of an autoencoder's run: pictures of its codes, with its data at hand and without. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodePng } from '../src/formats/index.js';
import { createAutoencoder } from '../src/models/autoencoders/index.js';
import { manualSeed } from '../src/nn/index.js';
import { writeReport } from '../src/report/index.js';
import { beginRun, MetricsLog, saveNetwork } from '../src/train/index.js';
import { chromiumPath, launchChromium } from './browser/chromium.js';

let folder = '';
const at = (...names: string[]): string => join(folder, ...names);

async function save(name: string, { network, data }: { network: string; data: string }) {
  await mkdir(at(name));
  manualSeed(2);
  const options = network === 'vae' ? { latent: 5, hidden: 16 } : { latent: 3, hidden: [16] };
  const described = {
    ...{ savedBy: 'fovea 0.1.0', training: { epochs: 2 }, model: { name: network, options } },
    data: {
      ...{ name: data, classes: Array.from('0123456789'), shape: [1, 28, 28] as const },
      ...{ mean: [0.2], std: [0.3] },
    },
  };
  await beginRun({ ...described, folder: at(name) });
  const log = new MetricsLog(at(name, 'metrics.jsonl'));
  for (let epoch = 0; epoch < 3; epoch++) {
    const evaluation = { loss: 123 - epoch, reconstruction: 100 - 2 * epoch, kl: 23 + epoch };
    const terms = network === 'vae' ? evaluation : { loss: 0.1 };
    await log.append([
      { kind: 'epoch', step: 9 + 10 * epoch, epoch, loss: 120, evaluation: terms },
    ]);
  }
  await saveNetwork(createAutoencoder(network, options), { ...described, folder: at(name) });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-latent-report-'));
  await save('vae', { network: 'vae', data: 'digits' });
  await save('far', { network: 'vae', data: 'holiday-pictures' });
  await save('plain', { network: 'autoencoder', data: 'holiday-pictures' });
  await mkdir(at('vae', 'attributes'));
  const png = encodePng({ width: 2, height: 2, channels: 1, data: new Uint8Array(4) });
  await writeFile(at('vae', 'attributes', 'a-smile.png'), png);
});
after(() => rm(folder, { recursive: true, force: true }));

const headlines = (page: string): string[] =>
  [...page.matchAll(/<h2>([^<]*)<\/h2>/g)].map(([, words]) => words);

async function pageOf(name: string): Promise<string> {
  const { path } = await writeReport(at(name));
  return readFile(path, 'utf8');
}

const ofPrior = ['What the dimensions stand for', 'The manifold', 'Pictures that nobody drew'];

test('a page shows the latent space in every way, all inside it', async () => {
  const page = await pageOf('vae');
  const found = headlines(page);
  for (const headline of [
    ...ofPrior,
    ...['What comes back', 'The latent space', 'From one picture to another'],
    ...[
      'Properties, added by strength',
      'The two terms of the bound',
      'Which dimensions are in use',
    ],
  ]) {
    assert.ok(found.includes(headline), headline);
  }
  assert.doesNotMatch(page, /(src|href)="(?!data:|#)|url\((?!data:)|@import/, 'all is inside');
  assert.match(page, /96\.0 \+ 25\.0 = <b>121 nats<\/b>/);
  assert.match(page, /<b>\d of 5<\/b> dimensions are in use/);
  assert.ok(page.includes('alt="a-smile.png"'));
  assert.ok(page.length < 3e6, `${page.length} letters`);
});

test('without its pictures a page shows what the prior alone tells, and says so', async () => {
  const page = await pageOf('far');
  assert.match(page, /The pictures of holiday-pictures are not at hand/);
  const found = headlines(page);
  for (const headline of ofPrior) assert.ok(found.includes(headline), headline);
  assert.ok(!found.includes('The latent space'));
});

test('a plain autoencoder without its pictures has its curves alone', async () => {
  const found = headlines(await pageOf('plain'));
  assert.ok(found.includes('How it went'));
  for (const headline of [...ofPrior, 'The two terms of the bound']) {
    assert.ok(!found.includes(headline), headline);
  }
});

test('pointing at the map shows pictures, and maps change', { skip: !chromiumPath }, async () => {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`file://${at('vae', 'report.html')}`);
    const pointed = page.locator('.pointed');
    const first = await pointed.textContent();
    assert.match(first ?? '', /^\d \(digits 0\)$/);
    const point = page.locator('.latent-map .point').nth(77);
    const place = await point.getAttribute('transform');
    await point.hover({ force: true });
    assert.notEqual(await pointed.textContent(), first);
    await page.locator('.maps-of-codes input').nth(1).check();
    assert.notEqual(await point.getAttribute('transform'), place);
    await page.locator('.classes button').first().click();
    const shown = await page.locator('.latent-map .point:not(.faint)').count();
    assert.ok(shown > 0 && shown < 1000, `${shown} points of one class`);
    assert.deepEqual(errors, []);
  } finally {
    await browser.close();
  }
});
