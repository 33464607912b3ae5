/** Reads and writes safetensors files (named tensors behind a JSON header), in Node and browsers. */

import type { DType, TypedArray } from '../graph/dtype.js';
import { FormatError } from './format-error.js';
import { readHeader, type StoredTensor } from './safetensors-header.js';
import { convertElements, storageOf } from './safetensors-storage.js';

/** One tensor of a file: row-major `data` of `shape`. */
export interface SafetensorsTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** What a file holds; `tensors` is in the order of the data. */
export interface SafetensorsFile {
  readonly tensors: Map<string, SafetensorsTensor>;
  readonly metadata: Record<string, string>;
}

const lengthBytes = 8;
const alignment = 8;

/**
 * The bytes of a safetensors file that holds `tensors` and, optionally, text `metadata`.
 *
 * Tensors keep the order of the map, four-byte elements before one-byte ones so that each tensor
 * starts at a multiple of its element size. The same input always gives the same bytes.
 *
 * @throws {FormatError} when a shape and its data disagree, or a name is reserved.
 * @example
 * const bytes = encodeSafetensors(new Map([['bias', { dtype: 'float32', shape: [2], data }]]));
 * await writeFileAtomically('model.safetensors', bytes);
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const entries: [string, unknown][] = [];
  if (metadata && Object.keys(metadata).length > 0) {
    for (const [key, value] of Object.entries(metadata)) checkMetadataValue(key, value);
    entries.push(['__metadata__', { ...metadata }]);
  }
  const ordered = [...tensors].sort(([, a], [, b]) => elementBytes(b) - elementBytes(a));
  let offset = 0;
  for (const [name, tensor] of ordered) {
    checkTensor(name, tensor);
    const end = offset + tensor.data.length * elementBytes(tensor);
    entries.push([
      name,
      { dtype: storageOf[tensor.dtype], shape: [...tensor.shape], data_offsets: [offset, end] },
    ]);
    offset = end;
  }
  // `fromEntries` defines own properties, so that a tensor may even be called `__proto__`.
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(header.length / alignment) * alignment;
  const bytes = new Uint8Array(lengthBytes + padded + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(padded), true);
  bytes.set(header, lengthBytes);
  bytes.fill(0x20, lengthBytes + header.length, lengthBytes + padded);
  let position = lengthBytes + padded;
  for (const [, { dtype, data }] of ordered) {
    const stored = dtype === 'float32' && data instanceof Float64Array ? toFloat32(data) : data;
    bytes.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), position);
    position += stored.byteLength;
  }
  return bytes;
}

/**
 * The tensors and metadata of a safetensors file; `fileName` is only for messages.
 *
 * F16, BF16 and F64 become float32; I8, I16, U16, U32, I64 and U64 become int32. The data is
 * copied, so the tensors do not keep `bytes` alive.
 *
 * @throws {FormatError} when the header or an offset is wrong, the file is cut off or too long, a
 * dtype is unknown, or an integer does not fit 32 bits.
 * @example
 * const { tensors } = decodeSafetensors(await readFile('model.safetensors'), 'model.safetensors');
 * const weight = tensors.get('conv1.weight');
 */
export function decodeSafetensors(bytes: Uint8Array, fileName: string): SafetensorsFile {
  const { stored, metadata, dataStart } = readHeader(bytes, fileName);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const tensor of stored) {
    tensors.set(tensor.name, readTensor(bytes, dataStart, tensor, fileName));
  }
  return { tensors, metadata };
}

function readTensor(
  bytes: Uint8Array,
  dataStart: number,
  { name, storage, shape, begin, end }: StoredTensor,
  fileName: string,
): SafetensorsTensor {
  // NOTE: `new Uint8Array(view)` copies to offset 0, which typed arrays need; `Buffer.slice` would not.
  const raw = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end));
  const converted = convertElements(raw.buffer, storage);
  if ('problem' in converted) {
    throw new FormatError(fileName, {
      happened: `tensor '${name}' (${storage}) holds ${converted.problem}`,
      expected: converted.expected,
      mend: 'convert the tensor to F32, I32, U8 or BOOL before it is saved',
    });
  }
  return { dtype: converted.dtype, shape, data: converted.data };
}

function elementBytes(tensor: SafetensorsTensor): number {
  return tensor.dtype === 'float32' || tensor.dtype === 'int32' ? 4 : 1;
}

function toFloat32(data: Float64Array): Float32Array {
  return Float32Array.from(data);
}

function checkMetadataValue(key: string, value: unknown): void {
  if (typeof value === 'string') return;
  throw new FormatError('safetensors', {
    happened: `metadata '${key}' is ${value === null ? 'null' : `a ${typeof value}`}`,
    expected: 'text, the only metadata that the format allows',
    mend: 'store it as text, for example with JSON.stringify',
  });
}

function checkTensor(name: string, { dtype, shape, data }: SafetensorsTensor): void {
  if (name === '__metadata__') {
    throw new FormatError('safetensors', {
      happened: "a tensor is called '__metadata__'",
      expected: 'another name, because the format keeps this one for its text metadata',
      mend: 'rename the tensor',
    });
  }
  const length = shape.reduce((product, size) => product * size, 1);
  if (length !== data.length || shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new FormatError('safetensors', {
      happened: `tensor '${name}' has shape [${shape.join(', ')}] but ${data.length} elements`,
      expected: `as many elements as the shape says (${length})`,
      mend: 'pass the shape that belongs to the data',
    });
  }
  const fits = {
    float32: data instanceof Float32Array || data instanceof Float64Array,
    int32: data instanceof Int32Array,
    uint8: data instanceof Uint8Array,
    bool: data instanceof Uint8Array,
  };
  if (!fits[dtype]) {
    throw new FormatError('safetensors', {
      happened: `tensor '${name}' of dtype ${dtype} has its data in a ${data.constructor.name}`,
      expected: 'Float32Array for float32, Int32Array for int32, Uint8Array for uint8 and bool',
      mend: 'convert the data or name the dtype that it holds',
    });
  }
}
