/** The header of a safetensors file: its length, its JSON and the rules that the offsets obey. */

import { FormatError } from './format-error.js';
import { quoted } from './quoted-name.js';
import { type Storage, storageBytes, unreadableStorage } from './safetensors-storage.js';
import { isZip } from './zip-start.js';

/** Where one tensor lies: bytes `begin` to `end` of the data, which follows the header. */
export interface StoredTensor {
  readonly name: string;
  readonly storage: Storage;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What a header tells; the tensors come in the order of their data. */
export interface Header {
  readonly stored: StoredTensor[];
  readonly metadata: Record<string, string>;
}

/** Bytes in front of the header, which hold its length. */
export const lengthBytes = 8;
/** Bytes that `headerEnd` needs: the length, and the first byte of the header. */
export const startBytes = lengthBytes + 1;
/** The limit of the format's own reader; a longer header is an attack or not a header at all. */
const longestHeader = 100_000_000;
/** Name, record and the shape inside it. */
const deepest = 3;

/**
 * Where the header ends and the data begins, by the first bytes of a file of `size` bytes.
 *
 * @throws {FormatError} when these are not the first bytes of a safetensors file.
 */
export function headerEnd(start: Uint8Array, size: number, fileName: string): number {
  if (size < lengthBytes + 2) {
    throw new FormatError(fileName, {
      happened: `the file has ${size} bytes`,
      expected: 'at least 10: the header length and an empty JSON header',
      mend: 'it is cut off or not a safetensors file; download or save it again',
    });
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const room = Math.min(size - lengthBytes, longestHeader);
  if (length < 2 || length > room || start[lengthBytes] !== 0x7b) {
    throw new FormatError(fileName, {
      happened:
        length >= 2 && length <= room
          ? `the header begins with byte 0x${start[lengthBytes].toString(16)}, not with '{'`
          : `the header should have ${length} bytes`,
      expected: `a JSON object of 2 to ${room} bytes (the file has ${size})`,
      mend: isZip(start)
        ? 'this is a zip archive, perhaps a PyTorch checkpoint; open it with openWeights'
        : 'it is cut off or not a safetensors file; download or save it again',
    });
  }
  return lengthBytes + length;
}

/** Reads and checks the header out of its bytes; `dataBytes` follow it in the file. */
export function readHeader(header: Uint8Array, dataBytes: number, fileName: string): Header {
  const text = headerText(header, fileName);
  scanHeader(text, fileName);
  const parsed = parseJson(text, fileName);
  const metadata = readMetadata(parsed, fileName);
  const stored: StoredTensor[] = [];
  for (const [name, record] of Object.entries(parsed)) {
    if (name !== '__metadata__') stored.push(readRecord(name, record, fileName));
  }
  stored.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkOffsets(stored, dataBytes, fileName);
  return { stored, metadata };
}

function headerText(header: Uint8Array, fileName: string): string {
  try {
    // NOTE: without `ignoreBOM` the decoder would drop a byte-order mark, which JSON forbids.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch (error) {
    throw brokenHeader(fileName, 'the header is not valid UTF-8', error);
  }
}

function brokenHeader(fileName: string, happened: string, cause?: unknown): FormatError {
  return new FormatError(
    fileName,
    {
      happened,
      expected: 'a JSON object with one { dtype, shape, data_offsets } record per tensor',
      mend: 'the file is damaged or its writer is wrong; download or save it again',
    },
    cause,
  );
}

/** Refuses what `JSON.parse` would let through or choke on: deep nesting and repeated keys. */
function scanHeader(text: string, fileName: string): void {
  const keys: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '{' || character === '[') {
      if (keys.length === deepest) {
        throw brokenHeader(fileName, `the header nests deeper than ${deepest} levels`);
      }
      keys.push(character === '{' ? new Set() : undefined);
    } else if (character === '}' || character === ']') {
      keys.pop();
    } else if (character === '"') {
      const start = i;
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
      if (!followedByColon(text, i + 1)) continue;
      const key = parseJson(text.slice(start, i + 1), fileName) as unknown as string;
      const seen = keys.at(-1);
      if (seen?.has(key)) {
        throw brokenHeader(fileName, `the header has ${quoted(key)} twice in one object`);
      }
      seen?.add(key);
    }
  }
}

