/** Reads and writes .npy files, NumPy's format of one array, in Node and browsers; pickles are never read. */

import { allocate, type DType, type TypedArray } from '../graph/dtype.js';
import { writeFileAtomically } from './atomic-file.js';
import type { ByteSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import {
  damaged,
  type NpyHeader,
  npyHeaderEnd,
  npyStartBytes,
  parseNpyHeader,
} from './npy-header.js';
import {
  type Converted,
  convertElements,
  convertPieces,
  storageBytes,
} from './safetensors-storage.js';
import type { SafetensorsTensor } from './tensor-source.js';
import { dataToWrite, type TensorToWrite } from './tensor-to-write.js';

/**
 * The array of an .npy file in memory; `fileName` is only for messages.
 *
 * Format versions 1 to 3 in either order of elements and of bytes. Floats become float32, integers but uint8
 * become int32.
 *
 * @throws {FormatError} when the file is damaged or cut off, an integer does not fit 32 bits, or the array holds
 * something other than numbers: structures, text, Python objects.
 * @example
 * const { shape, data } = decodeNpy(await readFile('x.npy'), 'x.npy');
 */
export function decodeNpy(bytes: Uint8Array, fileName: string): SafetensorsTensor {
  const end = npyHeaderEnd(bytes.subarray(0, npyStartBytes), fileName);
  if (end > bytes.length) throw damaged(fileName, `the header ends at byte ${end}`);
  const header = parseNpyHeader(bytes.subarray(0, end), fileName);
  checkDataLength(header, bytes.length - end, fileName);
  // NOTE: the copy begins at offset 0, which typed arrays need.
  const raw = inHostOrder(new Uint8Array(bytes.subarray(end)), header);
  return arrayOf(convertElements(raw.buffer, header.storage), header, fileName);
}

/**
 * Reads an .npy file of any size, as `decodeNpy` does, in the memory that its array needs; `source` stays open.
 *
 * @throws {FormatError} as `decodeNpy`.
 * @example
 * const { shape, data } = await readNpy(await openFile('images.npy'));
 */
export async function readNpy(source: ByteSource): Promise<SafetensorsTensor> {
  const { name, size } = source;
  const end = npyHeaderEnd(await source.read(0, Math.min(npyStartBytes, size)), name);
  const header = parseNpyHeader(await source.read(0, end), name);
  checkDataLength(header, size - end, name);
  return readNpyData(header, name, (offset, length) => source.read(end + offset, length));
}

/** The array behind `header`, whose bytes `read` gives from its own beginning on, in order. */
export async function readNpyData(
  header: NpyHeader,
  fileName: string,
  read: (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<SafetensorsTensor> {
  const converted = await convertPieces(header.storage, header.length, async (offset, length) =>
    inHostOrder(await read(offset, length), header),
  );
  return arrayOf(converted, header, fileName);
}

/** Looks that `found` bytes follow the header, as its shape and dtype say. */
export function checkDataLength(header: NpyHeader, found: number, fileName: string): void {
  const { shape, descr, storage, length } = header;
  const wanted = length * storageBytes[storage];
  if (found === wanted) return;
  const array = `an array [${shape.join(', ')}] of '${descr}' needs ${wanted} bytes`;
  throw damaged(fileName, `${array}, but ${found} follow the header`);
}

/**
 * The bytes of an .npy file (format version 1.0) that holds `tensor`.
 *
 * @throws {FormatError} when its shape and its data disagree.
 * @example
 * await writeFileAtomically('y.npy', encodeNpy({ dtype: 'float32', shape: [2], data }));
 */
export function encodeNpy(tensor: SafetensorsTensor): Uint8Array {
  const [header, data] = [...npyChunks('array', tensor)];
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  return bytes;
}

/**
 * Writes an .npy file, whole or not at all (Node).
 *
 * @throws {FormatError} when its shape and its data disagree.
 * @throws {WriteError} when the disk is full or the folder cannot be written.
 * @example
 * await writeNpy('y.npy', { dtype: 'float32', shape: logits.shape, data: logits.data() });
 */
export async function writeNpy(path: string, tensor: TensorToWrite): Promise<void> {
  await writeFileAtomically(path, { chunks: npyChunks(path, tensor) });
}

const descrOf: Record<DType, string> = {
  float32: '<f4',
  int32: '<i4',
  uint8: '|u1',
  bool: '|b1',
};

/** NumPy maps files into memory, for which elements must be aligned. */
const alignment = 64;

/** The header, and then the elements, of a file that holds `tensor`; `name` is for messages. */
export function* npyChunks(name: string, tensor: TensorToWrite): Generator<Uint8Array> {
  const { dtype, shape } = tensor;
  const stored = dataToWrite(name, tensor);
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descrOf[dtype]}', 'fortran_order': False, 'shape': (${extents}), }`;
  const start = 10;
  const end = Math.ceil((start + text.length + 1) / alignment) * alignment;
  const header = new Uint8Array(end).fill(0x20);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(header.buffer).setUint16(8, end - start, true);
  header.set(new TextEncoder().encode(text), start);
  header[end - 1] = 0x0a;
  yield header;
  yield new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** The same bytes with the least significant first; turned around where they lie. */
function inHostOrder(
  bytes: Uint8Array<ArrayBuffer>,
  { bigEndian, storage }: NpyHeader,
): Uint8Array<ArrayBuffer> {
  if (!bigEndian) return bytes;
  const width = storageBytes[storage];
  for (let at = 0; at < bytes.length; at += width) {
    for (let a = at, b = at + width - 1; a < b; a++, b--) {
      [bytes[a], bytes[b]] = [bytes[b], bytes[a]];
    }
  }
  return bytes;
}

function arrayOf(converted: Converted, header: NpyHeader, fileName: string): SafetensorsTensor {
  if ('problem' in converted) {
    throw new FormatError(fileName, {
      happened: `the array of '${header.descr}' holds ${converted.problem}`,
      expected: converted.expected,
      mend: 'save it with another dtype, for example by .astype("float32")',
    });
  }
  const { dtype, data } = converted;
  const { shape, fortranOrder } = header;
  return { dtype, shape, data: fortranOrder ? lastIndexFastest(dtype, data, shape) : data };
}

/** The elements of an array whose first index runs fastest, in the order in which its last one does. */
function lastIndexFastest(dtype: DType, data: TypedArray, shape: readonly number[]): TypedArray {
  const rank = shape.length;
  if (rank < 2) return data;
  const strides = shape.map((_, dim) => shape.slice(0, dim).reduce((a, b) => a * b, 1));
  const out = allocate(dtype, data.length);
  const index = new Array<number>(rank).fill(0);
  for (let to = 0, from = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let dim = rank - 1; dim >= 0; dim--) {
      from += strides[dim];
      if (++index[dim] < shape[dim]) break;
      from -= strides[dim] * shape[dim];
      index[dim] = 0;
    }
  }
  return out;
}
