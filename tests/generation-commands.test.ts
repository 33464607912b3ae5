/** The commands that make pictures with trained autoencoders, on networks that were never trained. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadDigits } from '../src/data/index.js';
import { decodeGifFrames, decodeImage, decodePng, encodePng } from '../src/formats/index.js';
import { createAutoencoder } from '../src/models/autoencoders/index.js';
import { createModel } from '../src/models/index.js';
import { manualSeed } from '../src/nn/index.js';
import { saveNetwork } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';

let folder = '';
const at = (...names: string[]): string => join(folder, ...names);
const classes = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const data = {
  ...{ name: 'digits', classes, shape: [1, 28, 28] as const, mean: [0.2], std: [0.3] },
};

async function save(name: string, network: string, options: object): Promise<void> {
  await mkdir(at(name));
  manualSeed(1);
  const model =
    network === 'lenet5' ? createModel('lenet5', {}) : createAutoencoder(network, { ...options });
  const described = { savedBy: 'fovea', data, training: { epochs: 0 } };
  await saveNetwork(model, {
    ...{ ...described, folder: at(name) },
    model: { name: network, options: { ...options } },
  });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-generation-'));
  await save('vae', 'vae', { latent: 6, hidden: 16 });
  await save('flat', 'vae', { latent: 2, hidden: 16 });
  await save('told', 'vae', { latent: 4, hidden: 16, numClasses: 10 });
  await save('plain', 'autoencoder', { latent: 3, hidden: [16] });
  await save('classifier', 'lenet5', {});
  const { test: digits } = loadDigits({ train: 1, test: 40 });
  const lines: string[] = [];
  for (const side of ['have', 'lack']) await mkdir(at(side));
  for (let i = 0; i < 6; i++) {
    const pixels = digits.images.subarray(784 * i, 784 * (i + 1));
    const png = encodePng({ width: 28, height: 28, channels: 1, data: pixels });
    const side = i < 3 ? 'have' : 'lack';
    await writeFile(at(side, `${i}.png`), png);
    const tags = i === 4 ? 'face, smiling, odd' : 'face, smile';
    lines.push(
      JSON.stringify({ number: i, side, tags: i === 5 ? 'cat' : tags, annotation: `n${i}` }),
    );
  }
  await writeFile(at('list.jsonl'), lines.join('\n'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** What `--json` answers. */
