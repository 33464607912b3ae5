/** A storage: the one-dimensional memory that one tensor or several views lie in. */

import { storageBytes } from '../safetensors-storage.js';
import { type TorchDtype, torchElements } from './element-types.js';

/** Reads parts of storages from the file that holds them. */
export interface StorageFile {
  /** The file's name, for messages. */
  readonly name: string;
  /** `length` bytes of the storage called `key`, `offset` bytes behind its beginning. */
  read(key: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** The type of a storage's elements; an untyped one has bytes, and its tensors say what they are. */
export type StorageDtype = TorchDtype | 'untyped';

/** A storage of `elements` elements (bytes, if untyped). */
export class TorchStorage {
  readonly file: StorageFile;
  readonly key: string;
  readonly dtype: StorageDtype;
  readonly elements: number;
  /** Bytes from the beginning of what `key` names: another one than 0 where this is a part of a storage. */
  readonly start: number;

  constructor(file: StorageFile, { key, dtype, elements, start = 0 }: StorageDescription) {
    this.file = file;
    this.key = key;
    this.dtype = dtype;
    this.elements = elements;
    this.start = start;
  }

  get bytes(): number {
    return this.elements * bytesOf(this.dtype);
  }

  /** `length` bytes from byte `offset` on. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.file.read(this.key, this.start + offset, length);
  }
}

interface StorageDescription {
  readonly key: string;
  readonly dtype: StorageDtype;
  readonly elements: number;
  readonly start?: number;
}

/** Bytes of one element. */
export function bytesOf(dtype: StorageDtype): number {
  if (dtype === 'untyped') return 1;
  const { number, numbers } = torchElements[dtype];
  return storageBytes[number] * numbers;
}
