/** Runs of autoencoders: trained by command, opened again, and given pictures from data sets, folders and files. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { drawDigits } from '../src/data/index.js';
import { encodePng, FormatError } from '../src/formats/index.js';
import { latentPictures, openLatentRun, ownPictures } from '../src/latent/index.js';
import { loadNetwork } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';

let folder = '';
const at = (name: string): string => join(folder, name);
const settings = [
  ...['--data', 'digits', '--train-size', '90', '--test-size', '20', '--batch', '30'],
  ...['--epochs', '2', '--seed', '4', '--quiet'],
];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-latent-'));
  const digits = drawDigits({ count: 12, seed: 9 });
  await mkdir(at('flat'));
  await mkdir(at('sorted/even'), { recursive: true });
  await mkdir(at('sorted/odd'), { recursive: true });
  for (let i = 0; i < 12; i++) {
    const data = digits.images.slice(i * 784, (i + 1) * 784);
    const png = encodePng({ width: 28, height: 28, channels: 1, data });
    const name = `${String(i).padStart(2, '0')}.png`;
    await writeFile(at(`flat/${name}`), png);
    await writeFile(at(`sorted/${i % 2 === 0 ? 'even' : 'odd'}/${name}`), png);
  }
});
after(() => rm(folder, { recursive: true, force: true }));

/** The last line of `fovea train` with --json. */
async function train(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runFovea(['train', ...args, '--json']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

test('a run tells what was measured, keeps its samples and is opened again', async () => {
  const out = at('vae');
  const told = await train('vae', ...settings, '--latent', '3', '--conditional', '--out', out);
  for (const name of ['testMse', 'psnr', 'elbo', 'reconstruction', 'kl', 'activeUnits']) {
    assert.equal(typeof told[name], 'number', name);
  }
  assert.ok(Math.abs(Number(told.elbo) + Number(told.reconstruction) + Number(told.kl)) < 1e-6);
  assert.deepEqual((await readdir(join(out, 'samples'))).sort(), [
    'reconstructions-step000000003.png',
    'reconstructions-step000000006.png',
    'samples-step000000003.png',
    'samples-step000000006.png',
  ]);
  const page = await readFile(join(out, 'report.html'), 'utf8');
  for (const words of ['Samples over time', 'data:image/png', 'reconstruction']) {
    assert.ok(page.includes(words), words);
  }
  const run = await openLatentRun(out);
  const { name, latent, shape, numClasses } = run;
  assert.deepEqual(
    { name, latent, shape, numClasses },
    {
      ...{ name: 'vae', latent: 3, shape: [1, 28, 28], numClasses: 10 },
    },
  );
  assert.equal(run.modelHash, run.config.weights?.sha256);
});

test('a picture has the same code, and a code the same picture, whatever it is together with', async () => {
  const run = await openLatentRun(at('vae'));
  const { pictures, labels } = await latentPictures(run, 'digits', { count: 70 });
  const codes = run.encode(pictures, labels!);
  const decoded = run.decode(codes, labels!);
  assert.equal(codes.length, 70 * 3);
  for (const i of [0, 41, 69]) {
    const alone = run.encode(pictures.slice(i * 784, (i + 1) * 784), labels!.slice(i, i + 1));
    assert.deepEqual([...alone], [...codes.subarray(i * 3, i * 3 + 3)]);
    const picture = run.decode(alone, labels!.slice(i, i + 1));
    assert.deepEqual([...picture], [...decoded.subarray(i * 784, (i + 1) * 784)]);
  }
  assert.throws(() => run.encode(pictures), /expected 70 labels from 0 to 9, got none/);
  assert.throws(() => run.encode(pictures.subarray(1), labels!), /got 54879 numbers/);
});

test('pictures come from folders and files as the network takes them', async () => {
  const run = await openLatentRun(at('vae'));
  const flat = await latentPictures(run, at('flat'));
  assert.equal(flat.labels, null);
  assert.deepEqual(flat.names.slice(0, 2), ['00.png', '01.png']);
  const sorted = await latentPictures(run, at('sorted'), { count: 7 });
  assert.deepEqual([...sorted.labels!], [0, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(sorted.classes, ['even', 'odd']);
  const one = await latentPictures(run, at('flat/03.png'));
  assert.deepEqual([...one.pictures], [...flat.pictures.subarray(3 * 784, 4 * 784)]);
  await assert.rejects(latentPictures(run, at('nothing')), /no picture, folder or data set/);
  await writeFile(at('flat/13.png'), 'no picture');
  assert.equal((await latentPictures(run, at('flat'))).names.length, 12);
  await rm(at('flat/13.png'));
});

test('a run that learned from a flat folder in colour finds its own pictures again', async () => {
  const out = at('conv');
  const told = await train(
    ...['conv-vae', '--data', at('flat'), '--validation', '0.25', '--size', '16', '--epochs', '1'],
    ...['--batch', '3', '--channels', '4,8', '--hidden', '8', '--latent', '2', '--quiet'],
    ...['--likelihood', 'gaussian', '--out', out],
  );
  assert.equal(told.epochs, 1);
  const run = await openLatentRun(out);
  assert.deepEqual([...run.shape], [3, 16, 16]);
  const own = await ownPictures(run);
  assert.equal(own.names.length, 3);
  const learned = await ownPictures(run, { split: 'train' });
  assert.deepEqual([...own.names, ...learned.names].sort(), (await readdir(at('flat'))).sort());
  assert.equal(run.decode(run.encode(own.pictures)).length, 3 * 3 * 256);
});

test('a stopped run goes on to the very weights by command', async () => {
  const options = ['denoising-autoencoder', ...settings, '--hidden', '16', '--warm-up', '1'];
  const refused = await runFovea(['train', ...options, '--out', at('none')]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--warm-up is an option of vae and conv-vae, not of denoising/);
  const given = options.slice(0, -2);
  await train(...given, '--out', at('whole'));
  await train(...given, '--out', at('again'), '--keep', '9');
  const checkpoints = join(at('again'), 'checkpoints');
  for (const name of (await readdir(checkpoints)).sort().slice(1)) {
    await rm(join(checkpoints, name));
  }
  await train('--resume', at('again'), '--quiet');
  const [whole, again] = await Promise.all([loadNetwork(at('whole')), loadNetwork(at('again'))]);
  assert.deepEqual(again.stateDict, whole.stateDict);
  assert.equal(again.config.training.testMse, whole.config.training.testMse);
});

test('options of other networks and other kinds of run are refused by name', async () => {
  const conditional = await runFovea([
    ...['train', 'vae', '--data', at('flat'), '--conditional', '--out', at('none')],
  ]);
  assert.equal(conditional.code, 2);
  assert.match(conditional.stderr, /--conditional: flat has one class/);
  const classifier = await runFovea(['train', 'lenet5', '--data', at('flat'), '--out', at('none')]);
  assert.equal(classifier.code, 2);
  assert.match(classifier.stderr, /no pictures in subfolders/);
  await train('lenet5', ...settings, '--out', at('lenet5'));
  await assert.rejects(openLatentRun(at('lenet5')), (error: Error) => {
    assert.ok(error instanceof FormatError);
    assert.match(error.message, /trained "lenet5", which makes no codes/);
    return true;
  });
  const config = JSON.parse(await readFile(join(at('vae'), 'config.json'), 'utf8'));
  config.model.options.latent = 4;
  await writeFile(join(at('vae'), 'config.json'), JSON.stringify(config));
  await assert.rejects(
    openLatentRun(at('vae')),
    /its weights or options are not those of its model/,
  );
});
