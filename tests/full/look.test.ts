/** The page of `fovea look` for a network of ImageNet's size: it holds what it should and is small enough to send. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runFovea } from '../run-fovea.js';

const data = process.env.FOVEA_DATA ?? '';
const weights = join(data, 'googlenet', 'googlenet-bvlc-f16.safetensors');
const skip = !existsSync(weights) && 'needs FOVEA_DATA with googlenet/';

test('GoogLeNet looks at a cup of coffee', { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-look-'));
  try {
    const out = join(folder, 'coffee.html');
    const labels = join(data, 'googlenet', 'synset_words.txt');
    const { code, stdout, stderr } = await runFovea([
      ...['look', 'googlenet', join(data, 'photos', 'coffee.png'), '--out', out, '--json'],
      ...['--weights', weights, '--labels', labels, '--class', 'spatula'],
    ]);
    assert.equal(code, 0, stderr);
    const { top, looked, gradCamLayer } = JSON.parse(stdout);
    assert.equal(top[0].label, 'espresso');
    assert.deepEqual([looked[0].label, looked[1].label], ['spatula', 'espresso']);
    assert.equal(gradCamLayer, 'inception5b');
    const page = await readFile(out, 'utf8');
    assert.ok(page.length < 5e6, `${page.length} characters`);
    assert.ok(page.includes('inception3a: 256 maps of 28 x 28'));
  } finally {
    await rm(folder, { recursive: true });
  }
});
