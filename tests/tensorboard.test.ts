/** TensorBoard's files: the bytes that the format prescribes, read again, cut off, damaged. */

import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { crc32, crc32c } from '../src/formats/crc32.js';
import {
  type FileSystem,
  FormatError,
  readTensorBoard,
  TensorBoardWriter,
  WriteError,
} from '../src/formats/index.js';
import { encodeEvent } from '../src/formats/tensorboard/event.js';
import { encodeRecord } from '../src/formats/tensorboard/records.js';
import { ValueError } from '../src/graph/errors.js';
import { Philox } from '../src/random/philox.js';

const folderFor = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'fovea-tensorboard-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

test('CRC-32C has the values of RFC 3720, and goes on from what came before', () => {
  const up = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(crc32c(up), 0x46dd794e);
  assert.equal(crc32c(up.slice().reverse()), 0x113fdb5c);
  assert.equal(crc32c(up.subarray(5), crc32c(up.subarray(0, 5))), 0x46dd794e);
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
});

test('a record has the bytes that the format prescribes', () => {
  // Worked out bit by bit after the format's description, by a program of its own.
  const expected =
    '1a00000000000000129bd82d09000000000000f83f10001a0d627261696e2e45' + '76656e743a32d3dc531e';
  const event = encodeEvent({ wallTime: 1.5, step: 0, fileVersion: 'brain.Event:2', values: [] });
  assert.equal(Buffer.from(encodeRecord(event)).toString('hex'), expected);
});

test('numbers, pictures and histograms are read as they were written', async (t) => {
  const folder = await folderFor(t);
  const board = await TensorBoardWriter.open(join(folder, 'board'), { step: 5 });
  const picture = { width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  board.scalars(5, { 'train/loss': 0.5, lr: 0.25 });
  board.scalars(6, {});
  await board.flush();
  board.image(7, 'drawn', picture);
  board.histogram(7, 'weights', [-1, 0, 0.5, 2]);
  await Promise.all([board.flush(), board.flush()]);
  const events = readTensorBoard(await readFile(board.path), board.path);
  assert.equal(events.length, 5);
  assert.deepEqual([events[0].fileVersion, events[0].values], ['brain.Event:2', []]);
  assert.deepEqual([events[1].begins, events[1].step], [true, 5]);
  assert.ok(Math.abs(events[2].wallTime - Date.now() / 1000) < 60);
  assert.deepEqual(
    [events[2].step, events[2].values],
    [
      5,
      [
        { tag: 'train/loss', scalar: 0.5 },
        { tag: 'lr', scalar: 0.25 },
      ],
    ],
  );
  const { image, tag } = events[3].values[0];
  assert.deepEqual([tag, image?.width, image?.height, image?.channels], ['drawn', 2, 1, 3]);
  assert.deepEqual([...(image?.png.subarray(1, 4) ?? [])], [...Buffer.from('PNG')]);
  const { histogram } = events[4].values[0];
  assert.ok(histogram);
  const { limits, counts, ...rest } = histogram;
  assert.deepEqual(rest, { min: -1, max: 2, count: 4, sum: 1.5, sumOfSquares: 5.25 });
  assert.equal(limits.length, counts.length);
  assert.deepEqual([limits[limits.length - 1], counts[0], counts.at(-1)], [2, 1, 1]);
  assert.equal(
    counts.reduce((a, b) => a + b),
    4,
  );
});

test('a process that goes on writes a file of its own behind the first', async (t) => {
  const folder = await folderFor(t);
  const first = await TensorBoardWriter.open(folder);
  const second = await TensorBoardWriter.open(folder, { step: 3 });
  const names = (await readdir(folder)).sort().map((name) => join(folder, name));
  assert.deepEqual(names, [first.path, second.path]);
  assert.match(first.path, /events\.out\.tfevents\.\d{10}\./);
});

test('a file that is cut off anywhere gives its whole events, and a damaged one is refused', async (t) => {
  const folder = await folderFor(t);
  const board = await TensorBoardWriter.open(folder);
  board.scalars(1, { loss: 1 });
  board.histogram(1, 'w', [1]);
  await board.flush();
  const bytes = await readFile(board.path);
  for (let length = 0; length < bytes.length; length++) {
    assert.ok(readTensorBoard(bytes.subarray(0, length), 'cut').length < 4);
  }
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Uint8Array.from(bytes);
    damaged[at] ^= 16;
    assert.throws(() => readTensorBoard(damaged, 'damaged'), FormatError, `byte ${at}`);
  }
  // Whole records whose messages are none.
  assert.throws(() => readTensorBoard(encodeRecord(Uint8Array.of(0x2a, 99, 1)), 'x'), FormatError);
  assert.throws(() => readTensorBoard(encodeRecord(Uint8Array.of(0x28, 1)), 'x'), FormatError);
});

test('what cannot be written is told', async (t) => {
  const folder = await folderFor(t);
  const file = join(folder, 'file');
  await writeFile(file, '');
  await assert.rejects(TensorBoardWriter.open(file), WriteError);
  const board = await TensorBoardWriter.open(folder);
  assert.throws(() => board.histogram(0, 'none', []), ValueError);
  assert.throws(() => board.histogram(0, 'nan', [Number.NaN]), ValueError);
  assert.throws(() => board.scalars(-1, { loss: 0 }), /step is -1/);
});

test('a disk that is full now and then costs no event', async (t) => {
  const folder = await folderFor(t);
  let isFull = false;
  const files = {
    open: async (...args: Parameters<typeof open>) => {
      const handle = await open(...args);
      const write = handle.writeFile.bind(handle);
      handle.writeFile = async (bytes) => {
        if (!isFull) return write(bytes);
        // A part of the first record still found room.
        await write((bytes as Uint8Array).subarray(0, 7));
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      };
      return handle;
    },
  };
  const board = await TensorBoardWriter.open(folder, { files: files as Pick<FileSystem, 'open'> });
  for (let step = 1; step <= 6; step++) {
    isFull = step === 2 || step === 3 || step === 5;
    board.scalars(step, { loss: step });
    if (isFull) await assert.rejects(board.flush(), WriteError);
    else await board.flush();
  }
  const events = readTensorBoard(await readFile(board.path), board.path);
  assert.deepEqual(
    events.slice(2).map(({ step, values }) => [step, values[0].scalar]),
    [1, 2, 3, 4, 5, 6].map((step) => [step, step]),
  );
  assert.equal(board.dropped, 0);
  // What cannot be written for ever does not fill the memory: the oldest goes first.
  isFull = true;
  const picture = { width: 512, height: 512, channels: 3, data: noise(3 * 512 * 512) } as const;
  for (let step = 7; step < 32; step++) board.image(step, 'noise', picture);
  await assert.rejects(board.flush(), WriteError);
  assert.ok(board.dropped > 2 && board.dropped < 20, `${board.dropped}`);
  isFull = false;
  await board.flush();
  const all = readTensorBoard(await readFile(board.path), board.path);
  assert.equal(all.at(-1)?.step, 31);
  assert.equal(all.length, 2 + 6 + 25 - board.dropped);
});

const noise = (count: number): Uint8Array => {
  const random = new Philox(0);
  return Uint8Array.from({ length: count }, () => 256 * random.uniform());
};
