/** `fovea compress` and `fovea decompress`, on networks that were never trained. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadDigits } from '../src/data/index.js';
import { decodePng, encodePng } from '../src/formats/index.js';
import { readCodes } from '../src/latent/compression/index.js';
import { imagesOf, openLatentRun } from '../src/latent/index.js';
import { createAutoencoder } from '../src/models/autoencoders/index.js';
import { manualSeed } from '../src/nn/index.js';
import { saveNetwork } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';

let folder = '';
const at = (...names: string[]): string => join(folder, ...names);
const { classes } = loadDigits({ train: 1, test: 1 }).test;

async function save(name: string, options: Record<string, unknown>): Promise<void> {
  await mkdir(at(name));
  manualSeed(2);
  const model = createAutoencoder('vae', options);
  // So that pictures differ, which makes codes worth something.
  for (const weights of model.parameters()) weights.set(weights.data().map((value) => 4 * value));
  await saveNetwork(model, {
    ...{ folder: at(name), savedBy: 'fovea', training: { epochs: 0 } },
    model: { name: 'vae', options },
    data: { name: 'digits', classes, shape: [1, 28, 28], mean: [0.2], std: [0.3] },
  });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-compress-'));
  await save('vae', { latent: 6, hidden: 16 });
  await save('told', { latent: 4, hidden: 16, numClasses: 10 });
  const { test: digits } = loadDigits({ train: 1, test: 5 });
  for (const part of ['less', 'more']) await mkdir(at('pictures', part), { recursive: true });
  const places = ['less/a.png', 'less/b.png', 'more/a.png', 'more/c.png', 'more/é.png'];
  for (const [i, place] of places.entries()) {
    const data = digits.images.subarray(784 * i, 784 * (i + 1));
    const image = { width: 28, height: 28, channels: 1, data };
    await writeFile(at('pictures', place), encodePng(image));
  }
});
after(() => rm(folder, { recursive: true, force: true }));

async function answered(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runFovea([...args, '--json']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

async function failed(...args: string[]): Promise<string> {
  const { code, stderr } = await runFovea(args);
  assert.notEqual(code, 0);
  return `${code}: ${stderr}`;
}

const pixelsOf = async (path: string) => decodePng(new Uint8Array(await readFile(path)), path);

test('a data set, beside JPEG and WebP, and back as numbered pictures', async () => {
  const file = at('digits.fz');
  const report = await answered('compress', at('vae'), 'digits', file, '--count', '12');
  const bytes = new Uint8Array(await readFile(file));
  assert.equal(report.bytes, bytes.length);
  assert.equal(report.bytesPerPicture, bytes.length / 12);
  assert.equal(report.ratio, (12 * 784) / bytes.length);
  assert.equal(report.modelCounted, false);
  const rivals = report.rivals as { format: string; files: string; nearest: string }[];
  assert.deepEqual(
    rivals.map(({ format, files, nearest }) => `${format} ${files} ${nearest}`),
    ['JPEG', 'WebP'].flatMap((format) =>
      ['each', 'sheet'].flatMap((files) =>
        ['bytes', 'psnr'].map((nearest) => `${format} ${files} ${nearest}`),
      ),
    ),
  );
  const told = await answered('decompress', at('vae'), file, at('out'));
  assert.equal(told.pictures, 12);
  assert.deepEqual((await readdir(at('out'))).sort(), [
    ...Array.from({ length: 12 }, (_, n) => `${String(n + 1).padStart(4, '0')}.png`),
  ]);
  const run = await openLatentRun(at('vae'));
  const images = imagesOf(run.decode(readCodes(run, bytes).codes), run.shape);
  for (const [n, image] of images.entries()) {
    const { data } = await pixelsOf(at('out', `${String(n + 1).padStart(4, '0')}.png`));
    assert.deepEqual(data, image.data);
  }
});

test('the table says what is compared, and that the model is not counted', async () => {
  const { code, stdout } = await runFovea([
    ...['compress', at('vae'), 'digits', at('table.fz'), '--count', '4', '--step', '2'],
  ]);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /4 pictures of 1 x 28 x 28 as 6 numbers each, in steps of 2\.00 grey levels/,
  );
  assert.match(stdout, /file +bytes +a picture +ratio +PSNR +SSIM/);
  assert.match(stdout, /table\.fz +\d+ /);
  assert.match(stdout, /WebP, one file of all, nearest PSNR \(quality \d+\) +\d/);
  assert.match(stdout, /WebP in files takes \d+\.\d times the bytes at [+-]\d+\.\d\d dB/);
  assert.match(stdout, /The model \(\d.* kB\) is not counted/);
});

test('a folder keeps its names, a picture needs none', async () => {
  const run = at('vae');
  await answered('compress', run, at('pictures'), at('folder.fz'), '--no-compare');
  await answered('decompress', run, at('folder.fz'), at('again'));
  const files = await readdir(at('again'), { recursive: true });
  assert.deepEqual(files.filter((name) => name.endsWith('.png')).sort(), [
    ...['less/a.png', 'less/b.png', 'more/a.png', 'more/c.png', 'more/é.png'].map((name) =>
      join(name),
    ),
  ]);
  const one = await answered(
    'compress',
    run,
    at('pictures', 'less', 'b.png'),
    at('b.fz'),
    '--no-compare',
  );
  assert.deepEqual([one.pictures, one.rivals], [1, []]);
  assert.ok(Number(one.bytes) < 60, `${one.bytes} bytes`);
  const told = await answered('decompress', run, at('b.fz'), at('b.png'));
  assert.deepEqual(told.files, [at('b.png')]);
  assert.equal((await pixelsOf(at('b.png'))).width, 28);
});

test('a conditional network is told classes: those of the data, or one of all', async () => {
  const run = at('told');
  const report = await answered(
    'compress',
    run,
    'digits',
    at('c.fz'),
    '--count',
    '6',
    '--no-compare',
  );
  assert.equal(report.pictures, 6);
  const opened = await openLatentRun(run);
  const { labels } = readCodes(opened, new Uint8Array(await readFile(at('c.fz'))));
  assert.deepEqual(labels, Int32Array.from(loadDigits({ train: 1, test: 6 }).test.labels));
  const picture = at('pictures', 'less', 'a.png');
  assert.match(await failed('compress', run, picture, at('d.fz')), /^2: .*--label CLASS/);
  assert.match(
    await failed('compress', run, picture, at('d.fz'), '--label', 'x'),
    /^2: .*--label x: there is no class/,
  );
  await answered('compress', run, picture, at('d.fz'), '--label', '7', '--no-compare');
  const read = readCodes(opened, new Uint8Array(await readFile(at('d.fz'))));
  assert.deepEqual(read.labels, Int32Array.of(7));
  assert.match(
    await failed('compress', at('vae'), picture, at('d.fz'), '--label', '1'),
    /^2: .*is told of no classes/,
  );
});

test('the example tells what steps make of digits', async () => {
  const example = fileURLToPath(new URL('../examples/compress-digits.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [example, at('vae')]);
  const sizes = [...stdout.matchAll(/^step \d+: (\S+) bytes a digit, \S+ dB, SSIM \S+$/gm)];
  assert.equal(sizes.length, 4, stdout);
  assert.ok(Number(sizes[0][1]) > Number(sizes[3][1]), stdout);
});

test('what cannot be done is refused, with the reason', async () => {
  await answered('compress', at('vae'), 'digits', at('e.fz'), '--count', '3', '--no-compare');
  assert.match(
    await failed('decompress', at('told'), at('e.fz'), at('x')),
    /^1: .*e\.fz: it was made with the model [0-9a-f]{12}….*give the run that it was compressed with/,
  );
  assert.match(await failed('decompress', at('vae'), at('e.fz'), at('e.png')), /^2: .*3 pictures/);
  assert.match(await failed('decompress', at('vae'), at('gone.fz'), at('x')), /^1: .*no such file/);
  const bytes = await readFile(at('e.fz'));
  await writeFile(at('cut.fz'), bytes.subarray(0, -3));
  assert.match(await failed('decompress', at('vae'), at('cut.fz'), at('x')), /^1: .*checksum/);
  assert.match(
    await failed('compress', at('vae'), 'digits', at('nowhere', 'f.fz'), '--no-compare'),
    /^1: .*nowhere does not exist/,
  );
  await assert.rejects(readdir(at('x')), 'nothing is written');
});
