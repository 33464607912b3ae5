/** Reads ONNX's TensorProto: dimensions, element type and values, packed, unpacked, raw or elsewhere. */

import { formatShape, type Shape, sizeOf } from '../../graph/shape.js';
import { FormatError } from '../format-error.js';
import { type ElementType, elementTypeOf, elementTypes, nameOfCode } from './element-type.js';
import { alignedCopy, NumberList, numberKinds } from './number-list.js';
import { bytes, int32, int64, readMessage, text } from './protobuf.js';
import type { HostArray, TensorData } from './tensor-data.js';
import {
  listEntries,
  listLength,
  rawBytes,
  type StoredLists,
  valuesFromLists,
  valuesFromRaw,
} from './tensor-values.js';

/** A tensor of a file with its name, which may be empty. */
export interface NamedTensor extends TensorData {
  readonly name: string;
}

/** A tensor whose values are still to be read from another place. */
export interface PendingTensor {
  /** Gets its data when that is read. */
  readonly tensor: { readonly type: ElementType; readonly shape: Shape; data: HostArray };
  readonly what: string;
  /** Path relative to the model's folder; empty for the model's own file. */
  readonly location: string;
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** What reading a model's tensors needs to know. */
export interface TensorContext {
  readonly fileName: string;
  /** Takes tensors whose values are elsewhere; without it they are an error. */
  readonly pending?: PendingTensor[];
}

/** The pairs of a TensorProto whose values are elsewhere. */
type ExternalPlace = Readonly<Record<string, string>>;

/**
 * The tensor in the bytes of a TensorProto.
 *
 * @throws {FormatError} when the bytes are damaged, the values do not fill the dimensions, the type
 * cannot be computed with, or the values are in another file.
 */
export function readOnnxTensor(message: Uint8Array, fileName: string): NamedTensor {
  return readTensor(message, { fileName });
}

/** As `readOnnxTensor`, for a tensor of a model, whose values may be read later. */
export function readTensor(message: Uint8Array, context: TensorContext): NamedTensor {
  const { fileName } = context;
  let name = '';
  let code = 0;
  let isExternal = false;
  let isSegmented = false;
  let strings = 0;
  let raw: Uint8Array | null = null;
  const dims: bigint[] = [];
  const place: Record<string, string> = {};
  const floats = new NumberList(numberKinds.float);
  const doubles = new NumberList(numberKinds.double);
  const int32s = new NumberList(numberKinds.int32);
  const int64s = new NumberList(numberKinds.int64);
  const uint64s = new NumberList(numberKinds.uint64);
  readMessage(
    message,
    {
      1: int64((value) => dims.push(value)),
      2: int32((value) => {
        code = value;
      }),
      3: bytes(() => {
        isSegmented = true;
      }),
      4: floats.field,
      5: int32s.field,
      6: bytes(() => {
        strings++;
      }),
      7: int64s.field,
      8: text((value) => {
        name = value;
      }),
      9: bytes((value) => {
        raw = value;
      }),
      10: doubles.field,
      11: uint64s.field,
      13: bytes((value) => {
        const [key, given] = readPair(value, fileName);
        place[key] = given;
      }),
      14: int32((value) => {
        isExternal = value === 1;
      }),
    },
    { fileName, what: 'a tensor' },
  );
  const what = name === '' ? 'a tensor' : `tensor '${name}'`;
  if (isSegmented) {
    throw new FormatError(fileName, {
      happened: `the values of ${what} are in segments`,
      expected: 'them in one piece',
      mend: 'save the model in one piece',
    });
  }
  const type = elementTypeOf(code);
  if (type === undefined) {
    const held = strings > 0 ? ` (${strings} texts)` : '';
    throw new FormatError(fileName, {
      happened: `${what} is of type ${nameOfCode(code)}${held}`,
      expected: `one of ${Object.keys(elementTypes).join(', ')}`,
      mend: 'convert the model to these types',
    });
  }
  const shape = shapeOf(dims, what, fileName);
  const expected = { type, shape, what, fileName };
  if (isExternal) return pendingTensor({ name, place }, expected, context);
  if (raw) return { name, type, shape, data: fromRaw(raw, expected) };
  const lists = {
    floats: floats.values(),
    doubles: doubles.values(),
    int32s: int32s.values(),
    int64s: int64s.values(),
    uint64s: uint64s.values(),
  };
  return { name, type, shape, data: fromLists(lists, expected) };
}

/** A StringStringEntryProto. */
function readPair(message: Uint8Array, fileName: string): [string, string] {
  const pair: [string, string] = ['', ''];
  const fields = {
    1: text((value) => {
      pair[0] = value;
    }),
    2: text((value) => {
      pair[1] = value;
    }),
  };
  readMessage(message, fields, { fileName, what: 'the place of a tensor' });
  return pair;
}

function shapeOf(dims: readonly bigint[], what: string, fileName: string): Shape {
  const shape = dims.map(Number);
  if (shape.every((extent) => extent >= 0) && Number.isSafeInteger(sizeOf(shape))) return shape;
  throw new FormatError(fileName, {
    happened: `${what} has the dimensions [${dims.join(', ')}]`,
    expected: 'whole numbers of zero or more that memory can hold',
    mend: 'the file is damaged; download or export it again',
  });
}

interface Expected {
  readonly type: ElementType;
  readonly shape: Shape;
  readonly what: string;
  readonly fileName: string;
}

function requireCount(there: number, wanted: number, unit: string, expected: Expected): void {
  if (there === wanted) return;
  const { type, shape, what, fileName } = expected;
  throw new FormatError(fileName, {
    happened: `${what} (${type} ${formatShape(shape)}) holds ${there} ${unit}`,
    expected: `${wanted} ${unit}`,
    mend: 'the file is damaged; download or export it again',
  });
}

function fromRaw(raw: Uint8Array, expected: Expected): HostArray {
  const { type, shape } = expected;
  const size = sizeOf(shape);
  requireCount(raw.length, rawBytes(type, size), 'bytes', expected);
  return valuesFromRaw(type, alignedCopy(raw), size);
}

function fromLists(lists: StoredLists, expected: Expected): HostArray {
  const { type, shape } = expected;
  const size = sizeOf(shape);
  requireCount(listLength(type, lists), listEntries(type, size), 'values', expected);
  return valuesFromLists(type, lists, size);
}

/** Notes where the values are; a number that is no whole one of zero or more is an error. */
function pendingTensor(
  { name, place }: { readonly name: string; readonly place: ExternalPlace },
  expected: Expected,
  { pending }: TensorContext,
): NamedTensor {
  const { type, shape, what, fileName } = expected;
  if (!pending) {
    throw new FormatError(fileName, {
      happened: `the values of ${what} are in another file`,
      expected: 'them within the model file',
      mend: 'open the model by its path with openOnnx(), or save it without external data',
    });
  }
  const wanted = rawBytes(type, sizeOf(shape));
  const numberOf = (key: string, otherwise: number): number => {
    if (!Object.hasOwn(place, key)) return otherwise;
    const value = /^\d{1,15}$/.test(place[key]) ? Number(place[key]) : Number.NaN;
    if (value >= 0) return value;
    throw new FormatError(fileName, {
      happened: `the ${key} of ${what} in its file is ${JSON.stringify(place[key].slice(0, 40))}`,
      expected: 'a whole number of bytes',
      mend: 'the file is damaged; download or export it again',
    });
  };
  const length = numberOf('length', wanted);
  requireCount(length, wanted, 'bytes', expected);
  const location = Object.hasOwn(place, 'location') ? place.location : '';
  const tensor = { name, type, shape, data: new Uint8Array(0) as HostArray };
  pending.push({ tensor, what, location, offset: numberOf('offset', 0), length });
  return tensor;
}
