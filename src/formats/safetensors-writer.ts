/** The bytes of a safetensors file, tensor by tensor. */

import { FormatError } from './format-error.js';
import { lengthBytes } from './safetensors-header.js';
import { storageBytes, storageOf } from './safetensors-storage.js';
import { dataToWrite, elementsOf, type TensorToWrite } from './tensor-to-write.js';

/** What a file will hold: how many bytes, and the bytes in order. */
export interface SafetensorsStream {
  readonly length: number;
  readonly chunks: Iterable<Uint8Array>;
}

const alignment = 8;

/**
 * A safetensors file of `tensors` and, optionally, text `metadata`, to be written chunk by chunk.
 *
 * Tensors keep the order of the map, four-byte elements before one-byte ones so that each tensor
 * starts at a multiple of its element size. The same input always gives the same bytes.
 *
 * @throws {FormatError} when a name is reserved or metadata is no text; and when a shape and its data
 * disagree: at once, or when a function has given the data.
 */
export function streamSafetensors(
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): SafetensorsStream {
  for (const [key, value] of Object.entries(metadata)) checkMetadataValue(key, value);
  const ordered = [...tensors].sort(([, a], [, b]) => elementBytes(b) - elementBytes(a));
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push(['__metadata__', { ...metadata }]);
  let offset = 0;
  for (const [name, tensor] of ordered) {
    checkName(name);
    if (typeof tensor.data !== 'function') dataToWrite(name, tensor);
    const end = offset + elementsOf(name, tensor.shape) * elementBytes(tensor);
    const { dtype, shape } = tensor;
    entries.push([
      name,
      { dtype: storageOf[dtype], shape: [...shape], data_offsets: [offset, end] },
    ]);
    offset = end;
  }
  // `fromEntries` defines own properties, so that a tensor may even be called `__proto__`.
  const header = framed(JSON.stringify(Object.fromEntries(entries)));
  return { length: header.length + offset, chunks: chunksOf(header, ordered) };
}

function* chunksOf(
  header: Uint8Array,
  tensors: readonly (readonly [string, TensorToWrite])[],
): Generator<Uint8Array> {
  yield header;
  for (const [name, tensor] of tensors) {
    const stored = dataToWrite(name, tensor);
    yield new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  }
}

/** The header behind its length, padded so that the data is aligned. */
function framed(text: string): Uint8Array {
  const header = new TextEncoder().encode(text);
  const padded = Math.ceil(header.length / alignment) * alignment;
  const bytes = new Uint8Array(lengthBytes + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(header, lengthBytes);
  return bytes;
}

const elementBytes = ({ dtype }: TensorToWrite): number => storageBytes[storageOf[dtype]];

function checkMetadataValue(key: string, value: unknown): void {
  if (typeof value === 'string') return;
  throw new FormatError('safetensors', {
    happened: `metadata '${key}' is ${value === null ? 'null' : `a ${typeof value}`}`,
    expected: 'text, the only metadata that the format allows',
    mend: 'store it as text, for example with JSON.stringify',
  });
}

function checkName(name: string): void {
  if (name !== '__metadata__') return;
  throw new FormatError('safetensors', {
    happened: "a tensor is called '__metadata__'",
    expected: 'another name, because the format keeps this one for its text metadata',
    mend: 'rename the tensor',
  });
}
