/** CIFAR's binary version: found as files and as an archive, read, cached, downloaded, and refused when broken. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CIFAR10, CIFAR100 } from '../src/data/cifar.js';
import { datasetFromCifar } from '../src/data/cifar-records.js';
import { type CifarSet, findCifarSet, loadCifarSet } from '../src/data/cifar-set.js';
import { cifar10AtHand, DataError, loadDataset } from '../src/data/index.js';
import { readTar } from '../src/data/tar.js';
import { cacheFolder } from '../src/formats/cache-folder.js';
import { writeTar } from './tar-writer.js';

const VARIABLES = ['FOVEA_DATA', 'XDG_CACHE_HOME', 'LOCALAPPDATA', 'HOME'];
const before = VARIABLES.map((name) => process.env[name]);
let folder = '';
let data = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'fovea-cifar-'));
  for (const name of VARIABLES) process.env[name] = path.join(folder, 'home');
  process.env.FOVEA_DATA = folder;
  data = path.join(folder, 'cifar10');
  await mkdir(data);
});

afterEach(async () => {
  VARIABLES.forEach((name, i) => {
    if (before[i] === undefined) delete process.env[name];
    else process.env[name] = before[i];
  });
  await rm(folder, { recursive: true, force: true });
});

/** Records of pictures whose pixels all are their number, and whose labels are given. */
function records(labels: readonly number[][], first = 0): Uint8Array {
  const all = labels.map((each, i) => [...each, ...new Array<number>(3072).fill(first + i)]);
  return Uint8Array.from(all.flat());
}

const names = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship'];
const meta = Buffer.from(`${[...names, 'truck'].join('\n')}\n\n`);

/** Two pictures in each file, numbered through. */
function contents(): Map<string, Uint8Array> {
  const files = [...CIFAR10.train, CIFAR10.test].map((name, i): [string, Uint8Array] => [
    name,
    records([[i], [9]], 2 * i),
  ]);
  return new Map([...files, ['batches.meta.txt', meta]]);
}

function archiveOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const inside = (name: string) => `cifar-10-batches-bin/${name}`;
  const readme = { name: inside('readme.html'), content: new Uint8Array(700) };
  const entries = [...files].map(([name, content]) => ({ name: inside(name), content }));
  const itself = { name: inside(''), content: new Uint8Array(0), type: '5' };
  return gzipSync(writeTar([itself, readme, ...entries]));
}

async function lay(files: ReadonlyMap<string, Uint8Array>, place = data): Promise<void> {
  await mkdir(place, { recursive: true });
  for (const [name, content] of files) await writeFile(path.join(place, name), content);
}

