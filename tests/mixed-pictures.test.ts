/** A folder with pictures of all sizes, modes and kinds of file: what a training gets of it is what Pillow shows. */

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { openImageFolder, PictureLoader, type PictureSet, resize } from '../src/data/index.js';
import { root } from './architecture.js';
import { runFovea } from './run-fovea.js';

interface Shown {
  /** 6 x 8 pixels in base64: red, green and blue, and grey. */
  readonly colour: string;
  readonly grey: string;
  /** Whether parts of the picture are transparent. */
  readonly clear: boolean;
}

const fixtures = join(root, 'tests', 'fixtures');
const expected: Readonly<Record<string, Shown>> = JSON.parse(
  readFileSync(join(fixtures, 'mixed-pictures.json'), 'utf8'),
);
const names = Object.keys(expected);
const [height, width] = [6, 8];
const transforms = [resize({ height, width })];

const home = mkdtempSync(join(tmpdir(), 'fovea-mixed-'));
let set: PictureSet;

before(async () => {
  // A class for each kind of file, and among them one that is cut off and one that is none.
  for (const name of names) {
    const folder = join(home, 'mixed', extname(name).slice(1));
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(fixtures, 'images', name), join(folder, name));
  }
  const cut = readFileSync(join(fixtures, 'images', '24-bit.bmp')).subarray(0, 200);
  writeFileSync(join(home, 'mixed', 'bmp', 'cut-off.bmp'), cut);
  writeFileSync(join(home, 'mixed', 'png', 'text.png'), 'no picture');
  set = await openImageFolder(join(home, 'mixed'));
});
after(() => rmSync(home, { recursive: true, force: true }));

/** The planes of every picture that can be read, by name. */
async function served(options: { channels: 1 | 3; threads: number }) {
  const loader = await PictureLoader.open(set, { ...options, batchSize: 7, transforms });
  const pictures = new Map<string, Uint8Array>();
  try {
    for await (const { images, labels, indices, shape, size } of loader.epoch(0)) {
      assert.deepEqual(shape, [size, options.channels, height, width]);
      const each = images.length / size;
      for (let i = 0; i < size; i++) {
        const [label, name] = set.files[indices[i]].name.split('/');
        assert.equal(set.classes[labels[i]], label);
        pictures.set(name, images.slice(i * each, (i + 1) * each));
      }
    }
    return { pictures, skipped: loader.skipped.map(({ name }) => name) };
  } finally {
    await loader.close();
  }
}

test('the folder has pictures of all kinds and modes', () => {
  assert.deepEqual(set.classes, ['bmp', 'gif', 'jpg', 'png', 'webp']);
  for (const name of [
    ...['grey.png', 'palette-transparent.png', 'rgba.png', 'grey-16-bit.png', 'rgb-16-bit.png'],
    ...['cmyk.jpg', 'orientation-6.jpg', 'orientation-6.png', 'animated.gif', 'lossy-alpha.webp'],
  ]) {
    assert.ok(names.includes(name), name);
  }
});

for (const channels of [1, 3] as const) {
  const what = channels === 1 ? 'grey' : 'colour';
  test(`every picture is served in ${what} as Pillow shows it, and damaged ones are named`, async () => {
    const { pictures, skipped } = await served({ channels, threads: 1 });
    assert.deepEqual(skipped, ['bmp/cut-off.bmp', 'png/text.png']);
    assert.deepEqual([...pictures.keys()].sort(), [...names].sort());
    for (const name of names) {
      const pixels = Buffer.from(expected[name][what], 'base64');
      const planes = pictures.get(name);
      const size = height * width;
      let most = 0;
      for (let i = 0; i < planes!.length; i++) {
        const plane = Math.floor(i / size);
        most = Math.max(most, Math.abs(planes![i] - pixels[(i % size) * channels + plane]));
      }
      // What is half transparent, and what was in colour, is rounded once more before it is made smaller.
      const isRounded = expected[name].clear || channels === 1;
      assert.ok(most <= (isRounded ? 1 : 0), `${name}: ${most} levels off`);
    }
  });
}

test('pictures have the same bits in other threads and in none', async () => {
  const [alone, beside] = [
    await served({ channels: 3, threads: 0 }),
    await served({ channels: 3, threads: 2 }),
  ];
  assert.deepEqual(alone, beside);
});

test('a network learns from such a folder, and what was left out is told', async () => {
  const args = ['--size', '28', '--batch', '5', '--epochs', '1', '--out', join(home, 'run')];
  const { code, stdout, stderr } = await runFovea([
    ...['train', 'lenet5', '--data', join(home, 'mixed'), ...args, '--json'],
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /2 of 63 pictures cannot be read and are left out: /);
  for (const name of ['png/text.png', 'bmp/cut-off.bmp']) assert.ok(stderr.includes(name), name);
  const { testAccuracy } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  assert.ok(testAccuracy >= 0 && testAccuracy <= 1);
});
