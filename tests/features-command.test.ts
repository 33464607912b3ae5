/** `fovea features`, `evaluate-features`, `similar` and `continuity`, on networks that were not trained. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { drawDigits } from '../src/data/index.js';
import { decodeNpy, decodePng, encodePng } from '../src/formats/index.js';
import { latentPictures, openLatentRun } from '../src/latent/index.js';
import { createAutoencoder } from '../src/models/autoencoders/index.js';
import { createModel } from '../src/models/index.js';
import { manualSeed } from '../src/nn/index.js';
import { saveNetwork } from '../src/train/index.js';
import { runFovea } from './run-fovea.js';
import { xmlFaults } from './xml-faults.js';

let base = '';
const place = (name: string): string => join(base, name);
const COUNT = 40;
const PIXELS = 28 * 28;
const inputShape = [1, 14, 14] as const;
const { images, labels } = drawDigits({ count: COUNT, split: 'test' });
const digit = (i: number): Uint8Array =>
  encodePng({
    ...{ width: 28, height: 28, channels: 1 },
    data: images.slice(i * PIXELS, (i + 1) * PIXELS),
  });

before(async () => {
  base = await mkdtemp(join(tmpdir(), 'fovea-features-'));
  manualSeed(3);
  const classes = [...'0123456789'];
  const save = async (name: string, model: string, options: Readonly<Record<string, unknown>>) => {
    const isClassifier = model === 'lenet5';
    // Smaller pictures take less time; a classifier sees them as large as it learned.
    const shape = isClassifier ? ([1, 28, 28] as const) : inputShape;
    const network = isClassifier ? createModel(model) : createAutoencoder(model, options);
    await mkdir(place(name));
    await saveNetwork(network, {
      ...{ folder: place(name), savedBy: 'test', model: { name: model, options } },
      data: { name: 'digits', classes, shape, mean: [0], std: [1] },
      training: {},
    });
  };
  await save('plain', 'autoencoder', { latent: 6, hidden: [20], inputShape });
  await save('variational', 'vae', { latent: 4, hidden: 20, inputShape });
  await save('conditional', 'vae', { latent: 4, hidden: 20, inputShape, numClasses: 10 });
  await save('classifier', 'lenet5', {});
  for (const label of labels) {
    await mkdir(place(`digits/${label}`), { recursive: true });
    await mkdir(place(`halves/${label % 2 === 0 ? 'even' : 'odd'}`), { recursive: true });
  }
  for (let i = 0; i < COUNT; i++) {
    await writeFile(place(`digits/${labels[i]}/${i}.png`), digit(i));
    await writeFile(place(`halves/${labels[i] % 2 === 0 ? 'even' : 'odd'}/${i}.png`), digit(i));
  }
  await writeFile(place('query.png'), digit(7));
});
after(() => rm(base, { recursive: true }));

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await runFovea([...args, '--json']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
};

const refused = async (args: string[], message: RegExp) => {
  const { code, stderr } = await runFovea(args);
  assert.ok(code !== 0 && message.test(stderr), `${code}: ${stderr}`);
};

test('features writes the codes that the run gives, and classes beside them', async () => {
  const [out, classes] = [place('z.npy'), place('y.npy')];
  const told = await json(
    ...['features', place('plain'), place('digits')],
    ...['--out', out, '--labels', classes],
  );
  assert.deepEqual(
    [told.shape, told.labels, told.classes],
    [[COUNT, 6], classes, [...'0123456789']],
  );
  const run = await openLatentRun(place('plain'));
  const { pictures, names } = await latentPictures(run, place('digits'));
  assert.deepEqual(told.files, names);
  const codes = decodeNpy(await readFile(out), out);
  assert.deepEqual(codes.data, run.encode(pictures));
  const written = decodeNpy(await readFile(classes), classes);
  assert.equal(written.dtype, 'int32');
  assert.deepEqual([...written.data], [...labels].sort());
});

test('the code of a single picture is the one that it has in a folder', async () => {
  const folder = await json(
    ...['features', place('plain'), place('halves')],
    ...['--out', place('f.npy'), '--count', '38'],
  );
  assert.deepEqual([folder.shape, folder.classes, folder.labels], [[38, 6], ['even', 'odd'], null]);
  const at = folder.files.findIndex((name: string) => name.endsWith('/7.png'));
  const one = await json('features', place('plain'), place('query.png'), '--out', place('q.npy'));
  assert.deepEqual([one.shape, one.files], [[1, 6], ['query.png']]);
  const all = decodeNpy(await readFile(place('f.npy')), 'f.npy').data;
  const single = decodeNpy(await readFile(place('q.npy')), 'q.npy').data;
  assert.deepEqual([...all.slice(6 * at, 6 * at + 6)], [...single]);
  await refused(
    [
      ...['features', place('plain'), place('query.png')],
      ...['--out', place('n.npy'), '--labels', place('m.npy')],
    ],
    /has no classes/,
  );
});

test('a conditional network is told classes, where the pictures have them', async () => {
  const args = ['features', place('conditional')];
  const out = ['--out', place('c.npy')];
  assert.deepEqual((await json(...args, place('digits'), ...out)).shape, [COUNT, 4]);
  await refused(
    [...args, place('query.png'), ...out],
    /is told the class of each picture, and these have none/,
  );
  await refused([...args, place('halves'), ...out], /these have other classes/);
  await refused(['similar', place('conditional'), place('query.png')], /without --conditional/);
});

test('evaluate-features compares codes, pixels and components in one table', async () => {
  const args = ['evaluate-features', place('plain'), '--data', place('halves')];
  const told = await json(...args, '--train-size', '30');
  assert.deepEqual([told.train, told.test, told.neighbours], [30, 4, 5]);
  assert.deepEqual(
    told.features.map(({ features, size }: { features: string; size: number }) => [features, size]),
    [
      ['code', 6],
      ['pixels', 196],
      ['pca', 6],
    ],
  );
  const { code, stdout, stderr } = await runFovea([...args, '--neighbours', '3']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /code: neighbours\n/);
  assert.match(stdout, /learned from 36 pictures of .*, examined on 4\n/);
  assert.match(stdout, /features +numbers +3 nearest +logistic/);
  assert.match(stdout, /\nPCA +6 .*%/);
  await refused([...args.slice(0, 3), place('query.png')], /no classes/);
});

test('similar finds the picture itself first, and draws what it found', async () => {
  const args = ['similar', place('plain'), place('query.png'), '--data', place('digits')];
  const told = await json(...args, '--count', '3', '--out', place('sheet.svg'));
  for (const metric of ['euclidean', 'cosine']) {
    const [first, second] = told[metric];
    assert.match(first.name, /\/7\.png$/);
    assert.ok(first.distance < 1e-6 && second.distance > first.distance);
    assert.equal(told[metric].length, 3);
  }
  assert.equal(told.searched, 40);
  const svg = await readFile(place('sheet.svg'), 'utf8');
  assert.deepEqual(xmlFaults(svg), []);
  assert.equal(svg.match(/<image /g)?.length, 7);
  await json(...args, '--out', place('sheet.png'));
  const png = decodePng(await readFile(place('sheet.png')), 'sheet.png');
  assert.ok(png.width > 1000 && png.height > 400, `${png.width} x ${png.height}`);
  await json(...args, '--out', place('sheet.html'));
  assert.match(await readFile(place('sheet.html'), 'utf8'), /by cosine distance/);
  const shown = await runFovea(args);
  assert.match(shown.stdout, /by Euclidean +distance +by cosine/);
  await refused([...args, '--out', place('sheet.gif')], /\.svg, \.html, \.png/);
  await refused(['similar', place('plain'), place('digits')], /give the file of one/);
});

test('continuity sets networks beside each other', async () => {
  const runs = [place('plain'), place('variational')];
  const args = ['continuity', ...runs, '--classifier', place('classifier')];
  args.push('--data', place('digits'));
  const told = await json(...args, '--pairs', '2', '--steps', '4');
  assert.equal(told.networks.length, 2);
  for (const { pairs, steps, distance, changePerWay, sureMidpoints } of told.networks) {
    assert.deepEqual([pairs, steps], [2, 4]);
    assert.ok(distance > 0 && changePerWay > 0 && sureMidpoints >= 0 && sureMidpoints <= 1);
  }
  const table = await runFovea(args);
  assert.match(table.stdout, /5 pairs of test pictures, 10 steps/);
  assert.match(table.stdout, /sure of middles/);
  await refused([...args.slice(0, 1), place('conditional'), ...args.slice(3)], /--conditional/);
  await refused(['continuity', place('plain')], /--classifier/);
});

test('a run that makes no codes is refused', async () => {
  await refused(
    ['features', place('classifier'), place('digits'), '--out', place('n.npy')],
    /no codes/,
  );
});
