/** Reads ONNX's TensorProto: dimensions, element type and values, packed, unpacked or raw. */

import { formatShape, type Shape, sizeOf } from '../../graph/shape.js';
import { FormatError } from '../format-error.js';
import { fromBrainHalf, fromHalf } from '../half-floats.js';
import { type ElementType, elementTypeOf, elementTypes, nameOfCode } from './element-type.js';
import { bytes, double, float, int32, int64, readMessage, text, uint64 } from './protobuf.js';
import type { HostArray, TensorData } from './tensor-data.js';

/** A tensor of a file with its name, which may be empty. */
export interface NamedTensor extends TensorData {
  readonly name: string;
}

/** The fields that hold values; which one is used depends on the element type. */
interface Stored {
  readonly floats: number[];
  readonly doubles: number[];
  readonly int32s: number[];
  readonly int64s: bigint[];
  readonly uint64s: bigint[];
  raw: Uint8Array | null;
}

type StoredList = Exclude<keyof Stored, 'raw'>;

interface Storage {
  /** The field for values that are not raw. */
  readonly list: StoredList;
  readonly fromRaw: (buffer: ArrayBuffer) => HostArray;
  readonly fromList: (values: readonly number[] & readonly bigint[]) => HostArray;
}

const storage: Readonly<Record<ElementType, Storage>> = {
  float32: {
    list: 'floats',
    fromRaw: (buffer) => new Float32Array(buffer),
    fromList: (values) => Float32Array.from(values),
  },
  float64: {
    list: 'doubles',
    fromRaw: (buffer) => new Float64Array(buffer),
    fromList: (values) => Float64Array.from(values),
  },
  float16: {
    list: 'int32s',
    fromRaw: (buffer) => fromHalf(new Uint16Array(buffer)),
    fromList: (values) => fromHalf(Uint16Array.from(values)),
  },
  bfloat16: {
    list: 'int32s',
    fromRaw: (buffer) => fromBrainHalf(new Uint16Array(buffer)),
    fromList: (values) => fromBrainHalf(Uint16Array.from(values)),
  },
  int8: {
    list: 'int32s',
    fromRaw: (buffer) => new Int8Array(buffer),
    fromList: (values) => Int8Array.from(values),
  },
  int16: {
    list: 'int32s',
    fromRaw: (buffer) => new Int16Array(buffer),
    fromList: (values) => Int16Array.from(values),
  },
  int32: {
    list: 'int32s',
    fromRaw: (buffer) => new Int32Array(buffer),
    fromList: (values) => Int32Array.from(values),
  },
  int64: {
    list: 'int64s',
    fromRaw: (buffer) => new BigInt64Array(buffer),
    fromList: (values) => BigInt64Array.from(values),
  },
  uint8: {
    list: 'int32s',
    fromRaw: (buffer) => new Uint8Array(buffer),
    fromList: (values) => Uint8Array.from(values),
  },
  uint16: {
    list: 'int32s',
    fromRaw: (buffer) => new Uint16Array(buffer),
    fromList: (values) => Uint16Array.from(values),
  },
  uint32: {
    list: 'uint64s',
    fromRaw: (buffer) => new Uint32Array(buffer),
    fromList: (values) => Uint32Array.from(values as readonly bigint[], Number),
  },
  uint64: {
    list: 'uint64s',
    fromRaw: (buffer) => new BigUint64Array(buffer),
    fromList: (values) => BigUint64Array.from(values),
  },
  bool: {
    list: 'int32s',
    fromRaw: (buffer) => new Uint8Array(buffer).map((value) => (value === 0 ? 0 : 1)),
    fromList: (values) => Uint8Array.from(values as readonly number[], (value) => (value ? 1 : 0)),
  },
};

/**
 * The tensor in the bytes of a TensorProto.
 *
 * @throws {FormatError} when the bytes are damaged, the values do not fill the dimensions, the type
 * cannot be computed with, or the values are in another file.
 */
export function readOnnxTensor(message: Uint8Array, fileName: string): NamedTensor {
  let name = '';
  let code = 0;
  let external = false;
  let segmented = false;
  let strings = 0;
  const dims: bigint[] = [];
  const stored: Stored = {
    floats: [],
    doubles: [],
    int32s: [],
    int64s: [],
    uint64s: [],
    raw: null,
  };
  readMessage(
    message,
    {
      1: int64((value) => dims.push(value)),
      2: int32((value) => {
        code = value;
      }),
      3: bytes(() => {
        segmented = true;
      }),
      4: float((value) => stored.floats.push(value)),
      5: int32((value) => stored.int32s.push(value)),
      6: bytes(() => {
        strings++;
      }),
      7: int64((value) => stored.int64s.push(value)),
      8: text((value) => {
        name = value;
      }),
      9: bytes((value) => {
        stored.raw = value;
      }),
      10: double((value) => stored.doubles.push(value)),
      11: uint64((value) => stored.uint64s.push(value)),
      14: int32((value) => {
        external = value === 1;
      }),
    },
    { fileName, what: 'a tensor' },
  );
  const what = name === '' ? 'a tensor' : `tensor '${name}'`;
  if (external || segmented) {
    throw new FormatError(fileName, {
      happened: `the values of ${what} are ${external ? 'in another file' : 'in segments'}`,
      expected: 'them within the model file',
      mend: external ? 'save the model without external data' : 'save the model in one piece',
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
  return { name, type, shape, data: valuesOf(stored, { type, shape, what, fileName }) };
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

function valuesOf(stored: Stored, { type, shape, what, fileName }: Expected): HostArray {
  const { list, fromRaw, fromList } = storage[type];
  const size = sizeOf(shape);
  const values = stored[list];
  const { raw } = stored;
  const wanted = raw ? size * elementTypes[type].bytes : size;
  const there = raw ? raw.length : values.length;
  if (there !== wanted) {
    const unit = raw ? 'bytes' : 'values';
    throw new FormatError(fileName, {
      happened: `${what} (${type} ${formatShape(shape)}) holds ${there} ${unit}`,
      expected: `${wanted} ${unit}`,
      mend: 'the file is damaged; download or export it again',
    });
  }
  // NOTE: `new Uint8Array(view)` copies to offset 0, which typed arrays need.
  if (raw) return fromRaw(new Uint8Array(raw).buffer);
  return fromList(values as number[] & bigint[]);
}
