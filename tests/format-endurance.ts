/** The readers of files that strangers may send, each with undamaged files to begin with. */

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { DataError } from '../src/data/dataset.js';
import { readIdx } from '../src/data/idx.js';
import {
  bytesSource,
  decodeNpy,
  decodePng,
  decodeSafetensors,
  encodePng,
  encodeSafetensors,
  FormatError,
  openWeights,
} from '../src/formats/index.js';
import { openZip } from '../src/formats/zip.js';
import type { Endurance } from './endures-mutations.js';
import { zipOf } from './zip-writer.js';

/** A format's readers; `count` is the caller's. */
export interface EnduranceCase extends Omit<Endurance, 'count'> {
  readonly name: string;
}

const noise = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => ((i * 7919) % 251) ^ (i >> 5));

const floats = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i));

const safetensors = encodeSafetensors(
  new Map([
    ['conv1.weight', { dtype: 'float32', shape: [4, 3, 5], data: floats(60) }],
    ['labels', { dtype: 'int32', shape: [9], data: Int32Array.from({ length: 9 }, (_, i) => i) }],
    ['mask', { dtype: 'bool', shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) }],
  ]),
  { made: 'by a test' },
);

function idxOf(shape: readonly number[], data: Uint8Array): Uint8Array {
  const file = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x0800 | shape.length);
  for (const [dim, extent] of shape.entries()) view.setUint32(4 + 4 * dim, extent);
  file.set(data, 4 + 4 * shape.length);
  return file;
}

const idx = idxOf([3, 28, 28], noise(3 * 28 * 28));

async function readWholeZip(bytes: Uint8Array, name: string): Promise<void> {
  const archive = await openZip(bytesSource(bytes, name));
  for (const entry of archive.entries.keys()) await archive.read(entry);
}

/** Files out of tests/fixtures, by their paths there. */
export function fixtures(...paths: readonly string[]): Map<string, Uint8Array> {
  const folder = new URL('../../tests/fixtures/', import.meta.url);
  return new Map(paths.map((path) => [path, new Uint8Array(readFileSync(new URL(path, folder)))]));
}

/** Opens weights of whichever format, and reads all of them. */
export async function readWeights(bytes: Uint8Array, name: string): Promise<void> {
  const weights = await openWeights(bytesSource(bytes, name));
  for (const tensor of weights.entries.keys()) await weights.read(tensor);
}

export const enduranceCases: readonly EnduranceCase[] = [
  {
    name: 'safetensors',
    files: new Map([['a.safetensors', safetensors]]),
    read: decodeSafetensors,
    errors: [FormatError],
  },
  {
    name: 'npy',
    files: fixtures(
      ...['f2-big-fortran', 'i8-little', 'b1-little', 'fortran-3d', 'version-2', 'version-3'].map(
        (array) => `arrays/${array}.npy`,
      ),
    ),
    read: decodeNpy,
    errors: [FormatError],
  },
  {
    name: 'weights',
    files: new Map([
      ...fixtures('arrays/stored.npz', 'arrays/deflated.npz', 'torch/zip.pt', 'torch/old.pt'),
      ['a.safetensors', safetensors],
    ]),
    read: readWeights,
    errors: [FormatError],
  },
  {
    name: 'zip',
    files: new Map([
      ['stored.zip', zipOf([{ name: 'a', data: noise(500), padding: 9 }], { wide: true })],
      [
        'deflated.zip',
        zipOf([
          { name: 'a', data: noise(3000), method: 8, wide: true },
          { name: 'b', data: new Uint8Array(5000), method: 8 },
        ]),
      ],
    ]),
    read: readWholeZip,
    errors: [FormatError],
  },
  {
    name: 'IDX',
    files: new Map<string, Uint8Array>([
      ['images-idx3-ubyte', idx],
      ['images-idx3-ubyte.gz', gzipSync(idx)],
    ]),
    read: (bytes, file) => readIdx(bytes, { file }),
    errors: [DataError],
  },
  {
    name: 'PNG',
    files: new Map(
      [1, 2, 3, 4].map((channels) => [
        `channels-${channels}.png`,
        encodePng({ width: 19, height: 11, channels, data: noise(19 * 11 * channels) }),
      ]),
    ),
    read: decodePng,
    errors: [FormatError],
  },
];