async function answered(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runFovea([...args, '--json']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

const sizeOf = async (path: string): Promise<number[]> => {
  const { width, height } = decodePng(new Uint8Array(await readFile(path)), path);
  return [width, height];
};

test('samples of a prior, the same for the same seed', async () => {
  const [one, two, other] = ['a.png', 'b.png', 'c.png'].map((name) => at(name));
  const told = await answered('sample', at('vae'), '--count', '9', '--out', one);
  assert.deepEqual([told.from, told.count, told.class], ['prior', 9, null]);
  await answered('sample', at('vae'), '--count', '9', '--out', two);
  await answered('sample', at('vae'), '--count', '9', '--seed', '1', '--out', other);
  assert.deepEqual(await readFile(one), await readFile(two));
  assert.notDeepEqual(await readFile(one), await readFile(other));
});

test('a plain autoencoder is drawn from a Gaussian of its codes, and says so', async () => {
  const { stdout, code } = await runFovea(['sample', at('plain'), '--out', at('plain.svg')]);
  assert.equal(code, 0);
  assert.match(stdout, /Gaussian fitted to the codes of 2000 pictures/);
  assert.match(await readFile(at('plain.svg'), 'utf8'), /^<svg .*fitted to the codes/s);
});

test('a conditional network draws a row for each class, or one class', async () => {
  await answered('sample', at('told'), '--count', '20', '--out', at('rows.svg'));
  assert.match(await readFile(at('rows.svg'), 'utf8'), />seven</);
  const one = await answered('sample', at('told'), '--class', 'seven', '--out', at('7.png'));
  assert.equal(one.class, 7);
});

test('traversals of chosen dimensions around a picture', async () => {
  const picture = at('have', '0.png');
  const out = at('traversals.png');
  const told = await answered(
    ...['traverse', at('vae'), '--picture', picture, '--dims', '4,1', '--range', '-1:1'],
    ...['--steps', '5', '--out', out],
  );
  assert.deepEqual(
    [told.dims, told.values],
    [
      [4, 1],
      [-1, -0.5, 0, 0.5, 1],
    ],
  );
  const [width, height] = await sizeOf(out);
  assert.ok(width > 2 * 5 * 56 && height > 2 * 2 * 56, `${width} x ${height}`);
  const usual = await answered('traverse', at('plain'), '--out', out);
  assert.deepEqual([...(usual.dims as number[])].sort(), [0, 1, 2]);
});

test('the manifold of two dimensions, or of a plane through more', async () => {
  const out = at('manifold.png');
  const flat = await answered('manifold', at('flat'), '--count', '6', '--out', out);
  assert.deepEqual(flat.plane, [0, 1]);
  const plane = await answered('manifold', at('vae'), '--count', '4', '--out', out);
  assert.equal(plane.plane, 'principal components');
  const chosen = await answered(
    'manifold',
    at('vae'),
    '--dims',
    '5,2',
    '--count',
    '4',
    '--out',
    out,
  );
  assert.deepEqual(chosen.plane, [5, 2]);
});

test('the way between two pictures as a strip and as animations', async () => {
  const [from, to] = [at('have', '0.png'), at('lack', '3.png')];
  const call = (...more: string[]) => answered('interpolate', at('vae'), from, to, ...more);
  const strip = await call('--spherical', '--out', at('strip.png'));
  assert.deepEqual([strip.steps, strip.spherical], [10, true]);
  await call('--steps', '4', '--out', at('way.gif'));
  const bytes = new Uint8Array(await readFile(at('way.gif')));
  const frames = [...decodeGifFrames(bytes, 'way.gif')];
  // There and back: four pictures, and the two between on the way back.
  assert.deepEqual(
    frames.map(({ image, milliseconds }) => [image.width, image.height, milliseconds]),
    [500, 60, 60, 500, 60, 60].map((time) => [224, 224, time]),
  );
  assert.deepEqual(frames[1].image.data, frames[5].image.data);
  assert.notDeepEqual(frames[0].image.data, frames[3].image.data);
  await call('--steps', '3', '--out', at('way.webp'));
  const { width } = await decodeImage(new Uint8Array(await readFile(at('way.webp'))), 'way.webp');
  assert.equal(width, 224);
});

test('a property of classes, folders and captions', async () => {
  const out = at('attribute.svg');
  const call = (...more: string[]) => answered('attribute', at('vae'), ...more, '--out', out);
  const ofClasses = await call('--with-class', '7', '--without-class', '1');
  assert.equal(ofClasses.property, 'class 7 against 1');
  const all = await call('--with-class', '7');
  assert.equal(Number(all.with) + Number(all.without), 10_000);
  const folders = await call('--with', at('have'), '--without', at('lack'), '--steps', '3');
  assert.deepEqual([folders.with, folders.without, folders.strengths], [3, 3, [-2, 0, 2]]);
  assert.ok(Number(folders.length) > 0);
  const list = ['--captions', at('list.jsonl'), '--pictures', '{side}/{number}.png'];
  const words = await call(...list, '--with', 'tags=smile', '--among', 'face');
  assert.deepEqual([words.with, words.without], [4, 1]);
  assert.match(await readFile(out, 'utf8'), />n4</);
  const both = await call(...list, '--with', 'smil*', '--without', '!face');
  assert.deepEqual([both.with, both.without], [5, 1]);
  const given = [at('have', '0.png'), at('have', '1.png')];
  await call(...list, '--with', 'smil*', '--picture', ...given);
  assert.match(await readFile(out, 'utf8'), />0\.png<.*>1\.png</s);
});

test('what cannot be meant is refused before anything is written', async () => {
  const refused = async (args: string[], code: number, message: RegExp) => {
    const finished = await runFovea(args);
    assert.equal(finished.code, code, finished.stderr);
    assert.match(finished.stderr, message);
  };
  await refused(['sample', at('classifier')], 1, /trained "lenet5", which makes no codes/);
  await refused(['sample', at('vae'), '--out', 'a.jpg'], 2, /must end with one of \.png, \.svg/);
  await refused(['sample', at('vae'), '--class', '3'], 2, /told of no classes/);
  await refused(['sample', at('told'), '--class', 'sevn'], 2, /did you mean "seven"/);
  await refused(['traverse', at('vae'), '--dims', '1,6'], 2, /no dimension 6; codes have 0 to 5/);
  await refused(['traverse', at('vae'), '--range', '3'], 2, /two numbers with a colon/);
  await refused(['manifold', at('vae'), '--dims', '1'], 2, /two different dimensions/);
  await refused(['attribute', at('vae')], 2, /say what the property is/);
  await refused(['attribute', at('vae'), '--with', at('have')], 2, /needs --without/);
  const list = ['attribute', at('vae'), '--captions', at('list.jsonl'), '--with'];
  await refused([...list, 'a,,b'], 2, /a condition is empty/);
  await refused([...list, 'face', '--pictures', '{hex}.png'], 2, /has no "hex"; it has number/);
  await refused(
    [...list, 'dragon', '--pictures', '{side}/{number}.png'],
    2,
    /has no line with the property/,
  );
  const missing = ['interpolate', at('vae'), at('gone.png'), at('have', '0.png')];
  await refused(missing, 1, /no picture, folder or data set ".*gone\.png"/);
});
