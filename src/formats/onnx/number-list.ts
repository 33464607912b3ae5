/** NumberList: the values of a repeated protobuf field, packed or one by one, in a typed array. */

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Field } from './protobuf.js';

type ListArray = Float32Array | Float64Array | Int32Array | BigInt64Array | BigUint64Array;
type Single = number | bigint;

/** How values of one protobuf type are read. */
export interface NumberKind<A extends ListArray> {
  readonly wire: WireType;
  readonly read: (reader: BinaryReader) => Single;
  readonly of: (values: readonly Single[]) => A;
  /** The numbers in packed bytes; throws RangeError when they end within one. */
  readonly unpack: (bytes: Uint8Array) => A;
}

/** A varint ends with the first byte below 128, so that its count is known before it is read. */
function unpackVarints<A extends Exclude<ListArray, Float32Array | Float64Array>>(
  make: (length: number) => A,
  read: (reader: BinaryReader) => Single,
): (bytes: Uint8Array) => A {
  return (bytes) => {
    let count = 0;
    for (const byte of bytes) if (byte < 0x80) count++;
    const values = make(count);
    const reader = new BinaryReader(bytes);
    // A last one that does not end is an error of the reader.
    for (let i = 0; reader.pos < reader.len; i++) values[i] = read(reader) as never;
    return values;
  };
}

/** Bytes from the beginning of a buffer of their own, which typed arrays need. */
export const alignedCopy = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const readInt32 = (reader: BinaryReader) => reader.int32();
const readInt64 = (reader: BinaryReader) => BigInt(reader.int64());
const readUint64 = (reader: BinaryReader) => BigInt(reader.uint64());

export const numberKinds = {
  float: {
    wire: WireType.Bit32,
    read: (reader) => reader.float(),
    of: (values) => Float32Array.from(values as number[]),
    unpack: (bytes) => new Float32Array(alignedCopy(bytes)),
  } satisfies NumberKind<Float32Array>,
  double: {
    wire: WireType.Bit64,
    read: (reader) => reader.double(),
    of: (values) => Float64Array.from(values as number[]),
    unpack: (bytes) => new Float64Array(alignedCopy(bytes)),
  } satisfies NumberKind<Float64Array>,
  int32: {
    wire: WireType.Varint,
    read: readInt32,
    of: (values) => Int32Array.from(values as number[]),
    unpack: unpackVarints((length) => new Int32Array(length), readInt32),
  } satisfies NumberKind<Int32Array>,
  int64: {
    wire: WireType.Varint,
    read: readInt64,
    of: (values) => BigInt64Array.from(values as bigint[]),
    unpack: unpackVarints((length) => new BigInt64Array(length), readInt64),
  } satisfies NumberKind<BigInt64Array>,
  uint64: {
    wire: WireType.Varint,
    read: readUint64,
    of: (values) => BigUint64Array.from(values as bigint[]),
    unpack: unpackVarints((length) => new BigUint64Array(length), readUint64),
  } satisfies NumberKind<BigUint64Array>,
};

/** Takes the occurrences of one field, in whatever mixture they come. */
export class NumberList<A extends ListArray> {
  readonly #kind: NumberKind<A>;
  readonly #parts: A[] = [];
  #singles: Single[] = [];

  constructor(kind: NumberKind<A>) {
    this.#kind = kind;
  }

  /** The field that fills the list. */
  get field(): Field {
    return {
      wire: this.#kind.wire,
      packed: true,
      take: (reader) => this.#singles.push(this.#kind.read(reader)),
      takePacked: (bytes) => {
        this.#endSingles();
        this.#parts.push(this.#kind.unpack(bytes));
      },
    };
  }

  /** All values in order; those of one packed field are not copied again. */
  values(): A {
    this.#endSingles();
    if (this.#parts.length === 1) return this.#parts[0];
    return this.#kind.of(this.#parts.flatMap((part) => Array.from<Single>(part)));
  }

  #endSingles(): void {
    if (this.#singles.length === 0) return;
    this.#parts.push(this.#kind.of(this.#singles));
    this.#singles = [];
  }
}