function followedByColon(text: string, position: number): boolean {
  while (' \t\n\r'.includes(text[position] ?? 'x')) position++;
  return text[position] === ':';
}

function parseJson(text: string, fileName: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw brokenHeader(
      fileName,
      `the header is not JSON (${error instanceof Error ? error.message : error})`,
      error,
    );
  }
}

function readMetadata(parsed: Record<string, unknown>, fileName: string): Record<string, string> {
  if (!Object.hasOwn(parsed, '__metadata__')) return {};
  const metadata = parsed.__metadata__;
  if (!isObject(metadata)) throw brokenHeader(fileName, '__metadata__ is not an object');
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') {
      throw brokenHeader(fileName, `__metadata__ ${quoted(key)} is not text`);
    }
  }
  return metadata as Record<string, string>;
}

function readRecord(name: string, record: unknown, fileName: string): StoredTensor {
  const tensor = `tensor ${quoted(name)}`;
  if (!isObject(record)) throw brokenHeader(fileName, `${tensor} has no record`);
  const { dtype, shape, data_offsets: offsets } = record;
  if (typeof dtype !== 'string') throw brokenHeader(fileName, `${tensor} has no dtype`);
  if (!Object.hasOwn(storageBytes, dtype)) {
    const why = Object.hasOwn(unreadableStorage, dtype) ? `, ${unreadableStorage[dtype]}` : '';
    throw new FormatError(fileName, {
      happened: `${tensor} has dtype ${quoted(dtype)}${why}`,
      expected: `one of ${Object.keys(storageBytes).join(', ')}`,
      mend: 'convert the tensor, for example to F32, before it is saved',
    });
  }
  if (!isSizes(shape)) {
    throw brokenHeader(fileName, `${tensor} has no shape of whole numbers from 0`);
  }
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw brokenHeader(fileName, `${tensor} has no data_offsets [begin, end] with begin <= end`);
  }
  const storage = dtype as Storage;
  const [begin, end] = offsets;
  // A product beyond 2^53 loses digits but can no longer equal the length of a real file.
  const length = shape.reduce((product, size) => product * size, storageBytes[storage]);
  if (length !== end - begin) {
    throw new FormatError(fileName, {
      happened: `${tensor}, ${storage} [${shape.join(', ')}], has ${end - begin} bytes of data`,
      expected: `${length} bytes for that shape`,
      mend: 'the file is damaged or its writer is wrong; save it again',
    });
  }
  return { name, storage, shape, begin, end };
}

function checkOffsets(stored: readonly StoredTensor[], dataBytes: number, fileName: string): void {
  let end = 0;
  let previous = 'the header';
  for (const tensor of stored) {
    if (tensor.begin !== end) {
      throw new FormatError(fileName, {
        happened: `tensor ${quoted(tensor.name)} begins at data byte ${tensor.begin}, which ${
          tensor.begin < end ? `overlaps ${previous}` : `leaves a hole after ${previous}`
        }`,
        expected: `it to begin at ${end}, where ${previous} ends`,
        mend: 'the file is damaged or its writer is wrong; save it again',
      });
    }
    if (tensor.end > dataBytes) {
      throw new FormatError(fileName, {
        happened: `tensor ${quoted(tensor.name)} ends at data byte ${tensor.end}`,
        expected: `at most ${dataBytes}, the data that the file holds`,
        mend: 'the file is cut off; download or save it again',
      });
    }
    end = tensor.end;
    previous = `tensor ${quoted(tensor.name)}`;
  }
  if (end !== dataBytes) {
    throw new FormatError(fileName, {
      happened: `${dataBytes - end} bytes follow ${previous}`,
      expected: 'the file to end there',
      mend: 'the file is damaged or its writer is wrong; download or save it again',
    });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
