/** PyTorch's zip layout (since 1.6): `data.pkl`, and an entry with the bytes of each storage. */

import type { ByteSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { quoted } from '../quoted-name.js';
import { openZip, type ZipArchive } from '../zip.js';
import { readStorageId } from './persistent-storage.js';
import type { PickleMachine } from './pickle-machine.js';
import { damagedMend, longestPickle, PickleEnd, PickleReader } from './pickle-reader.js';
import type { PickleValue } from './pickle-value.js';
import { type StorageFile, TorchStorage } from './torch-storage.js';
import { unpickle } from './unpickler.js';

/** Reads the pickle of an archive; the storages stay where they are. */
export async function readZipLayout(source: ByteSource): Promise<PickleValue> {
  const archive = await openZip(source);
  const root = rootOf(archive, source.name);
  await checkByteOrder(archive, root, source.name);
  const pickleName = `${root}data.pkl`;
  const size = archive.entries.get(pickleName)?.size ?? 0;
  if (size > longestPickle) {
    throw new FormatError(source.name, {
      happened: `${pickleName} has ${size} bytes`,
      expected: `a pickle of at most ${longestPickle} bytes, because tensors lie outside of it`,
      mend: damagedMend,
    });
  }
  const reader = new PickleReader(await archive.read(pickleName), {
    fileName: source.name,
    what: 'data.pkl',
  });
  const storages = new Storages(archive, root, source.name);
  try {
    return unpickle(reader, (id, machine) => storages.find(id, machine));
  } catch (error) {
    if (error instanceof PickleEnd) throw reader.damaged('the pickle ends within the opcode');
    throw error;
  }
}

/** What stands before `data.pkl`: the folder of the archive. */
function rootOf(archive: ZipArchive, fileName: string): string {
  const pickles = [...archive.entries.keys()].filter((name) => /(^|\/)data\.pkl$/.test(name));
  pickles.sort((a, b) => a.length - b.length);
  if (pickles.length === 0) {
    throw new FormatError(fileName, {
      happened: 'the archive has no data.pkl',
      expected: 'one that torch.save wrote',
      mend: 'give another file, or save the weights again with torch.save',
    });
  }
  const root = pickles[0].slice(0, -'data.pkl'.length);
  if (archive.entries.has(`${root}constants.pkl`)) {
    throw new FormatError(fileName, {
      happened: 'refuses to load a TorchScript program',
      expected: 'weights alone, for loading a model never runs code',
      mend: 'in PyTorch, save model.state_dict() with torch.save, or export the model to ONNX',
    });
  }
  return root;
}

async function checkByteOrder(archive: ZipArchive, root: string, fileName: string): Promise<void> {
  const entry = archive.entries.get(`${root}byteorder`);
  if (!entry) return;
  const order = entry.size < 16 ? new TextDecoder().decode(await archive.read(entry.name)) : '';
  if (order.trim() === 'little') return;
  throw new FormatError(fileName, {
    happened: `its byte order is ${quoted(order)}`,
    expected: "'little', the order of almost every processor",
    mend: 'load and save it on a machine with that order',
  });
}

/** The storages of an archive, found by the names that the pickle has for them. */
class Storages implements StorageFile {
  readonly name: string;
  readonly #archive: ZipArchive;
  readonly #root: string;
  readonly #found = new Map<string, TorchStorage>();

  constructor(archive: ZipArchive, root: string, name: string) {
    this.#archive = archive;
    this.#root = root;
    this.name = name;
  }

  find(id: PickleValue, machine: PickleMachine): TorchStorage {
    const { dtype, key, elements } = readStorageId(id, machine);
    const known = this.#found.get(key);
    if (known && known.dtype === dtype && known.elements === elements) return known;
    const entryName = `${this.#root}data/${key}`;
    const entry = this.#archive.entries.get(entryName);
    if (!entry) throw machine.refuse(`there is no entry ${quoted(entryName)} for a storage`);
    const storage = new TorchStorage(this, { key, dtype, elements });
    if (storage.bytes > entry.size) {
      throw machine.refuse(
        `storage ${quoted(key)} (${dtype}) should have ${elements} elements, ${storage.bytes} bytes, but ${quoted(entryName)} has ${entry.size}`,
      );
    }
    this.#found.set(key, storage);
    return storage;
  }

  async read(key: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const name = `${this.#root}data/${key}`;
    const entry = this.#archive.entries.get(name);
    // Packed bytes can be had from the beginning only, and a whole entry is checked as well.
    if (entry && entry.method !== 0 && length < entry.size) {
      return (await this.#archive.read(name)).slice(offset, offset + length);
    }
    return this.#archive.read(name, offset, length);
  }
}
