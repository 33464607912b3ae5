/** Folders and lists of pictures: what is found in them, and what is said of those that cannot be used. */

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import {
  type DirectoryHandle,
  imageFolderFromDirectory,
  imageFolderFromFiles,
  loadPictures,
  openCaptionList,
  openImageFolder,
  openPairedFolders,
  resize,
  splitPictures,
} from '../src/data/index.js';
import { readPicture } from '../src/data/pictures/read-picture.js';
import { encodePng } from '../src/formats/index.js';
import { root } from './architecture.js';

const fixtures = join(root, 'tests', 'fixtures', 'images');
const home = mkdtempSync(join(tmpdir(), 'fovea-folders-'));
after(() => rmSync(home, { recursive: true, force: true }));

const png = encodePng({ width: 2, height: 1, channels: 1, data: Uint8Array.of(10, 20) });

/** A new folder with these files. */
function folderWith(name: string, files: readonly string[], bytes: Uint8Array = png): string {
  for (const file of files) {
    const path = join(home, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return join(home, name);
}

test('classes are subfolders, sorted, and what is hidden or no picture is left out', async () => {
  const path = folderWith('pets', [
    ...['dog/rex.JPG', 'cat/tom.png', 'cat/deep/er/b.webp', 'Zebra/z.bmp', 'cat/.hidden.png'],
    ...['cat/Thumbs.db', 'cat/a.gif', 'notes.txt', '.git/x/y.png', 'cat/.deep/z.png', 'loose.png'],
  ]);
  const set = await openImageFolder(path);
  assert.equal(set.name, 'pets');
  assert.deepEqual(set.classes, ['Zebra', 'cat', 'dog']);
  const names = ['Zebra/z.bmp', 'cat/a.gif', 'cat/deep/er/b.webp', 'cat/tom.png', 'dog/rex.JPG'];
  assert.deepEqual(
    set.files.map(({ name }) => name),
    names,
  );
  assert.deepEqual([...set.labels], [0, 1, 1, 1, 2]);
  symlinkSync(join(path, 'dog'), join(path, 'wolf'));
  assert.deepEqual((await openImageFolder(path)).classes, ['Zebra', 'cat', 'dog', 'wolf']);
});

test('browsers find the same classes in chosen files and opened folders', async () => {
  const names = ['pets/dog/rex.jpg', 'pets/cat/tom.png', 'pets/cat/.x.png', 'pets/readme.md'];
  const files = names.map((name) => {
    const file = new File([png as Uint8Array<ArrayBuffer>], name.split('/').at(-1)!);
    return Object.assign(file, { webkitRelativePath: name });
  });
  const set = imageFolderFromFiles(files);
  assert.deepEqual([set.name, set.classes, [...set.labels]], ['pets', ['cat', 'dog'], [0, 1]]);
  const folder = (name: string, entries: readonly unknown[]): DirectoryHandle => ({
    ...{ kind: 'directory', name },
    values: async function* () {
      yield* entries as DirectoryHandle[];
    },
  });
  const file = (at: number) => ({
    kind: 'file',
    name: files[at].name,
    getFile: async () => files[at],
  });
  const opened = await imageFolderFromDirectory(
    folder('pets', [folder('dog', [file(0)]), folder('cat', [file(1), file(2)]), file(3)]),
  );
  assert.deepEqual(opened, set);
  const { dataset } = await loadPictures(opened, { channels: 1, threads: 0 });
  assert.deepEqual([...dataset.images], [10, 20, 10, 20]);
  const empty = imageFolderFromDirectory(
    folder('pets', [folder('dog', [file(0)]), folder('cat', [])]),
  );
  await assert.rejects(empty, /the class "cat" has no pictures; expected/);
});

test('folders that cannot be used say why', async () => {
  await assert.rejects(openImageFolder(join(home, 'nowhere')), /nowhere: there is no such folder/);
  const flat = folderWith('flat', ['a.png', 'b.png']);
  await assert.rejects(
    openImageFolder(flat),
    /no pictures in subfolders, but 2 in the folder itself/,
  );
  await assert.rejects(openImageFolder(join(flat, 'a.png')), /it is no folder/);
  const hollow = folderWith('hollow', ['cat/a.png']);
  mkdirSync(join(hollow, 'dog'));
  mkdirSync(join(hollow, 'eel'));
  await assert.rejects(
    openImageFolder(hollow),
    /the class "dog" has no pictures, and neither have 1/,
  );
  const bare = join(home, 'bare');
  mkdirSync(bare);
  await assert.rejects(openImageFolder(bare), /there are no pictures in subfolders; expected/);
  const circle = folderWith('circle', ['cat/a.png']);
  symlinkSync(circle, join(circle, 'cat', 'again'));
  await assert.rejects(openImageFolder(circle), /more than 32 folders in each other|ELOOP/);
});

test('pictures of all sizes and modes come out in grey or in colour, in one size', async () => {
  const files = [
    ...['grey.png', 'grey-alpha.png', 'grey-16-bit.png', 'interlaced-palette.png', 'alpha.bmp'],
    ...[
      'cmyk.jpg',
      'orientation-6.jpg',
      'orientation-6.webp',
      'colour.gif',
      'lossy-alpha.webp',
      '1-bit.bmp',
    ],
  ];
  mkdirSync(join(home, 'modes', 'all'), { recursive: true });
  for (const file of files) copyFileSync(join(fixtures, file), join(home, 'modes', 'all', file));
  const set = await openImageFolder(join(home, 'modes'));
  for (const channels of [1, 3] as const) {
    const { dataset, skipped } = await loadPictures(set, {
      ...{ channels, threads: 1 },
      transforms: [resize({ height: 20, width: 24 })],
    });
    assert.deepEqual(skipped, []);
    assert.deepEqual([dataset.length, ...dataset.shape], [files.length, channels, 20, 24]);
  }
  await assert.rejects(
    loadPictures(set, { threads: 1 }),
    /comes out as \[3, \d+, \d+\], but the first picture as .*; expected one size; put resize/,
  );
});

test('planes hold the colours of the picture, on white', async () => {
  const data = Uint8Array.of(255, 0, 0, 255, 0, 100, 200, 0);
  const source = join(home, 'two.png');
  writeFileSync(source, encodePng({ width: 1, height: 2, channels: 4, data }));
  const file = { name: 'two.png', source };
  const { shape, data: planes } = await readPicture(file, 3);
  assert.deepEqual(
    [shape, [...planes]],
    [
      [3, 2, 1],
      [255, 255, 0, 255, 0, 255],
    ],
  );
  assert.deepEqual([...(await readPicture(file, 1)).data], [76, 255]);
});

test('a share of every class is held back, by the seed alone', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `${i < 30 ? 'many' : 'few'}/${i}.png`);
  const set = await openImageFolder(
    folderWith('split', [...names, 'one/1.png', 'two/1.png', 'two/2.png']),
  );
  const { train, test: held } = splitPictures(set, { share: 0.2, seed: 3 });
  const counts = (labels: Int32Array) =>
    [0, 1, 2, 3].map((l) => labels.filter((x) => x === l).length);
  assert.deepEqual(counts(held.labels), [2, 6, 0, 1]);
  assert.deepEqual(counts(train.labels), [8, 24, 1, 1]);
  const all = [...train.files, ...held.files].map(({ name }) => name);
  assert.equal(new Set(all).size, 43);
  assert.deepEqual(splitPictures(set, { share: 0.2, seed: 3 }).test, held);
  assert.notDeepEqual(splitPictures(set, { share: 0.2, seed: 4 }).test.files, held.files);
  assert.throws(() => splitPictures(set, { share: 1 }), /a share of 1 cannot be held back/);
});

