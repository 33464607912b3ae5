/** PyTorch's layout before 1.6: five pickles one behind the other, then the bytes of all storages. */

import type { ByteSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { quoted } from '../quoted-name.js';
import { isOldTorch, isTar, torchStartBytes } from './file-start.js';
import { readStorageId } from './persistent-storage.js';
import type { PickleMachine } from './pickle-machine.js';
import { damagedMend, longestPickle, PickleEnd, PickleReader } from './pickle-reader.js';
import { isList, type PickleValue } from './pickle-value.js';
import { bytesOf, type StorageFile, TorchStorage } from './torch-storage.js';
import { unpickle } from './unpickler.js';

const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;
/** What is read at first; few files have longer pickles. */
const firstPiece = 2 ** 18;

/** Reads the pickles of a file and finds its storages, which stay where they are. */
export async function readOldLayout(source: ByteSource): Promise<PickleValue> {
  await checkStart(source);
  for (let length = firstPiece; ; length *= 4) {
    const piece = Math.min(length, source.size, longestPickle);
    const storages = new Storages(source);
    const bytes = await source.read(0, piece);
    const reader = new PickleReader(bytes, { fileName: source.name, what: 'the file' });
    let read: Pickles;
    try {
      read = readPickles(reader, storages);
    } catch (error) {
      if (!(error instanceof PickleEnd)) throw error;
      if (piece < source.size && piece < longestPickle) continue;
      throw reader.damaged(
        `the pickles are not complete after ${piece} bytes: the file ends within the opcode`,
        `pickles of at most ${longestPickle} bytes and the storages behind them`,
      );
    }
    await storages.locate(read.keys, reader.position);
    return read.value;
  }
}

interface Pickles {
  readonly value: PickleValue;
  /** The storages in the order of their bytes. */
  readonly keys: readonly PickleValue[];
}

function readPickles(reader: PickleReader, storages: Storages): Pickles {
  const nothingOutside = (_: PickleValue, machine: PickleMachine): never => {
    throw machine.refuse('something outside of the pickle is wanted');
  };
  if (unpickle(reader, nothingOutside) !== magicNumber) {
    throw reader.damaged(
      "the file begins with a pickle, but without PyTorch's magic number: it stops",
      'a file that torch.save wrote',
    );
  }
  const version = unpickle(reader, nothingOutside);
  if (version !== protocolVersion) {
    throw reader.damaged('another version of the layout stands', `version ${protocolVersion}`);
  }
  const system = unpickle(reader, nothingOutside);
  if (!(system instanceof Map) || system.get('little_endian') !== true) {
    throw reader.damaged(
      'the description of another byte order, or of none, stands',
      'a file of a machine that keeps the lowest byte first, as almost all do',
    );
  }
  const value = unpickle(reader, (id, machine) => storages.find(id, machine));
  const keys = unpickle(reader, nothingOutside);
  if (!isList(keys)) throw reader.damaged('something else than the list of storages stands');
  return { value, keys };
}

/** Tells files apart that cannot be read in this layout. */
async function checkStart(source: ByteSource): Promise<void> {
  const start = await source.read(0, Math.min(source.size, torchStartBytes));
  const tar = isTar(start);
  if (!tar && isOldTorch(start)) return;
  throw new FormatError(source.name, {
    happened: tar
      ? "refuses the tar archive of PyTorch's first versions"
      : `the ${source.size} bytes begin neither like a zip archive nor like a pickle at byte 0`,
    expected: 'the zip layout of PyTorch, or the older one of pickles',
    mend: tar
      ? 'load it with torch.load and save it again with torch.save'
      : 'it is damaged or no file of PyTorch; download or save it again',
  });
}

/** The storages of a file: described in the pickle, with bytes whose places are known later. */
class Storages implements StorageFile {
  readonly name: string;
  readonly #source: ByteSource;
  readonly #found = new Map<string, TorchStorage>();
  readonly #places = new Map<string, number>();

  constructor(source: ByteSource) {
    this.#source = source;
    this.name = source.name;
  }

  find(id: PickleValue, machine: PickleMachine): TorchStorage {
    const { dtype, key, elements, view } = readStorageId(id, machine);
    let root = this.#found.get(key);
    root ??= new TorchStorage(this, { key, dtype, elements });
    if (root.dtype !== dtype || root.elements !== elements) {
      throw machine.refuse(`storage ${quoted(key)} is described in two ways`);
    }
    this.#found.set(key, root);
    if (!view) return root;
    if (view.offset + view.elements > elements) {
      throw machine.refuse(`a part of storage ${quoted(key)} ends behind its ${elements} elements`);
    }
    const start = view.offset * bytesOf(dtype);
    return new TorchStorage(this, { key, dtype, elements: view.elements, start });
  }

  /** Goes through the bytes behind the pickles: the number of elements, then these, for each storage. */
  async locate(keys: readonly PickleValue[], position: number): Promise<void> {
    for (const key of keys) {
      const storage = typeof key === 'string' ? this.#found.get(key) : undefined;
      if (!storage) throw this.#damaged(position, 'a storage lies that no tensor has');
      if (position + 8 > this.#source.size) {
        throw this.#damaged(position, `storage ${quoted(storage.key)} is missing`);
      }
      const count = new DataView((await this.#source.read(position, 8)).buffer);
      const elements = Number(count.getBigInt64(0, true));
      // NOTE: some versions count the bytes of a storage without a dtype, which is the same here.
      if (elements !== storage.elements) {
        throw this.#damaged(
          position,
          `storage ${quoted(storage.key)} has ${elements} elements, not ${storage.elements}, as its tensors say,`,
        );
      }
      const end = position + 8 + storage.bytes;
      if (end > this.#source.size) {
        throw this.#damaged(
          position,
          `storage ${quoted(storage.key)} of ${storage.bytes} bytes lies, which is cut off at ${this.#source.size},`,
        );
      }
      this.#places.set(storage.key, position + 8);
      position = end;
    }
    for (const key of this.#found.keys()) {
      if (!this.#places.has(key))
        throw this.#damaged(position, `storage ${quoted(key)} is missing`);
    }
  }

  read(key: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#source.read((this.#places.get(key) ?? 0) + offset, length);
  }

  #damaged(position: number, happened: string): FormatError {
    return new FormatError(this.name, {
      happened: `${happened} at byte ${position} of the file`,
      expected: 'the storages in the order of their list, one behind the other',
      mend: damagedMend,
    });
  }
}
