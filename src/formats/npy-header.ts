/** The header of an .npy array: magic, version, and a Python dictionary of dtype, order and shape. */

import { FormatError } from './format-error.js';
import { quoted } from './quoted-name.js';
import { type Storage, storageBytes } from './safetensors-storage.js';

/** What stands in front of an array's elements. */
export interface NpyHeader {
  /** The dtype as NumPy writes it, such as '<f4'. */
  readonly descr: string;
  readonly storage: Storage;
  /** Whether the most significant byte of each element comes first. */
  readonly bigEndian: boolean;
  /** Whether the first index runs fastest (Fortran's order), not the last. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Elements of the shape. */
  readonly length: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** Bytes up to the header's text in version 1; later ones have two more for its length. */
const shortPrologue = 10;
const longPrologue = 12;
/** The first bytes of a file, enough for `npyHeaderEnd`. */
export const npyStartBytes = longPrologue;
/** No array of plain numbers needs more; NumPy itself reads at most 10,000 of a stranger's file. */
const longestHeader = 65536;
/** As many dimensions as NumPy's arrays may have. */
const mostDimensions = 64;

/** Whether a file that begins with these bytes is an .npy array. */
export function isNpy(start: Uint8Array): boolean {
  return magic.every((byte, i) => start[i] === byte);
}

/**
 * Where the header ends and the elements begin, by the first `npyStartBytes` of a file, or all if it has fewer.
 *
 * @throws {FormatError} when these are not the first bytes of an .npy file of version 1 to 3.
 */
export function npyHeaderEnd(start: Uint8Array, fileName: string): number {
  if (!isNpy(start)) {
    throw new FormatError(fileName, {
      happened: 'the file does not begin with NumPy\'s mark "\\x93NUMPY"',
      expected: 'an .npy array',
      mend: 'save it with numpy.save, or open it by another reader',
    });
  }
  const version = start[6];
  if (start.length >= shortPrologue && (version < 1 || version > 3)) {
    throw new FormatError(fileName, {
      happened: `the array is of format version ${version}.${start[7]}`,
      expected: 'version 1.0, 2.0 or 3.0',
      mend: 'save it again with numpy.save',
    });
  }
  const prologue = version === 1 ? shortPrologue : longPrologue;
  if (start.length < prologue) throw damaged(fileName, `it ends after ${start.length} bytes`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader) {
    throw damaged(fileName, `the header should have ${length} bytes, more than ${longestHeader}`);
  }
  return prologue + length;
}

/** Reads the header out of the bytes up to its end. */
export function parseNpyHeader(bytes: Uint8Array, fileName: string): NpyHeader {
  const prologue = bytes[6] === 1 ? shortPrologue : longPrologue;
  // Version 3 is UTF-8, the older ones Latin-1; numbers and dtypes are the same in both.
  const text = new TextDecoder(bytes[6] === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(prologue),
  );
  const { descr, fortranOrder, shape } = readDictionary(text, fileName);
  const element = readDescr(descr, fileName);
  const length = shape.reduce((product, extent) => product * extent, 1);
  return { descr, ...element, fortranOrder, shape, length };
}

/** `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }` in any order and spacing. */
function readDictionary(
  text: string,
  fileName: string,
): { descr: string; fortranOrder: boolean; shape: number[] } {
  const broken = () => damaged(fileName, `the header is ${quoted(text.trim())}`);
  const fields = new Map<string, string>();
  const [, inner] = /^\s*\{(.*)\}\s*$/s.exec(text) ?? [];
  if (inner === undefined) throw broken();
  const field = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|\([^()]*\)|\[.*\]|\w+)\s*(,|$)/sy;
  let end = 0;
  for (let match = field.exec(inner); match; match = field.exec(inner)) {
    if (fields.has(match[2])) throw broken();
    fields.set(match[2], match[3]);
    end = field.lastIndex;
    if (match[4] === '') break;
  }
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((key) => fields.get(key));
  if (inner.slice(end).trim() !== '' || fields.size !== 3) throw broken();
  if (!descr || !shape || (order !== 'True' && order !== 'False')) throw broken();
  if (descr.startsWith('[')) {
    throw unreadable(fileName, descr, 'a structure of several fields');
  }
  if (!/^['"]/.test(descr)) throw broken();
  const extents = readShape(shape);
  if (!extents) throw broken();
  return { descr: descr.slice(1, -1), fortranOrder: order === 'True', shape: extents };
}

/** `(2, 3)`, `(2,)` or `()`; Python 2 wrote `2L`. */
function readShape(text: string): number[] | undefined {
  const [, inner] = /^\((.*)\)$/s.exec(text) ?? [];
  if (inner === undefined) return undefined;
  const parts = inner.split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop();
  else if (parts.length === 1) return undefined;
  const shape = parts.map((part) => (/^\d+L?$/.test(part) ? Number.parseInt(part, 10) : -1));
  const good = shape.every((extent) => extent >= 0 && Number.isSafeInteger(extent));
  return good && shape.length <= mostDimensions ? shape : undefined;
}

const storageOfKind: Readonly<Record<string, Storage>> = {
  f2: 'F16',
  f4: 'F32',
  f8: 'F64',
  i1: 'I8',
  i2: 'I16',
  i4: 'I32',
  i8: 'I64',
  u1: 'U8',
  u2: 'U16',
  u4: 'U32',
  u8: 'U64',
  b1: 'BOOL',
};

const otherKinds: Readonly<Record<string, string>> = {
  O: 'Python objects, which are pickled and could run code',
  c: 'complex numbers',
  f: 'floating-point numbers of a width that only some machines have',
  S: 'byte strings',
  a: 'byte strings',
  U: 'text',
  M: 'dates',
  m: 'spans of time',
  V: 'raw bytes without a meaning',
};

function readDescr(descr: string, fileName: string): { storage: Storage; bigEndian: boolean } {
  const [, order, kind] = /^([<>|=]?)([a-zA-Z]\d*)(\[.*\])?$/.exec(descr) ?? [];
  const storage = storageOfKind[kind];
  if (storage) return { storage, bigEndian: order === '>' && storageBytes[storage] > 1 };
  throw unreadable(fileName, descr, otherKinds[kind?.[0]] ?? 'nothing that is known');
}

function unreadable(fileName: string, descr: string, what: string): FormatError {
  return new FormatError(fileName, {
    happened: `the array's dtype is ${quoted(descr)}: ${what}`,
    expected: 'floats of 16, 32 or 64 bits, integers of 8 to 64 bits, or booleans',
    mend: 'save its numbers as arrays of such a dtype, for example with .astype("float32")',
  });
}

/** The error of an array in which `happened`. */
export function damaged(fileName: string, happened: string): FormatError {
  return new FormatError(fileName, {
    happened,
    expected: 'a complete .npy array, as numpy.save writes it',
    mend: 'it is cut off or damaged; download or save it again',
  });
}