test('a list tells what pictures show', async () => {
  const path = folderWith('list', ['color/a.png', 'color/b.png']);
  const list = join(path, 'captions.jsonl');
  writeFileSync(
    list,
    '{"hex":"b","is":"a bee","kind":"x"}\n\n{"hex":"a","is":"an ant","kind":"w"}\r\n',
  );
  const set = await openCaptionList(list, {
    picture: ({ hex }) => `color/${hex}.png`,
    caption: ({ is }) => is as string,
    label: ({ kind }) => kind as string,
  });
  assert.deepEqual(
    [set.name, set.captions, set.classes],
    ['list', ['a bee', 'an ant'], ['w', 'x']],
  );
  assert.deepEqual([...set.labels], [1, 0]);
  assert.equal((await loadPictures(set, { threads: 1 })).dataset.length, 2);
  await assert.rejects(
    openCaptionList(list),
    /captions.jsonl, line 1: there is no picture; expected/,
  );
  for (const [text, message] of [
    ['{"image":"a.png","text":"a"}\n{', /line 2: it is no JSON;/],
    ['[1]', /line 1: it is no JSON object/],
    ['\n', /the list is empty/],
  ] as const) {
    writeFileSync(list, text);
    await assert.rejects(openCaptionList(list), message);
  }
});

test('pairs belong together by their names', async () => {
  const from = folderWith('pairs/from', ['a.png', 'deep/b.png']);
  const to = folderWith('pairs/to', ['deep/b.jpg', 'a.webp']);
  const set = await openPairedFolders(from, to);
  assert.deepEqual(
    set.files.map(({ name }) => name),
    ['a.png', 'deep/b.png'],
  );
  assert.deepEqual(
    set.targets?.map(({ name }) => name),
    ['a.webp', 'deep/b.jpg'],
  );
  folderWith('pairs/from', ['c.png', 'd.png']);
  await assert.rejects(
    openPairedFolders(from, to),
    /c.png: there is no picture of this name in .*to, and neither for 1/,
  );
  folderWith('pairs/to', ['a.png']);
  await assert.rejects(openPairedFolders(from, to), /have one name/);
});
