/** Reads and writes safetensors files (named tensors behind a JSON header), in Node and browsers. */

import { writeFileAtomically } from './atomic-file.js';
import type { ByteSource } from './byte-source.js';
import { FormatError } from './format-error.js';
import { quoted } from './quoted-name.js';
import {
  headerEnd,
  lengthBytes,
  readHeader,
  type StoredTensor,
  startBytes,
} from './safetensors-header.js';
import {
  type Converted,
  convertElements,
  convertPieces,
  dtypeOfStorage,
  storageBytes,
} from './safetensors-storage.js';
import { streamSafetensors } from './safetensors-writer.js';
import { noSuchTensor, type SafetensorsTensor, type TensorSource } from './tensor-source.js';
import type { TensorToWrite } from './tensor-to-write.js';

export { streamSafetensors } from './safetensors-writer.js';
export type { SafetensorsTensor } from './tensor-source.js';
export type { TensorToWrite } from './tensor-to-write.js';

/** What a file holds; `tensors` is in the order of the data. */
export interface SafetensorsFile {
  readonly tensors: Map<string, SafetensorsTensor>;
  readonly metadata: Record<string, string>;
}

/**
 * The bytes of a safetensors file that holds `tensors` and, optionally, text `metadata`.
 *
 * Tensors keep the order of the map, four-byte elements before one-byte ones so that each tensor
 * starts at a multiple of its element size. The same input always gives the same bytes. Large files
 * are better written by `writeSafetensors`, which never has all bytes in memory.
 *
 * @throws {FormatError} when a shape and its data disagree, or a name is reserved.
 * @example
 * const bytes = encodeSafetensors(new Map([['bias', { dtype: 'float32', shape: [2], data }]]));
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const { length, chunks } = streamSafetensors(tensors, metadata);
  const bytes = new Uint8Array(length);
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  return bytes;
}

/**
 * Writes a safetensors file as `encodeSafetensors` lays it out, tensor by tensor: the file appears whole or
 * not at all, and data that functions give is in memory one at a time (Node).
 *
 * @throws {FormatError} when a shape and its data disagree, or a name is reserved.
 * @throws {WriteError} when the disk is full or the folder cannot be written.
 * @example
 * await writeSafetensors('model.safetensors', stateToWrite(model), { trained: 'on my own pictures' });
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorToWrite>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  await writeFileAtomically(path, streamSafetensors(tensors, metadata));
}

/**
 * The tensors and metadata of a safetensors file; `fileName` is only for messages.
 *
 * F64, F16, BF16 and the F8 types become float32; I8, I16, U16, U32, I64 and U64 become int32. The data is
 * copied, so the tensors do not keep `bytes` alive.
 *
 * @throws {FormatError} when the header or an offset is wrong, the file is cut off or too long, a
 * dtype is unknown, or an integer does not fit 32 bits.
 * @example
 * const { tensors } = decodeSafetensors(await readFile('model.safetensors'), 'model.safetensors');
 * const weight = tensors.get('conv1.weight');
 */
export function decodeSafetensors(bytes: Uint8Array, fileName: string): SafetensorsFile {
  const dataStart = headerEnd(bytes, bytes.length, fileName);
  const header = bytes.subarray(lengthBytes, dataStart);
  const { stored, metadata } = readHeader(header, bytes.length - dataStart, fileName);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const tensor of stored) {
    // NOTE: `new Uint8Array(view)` copies to offset 0, which typed arrays need; `Buffer.slice` would not.
    const raw = new Uint8Array(bytes.subarray(dataStart + tensor.begin, dataStart + tensor.end));
    const converted = convertElements(raw.buffer, tensor.storage);
    tensors.set(tensor.name, checked(converted, tensor, fileName));
  }
  return { tensors, metadata };
}

/**
 * Opens a safetensors file of any size: the header is read at once, each tensor when it is asked for, in the
 * memory that it needs itself. `source` is closed with what is returned, or when this fails.
 *
 * Types are converted as by `decodeSafetensors`.
 *
 * @throws {FormatError} when the header or an offset is wrong, the file is cut off or too long, or a dtype is
 * unknown.
 * @example
 * const file = await openSafetensors(await openFile('vgg16.safetensors'));
 * const { shape, data } = await file.read('classifier.0.weight');
 * await file.close();
 */
export async function openSafetensors(source: ByteSource): Promise<TensorSource> {
  const { name: fileName, size } = source;
  try {
    const start = await source.read(0, Math.min(startBytes, size));
    const dataStart = headerEnd(start, size, fileName);
    const header = await source.read(lengthBytes, dataStart - lengthBytes);
    const { stored, metadata } = readHeader(header, size - dataStart, fileName);
    const places = new Map(stored.map((tensor) => [tensor.name, tensor]));
    const entries = new Map(
      stored.map(({ name, storage, shape }) => [
        name,
        { dtype: dtypeOfStorage(storage), shape, storage },
      ]),
    );
    return {
      format: 'safetensors',
      entries,
      metadata,
      async read(name) {
        const tensor = places.get(name);
        if (!tensor) throw noSuchTensor(name, entries, fileName);
        const { storage, begin, end } = tensor;
        const converted = await convertPieces(
          storage,
          (end - begin) / storageBytes[storage],
          (offset, length) => source.read(dataStart + begin + offset, length),
        );
        return checked(converted, tensor, fileName);
      },
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

function checked(
  converted: Converted,
  { name, storage, shape }: StoredTensor,
  fileName: string,
): SafetensorsTensor {
  if ('problem' in converted) {
    throw new FormatError(fileName, {
      happened: `tensor ${quoted(name)} (${storage}) holds ${converted.problem}`,
      expected: converted.expected,
      mend: 'convert the tensor to F32, I32, U8 or BOOL before it is saved',
    });
  }
  return { dtype: converted.dtype, shape, data: converted.data };
}
