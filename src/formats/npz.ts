/** Reads and writes .npz files: zip archives of named .npy arrays, as numpy.savez makes them. */

import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { writeFileAtomically } from './atomic-file.js';
import type { ByteSource } from './byte-source.js';
import { ChunkReader } from './chunk-reader.js';
import { FormatError } from './format-error.js';
import { checkDataLength, npyChunks, readNpyData } from './npy.js';
import {
  damaged,
  type NpyHeader,
  npyHeaderEnd,
  npyStartBytes,
  parseNpyHeader,
} from './npy-header.js';
import { dtypeOfStorage, storageBytes, storageOf } from './safetensors-storage.js';
import { noSuchTensor, type SafetensorsTensor, type TensorSource } from './tensor-source.js';
import { elementsOf, type TensorToWrite } from './tensor-to-write.js';
import { openZip, type ZipArchive } from './zip.js';

const extension = '.npy';

/**
 * Opens an .npz file: the headers of its arrays are read at once, each array when it is asked for. `source` is
 * closed with what is returned, or when this fails. Entries of the archive that are no `.npy` are passed over.
 *
 * @throws {FormatError} when the archive or the header of an array is damaged, or an array holds something other
 * than numbers.
 * @example
 * const file = await openNpz(await openFile('weights.npz'));
 * const { shape, data } = await file.read('conv1.weight');
 */
export async function openNpz(source: ByteSource): Promise<TensorSource> {
  try {
    const archive = await openZip(source);
    const headers = new Map<string, NpyHeader>();
    for (const entry of archive.entries.keys()) {
      if (!entry.endsWith(extension)) continue;
      const name = entry.slice(0, -extension.length);
      headers.set(
        name,
        await withArray(archive, { name, file: source.name }, (_, header) => header),
      );
    }
    const entries = new Map(
      [...headers].map(([name, { storage, shape, descr }]) => [
        name,
        { dtype: dtypeOfStorage(storage), shape, storage: descr },
      ]),
    );
    return {
      format: 'npz',
      entries,
      metadata: {},
      async read(name) {
        if (!entries.has(name)) throw noSuchTensor(name, entries, source.name);
        return withArray(archive, { name, file: source.name }, readArray);
      },
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

interface ArrayPlace {
  readonly name: string;
  readonly file: string;
}

/** What `use` makes of the array behind its header. */
async function withArray<Result>(
  archive: ZipArchive,
  { name, file }: ArrayPlace,
  use: (reader: ChunkReader, header: NpyHeader, place: string) => Result | Promise<Result>,
): Promise<Result> {
  const entry = name + extension;
  const place = `${file}, array '${name}'`;
  const reader = new ChunkReader(archive.chunks(entry));
  try {
    const start = await reader.next(npyStartBytes);
    const end = npyHeaderEnd(start, place);
    const rest = await reader.next(end - start.length);
    if (start.length + rest.length < end) throw damaged(place, `the header ends at byte ${end}`);
    const bytes = new Uint8Array(end);
    bytes.set(start);
    bytes.set(rest, start.length);
    const header = parseNpyHeader(bytes, place);
    checkDataLength(header, archive.entries.get(entry)!.size - end, place);
    return await use(reader, header, place);
  } finally {
    await reader.close();
  }
}

async function readArray(
  reader: ChunkReader,
  header: NpyHeader,
  place: string,
): Promise<SafetensorsTensor> {
  const tensor = await readNpyData(header, place, (_, length) => reader.next(length));
  await reader.finish();
  return tensor;
}

/** How an .npz is written. */
export interface NpzOptions {
  /** Deflate the arrays, as numpy.savez_compressed does. Default: false. */
  readonly compress?: boolean;
}

/**
 * The bytes of an .npz file that holds `tensors`. The same input always gives the same bytes.
 *
 * @throws {FormatError} when a shape and its data disagree, or all together are longer than 4 GB.
 * @example
 * const bytes = encodeNpz(new Map([['bias', { dtype: 'float32', shape: [2], data }]]), { compress: true });
 */
export function encodeNpz(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  options: NpzOptions = {},
): Uint8Array {
  const chunks = [...npzChunks(tensors, options)];
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  return bytes;
}

/**
 * Writes an .npz file array by array, whole or not at all (Node).
 *
 * @throws {FormatError} when a shape and its data disagree, or all together are longer than 4 GB.
 * @throws {WriteError} when the disk is full or the folder cannot be written.
 * @example
 * await writeNpz('weights.npz', new Map(Object.entries(model.stateDict())));
 */
export async function writeNpz(
  path: string,
  tensors: ReadonlyMap<string, TensorToWrite>,
  options: NpzOptions = {},
): Promise<void> {
  await writeFileAtomically(path, { chunks: npzChunks(tensors, options) });
}

/** Bytes that are packed at once. */
const pieceBytes = 2 ** 20;
/** What archives without 64-bit sizes can hold, less what stands around the arrays. */
const mostBytes = 2 ** 32 - 2 ** 24;
/** The earliest time that archives know: the present one would make every file another. */
const anyTime = new Date(1980, 0, 1);

function* npzChunks(
  tensors: ReadonlyMap<string, TensorToWrite>,
  { compress = false }: NpzOptions,
): Generator<Uint8Array> {
  checkTotal(tensors);
  let made: Uint8Array[] = [];
  const archive = new Zip((error, chunk) => {
    if (error) throw error;
    made.push(chunk);
  });
  for (const [name, tensor] of tensors) {
    const file = compress ? new ZipDeflate(name + extension) : new ZipPassThrough(name + extension);
    file.mtime = anyTime;
    archive.add(file);
    for (const chunk of npyChunks(name, tensor)) {
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        file.push(chunk.subarray(at, at + pieceBytes), false);
        yield* made;
        made = [];
      }
    }
    file.push(new Uint8Array(0), true);
  }
  archive.end();
  yield* made;
}

function checkTotal(tensors: ReadonlyMap<string, TensorToWrite>): void {
  let total = 0;
  for (const [name, { dtype, shape }] of tensors) {
    total += elementsOf(name, shape) * storageBytes[storageOf[dtype]] + 1024;
  }
  if (total <= mostBytes) return;
  throw new FormatError('npz', {
    happened: `the arrays need ${total} bytes`,
    expected: `at most ${mostBytes}`,
    mend: 'write them as safetensors, which has no such limit',
  });
}