function checkAll({ train, test: examination }: Awaited<ReturnType<typeof loadDataset>>): void {
  assert.equal(train.name, 'cifar10');
  assert.deepEqual(train.classes, [...names, 'truck']);
  assert.deepEqual([train.shape, train.length], [[3, 32, 32], 10]);
  assert.deepEqual([...train.labels], [0, 9, 1, 9, 2, 9, 3, 9, 4, 9]);
  const firstPixels = Array.from({ length: 10 }, (_, i) => train.images[3072 * i]);
  assert.deepEqual(firstPixels, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(train.images[3072 * 10 - 1], 9);
  assert.deepEqual([...examination.labels], [5, 9]);
  assert.equal(examination.images[0], 10);
}

test('files are found with their folder or without it, and as an archive', async () => {
  assert.equal(await cifar10AtHand(), null);
  const places = {
    files: () => lay(contents()),
    folder: () => lay(contents(), path.join(data, 'cifar-10-batches-bin')),
    archive: () => writeFile(path.join(data, CIFAR10.archive.name), archiveOf(contents())),
  };
  for (const [name, put] of Object.entries(places)) {
    await rm(data, { recursive: true });
    await mkdir(data);
    await put();
    assert.equal(await cifar10AtHand(), 'FOVEA_DATA', name);
    checkAll(await loadDataset('cifar10'));
  }
});

test('planes stay in the order of the file: red, green, blue', () => {
  const bytes = records([[1], [0]]);
  for (let i = 0; i < 3072; i++) bytes[1 + i] = Math.floor(i / 1024) * 100 + (i % 50);
  const { images } = datasetFromCifar({
    name: 'c',
    classes: ['a', 'b'],
    files: [{ name: 'f', bytes }],
  });
  assert.deepEqual(
    [0, 1, 32, 1024, 2048, 3071, 3072].map((i) => images[i]),
    [0, 1, 32, 100 + (1024 % 50), 200 + (2048 % 50), 200 + (3071 % 50), 1],
  );
});

test('the fine label of CIFAR-100 counts', async () => {
  const place = path.join(folder, 'cifar100');
  const classes = Array.from({ length: 100 }, (_, i) => `class ${i}`).join('\n');
  await lay(
    new Map([
      [
        'train.bin',
        records([
          [19, 49],
          [7, 0],
          [0, 99],
        ]),
      ],
      ['test.bin', records([[3, 88]])],
      ['fine_label_names.txt', Buffer.from(classes)],
    ]),
    place,
  );
  const { train, test: examination } = await loadDataset('cifar100');
  assert.deepEqual([...train.labels], [49, 0, 99]);
  assert.deepEqual([...examination.labels], [88]);
  assert.equal(train.classes[99], 'class 99');
  assert.equal(CIFAR100.labelBytes, 2);
});

const refused = (pattern: RegExp) =>
  assert.rejects(loadDataset('cifar10'), (error) => {
    assert.ok(error instanceof DataError, String(error));
    assert.match(error.message, pattern);
    return true;
  });

test('broken files are refused by name', async () => {
  const cases: [file: string, content: Uint8Array, says: RegExp][] = [
    [
      'data_batch_2.bin',
      records([[1]]).subarray(0, 3000),
      /data_batch_2\.bin: it has 3000 bytes; expected a multiple of 3073/,
    ],
    ['test_batch.bin', new Uint8Array(0), /test_batch\.bin: it has 0 bytes/],
    [
      'data_batch_3.bin',
      records([[1], [11]]),
      /data_batch_3\.bin: picture 1 has label 11, but cifar10 has 10 classes/,
    ],
    [
      'batches.meta.txt',
      Buffer.from('one\ntwo\n'),
      /batches\.meta\.txt: it names 2 classes; expected 10/,
    ],
  ];
  for (const [file, content, says] of cases) {
    await lay(contents());
    await writeFile(path.join(data, file), content);
    await refused(says);
  }
  await lay(contents());
  await rm(path.join(data, 'data_batch_5.bin'));
  await refused(/cifar10: data_batch_5\.bin missing, though other files of cifar10 are there/);
});

test('broken archives are refused, and say where they end', async () => {
  const archive = path.join(data, CIFAR10.archive.name);
  const whole = archiveOf(contents());
  await writeFile(archive, whole.subarray(0, whole.length >> 1));
  await refused(/cifar-10-binary\.tar\.gz: the gzip stream is damaged or cut short/);
  const few = contents();
  few.delete('data_batch_4.bin');
  await writeFile(archive, archiveOf(few));
  await refused(/data_batch_4\.bin missing in it; expected the binary version of cifar10/);
  await writeFile(archive, gzipSync(Buffer.alloc(2000, 'no tar')));
  await refused(/not a tar archive, or a damaged one/);
  const tar = writeTar([{ name: 'a/data_batch_1.bin', content: new Uint8Array(5000) }]);
  await writeFile(archive, gzipSync(tar.subarray(0, 3000)));
  await refused(/the archive ends after 3000 bytes, within data_batch_1\.bin/);
});

test('an archive takes no more memory than is allowed, whatever its headers promise', async () => {
  async function* of(...chunks: Uint8Array[]) {
    yield* chunks;
  }
  const wanted = new Map([['a', 600]]);
  const options = { file: 'x.tar', wanted, maxBytes: 4096 };
  const small = writeTar([
    { name: 'skipped', content: new Uint8Array(513) },
    { name: 'in/a', content: Uint8Array.of(1, 2, 3) },
  ]);
  // However the bytes are cut.
  const pieces = Array.from({ length: small.length }, (_, i) => small.subarray(i, i + 1));
  for (const chunks of [[small], pieces]) {
    assert.deepEqual(
      await readTar(of(...chunks), options),
      new Map([['a', Uint8Array.of(1, 2, 3)]]),
    );
  }
  const large = writeTar([{ name: 'a', content: new Uint8Array(601) }]);
  await assert.rejects(
    readTar(of(large), options),
    /a in it has 601 bytes, more than the 600 allowed/,
  );
  const long = writeTar([{ name: 'b', content: new Uint8Array(5000) }]);
  await assert.rejects(readTar(of(long), options), /more than the 4096 bytes allowed/);
  const promising = writeTar([{ name: 'b', content: new Uint8Array(1) }]).slice(0, 512);
  promising.set(Buffer.from('77777777777'), 124);
  await assert.rejects(readTar(of(promising), options), /wrong checksum/);
});

test('a download is checked, cached, and found again; a damaged copy in the cache is fetched anew', async () => {
  delete process.env.FOVEA_DATA;
  const bytes = archiveOf(contents());
  let requests = 0;
  const server = createServer((_, response) => {
    requests++;
    response.end(bytes);
  }).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const mirrors = [`http://127.0.0.1:${(server.address() as AddressInfo).port}/`];
    const md5 = createHash('md5').update(bytes).digest('hex');
    const set: CifarSet = { ...CIFAR10, mirrors, archive: { ...CIFAR10.archive, md5 } };
    checkAll(await loadCifarSet(set));
    assert.equal(await findCifarSet(set), 'cache');
    checkAll(await loadCifarSet(set));
    assert.equal(requests, 1);
    const cached = path.join(cacheFolder('cifar10'), CIFAR10.archive.name);
    await writeFile(cached, bytes.subarray(1));
    checkAll(await loadCifarSet(set));
    assert.equal(requests, 2);
    assert.deepEqual(Uint8Array.from(await readFile(cached)), Uint8Array.from(bytes));
    const other = { ...set, archive: { ...set.archive, md5: '0'.repeat(32) } };
    await assert.rejects(loadCifarSet(other), /md5 checksum is [0-9a-f]{32}, expected 0{32}/);
  } finally {
    server.close();
  }
});
