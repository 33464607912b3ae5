/** The page about compression: its command trains an autoencoder whose digits take fewer bytes than WebP's. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fovea } from '../spawn-fovea.js';

const skip = process.env.FOVEA_DATA ? false : 'FOVEA_DATA names no folder with MNIST';

test('100 test digits take fewer bytes than WebP at the same PSNR', { skip }, async () => {
  const page = await readFile(new URL('../../../docs/compression.md', import.meta.url), 'utf8');
  const [, options] = page.match(/npx fovea (train autoencoder .*) --out/)!;
  const folder = await mkdtemp(join(tmpdir(), 'fovea-compression-'));
  try {
    const [run, file] = [join(folder, 'run'), join(folder, 'digits.fz')];
    const trained = await fovea([...options.split(' '), '--out', run, '--quiet', '--json']);
    assert.equal(trained.code, 0, trained.stderr);
    const compressed = await fovea(['compress', run, 'mnist', file, '--json']);
    assert.equal(compressed.code, 0, compressed.stderr);
    const report = JSON.parse(compressed.stdout);
    assert.equal(report.pictures, 100);
    assert.ok(report.bytes < 1800, `${report.bytes} bytes`);
    for (const { format, nearest, bytes, psnr } of report.rivals) {
      if (format !== 'WebP' || nearest !== 'psnr') continue;
      assert.ok(psnr < report.psnr, `WebP has ${psnr} dB, the codes ${report.psnr} dB`);
      assert.ok(bytes > 1.8 * report.bytes, `WebP takes ${bytes} bytes, not ${report.bytes}`);
    }
    const back = await fovea(['decompress', run, file, join(folder, 'digits')]);
    assert.equal(back.code, 0, back.stderr);
    assert.equal((await readdir(join(folder, 'digits'))).length, 100);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
