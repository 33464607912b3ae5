/** Reads protobuf messages field by field; what is wrong becomes an error that names the message. */

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { FormatError } from '../format-error.js';

/** Takes one occurrence of a field; repeated fields come one by one. */
export interface Field {
  readonly wire: WireType;
  /** Whether numbers may also come packed, many in one field. */
  readonly packed?: boolean;
  readonly take: (reader: BinaryReader) => void;
  /** Takes the bytes of packed numbers at once, where there may be millions. */
  readonly takePacked?: (bytes: Uint8Array) => void;
}

/** What is being read, for messages. */
export interface Place {
  readonly fileName: string;
  /** Such as `tensor 'weight'` or `the graph`. */
  readonly what: string;
  /** How to mend the file; default: what helps with ONNX files. */
  readonly mend?: string;
}

const mendOnnx = 'it is cut off, damaged or no ONNX file; download or export it again';

/** Reads the fields of one message by number; the others are skipped. */
export function readMessage(
  bytes: Uint8Array,
  fields: Readonly<Record<number, Field>>,
  { fileName, what, mend = mendOnnx }: Place,
): void {
  const reader = new BinaryReader(bytes);
  try {
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag();
      const field = Object.hasOwn(fields, number) ? fields[number] : undefined;
      if (field === undefined) reader.skip(wire, number);
      else if (wire === field.wire) field.take(reader);
      else if (field.packed && wire === WireType.LengthDelimited) takePackedNumbers(reader, field);
      else {
        throw new FormatError(fileName, {
          happened: `field ${number} of ${what} has wire type ${wire}`,
          expected: `wire type ${field.wire}`,
          mend,
        });
      }
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const happened = `byte ${reader.pos} of ${reader.len} of ${what} cannot be read (${reason})`;
    throw new FormatError(fileName, { happened, expected: 'a protobuf message', mend }, error);
  }
}

function takePackedNumbers(reader: BinaryReader, { take, takePacked }: Field): void {
  const packed = reader.bytes();
  if (takePacked) {
    takePacked(packed);
    return;
  }
  const part = new BinaryReader(packed);
  while (part.pos < part.len) take(part);
}

/** A number, that can be repeated by `take` adding to a list. */
export const int64 = (take: (value: bigint) => void): Field => ({
  wire: WireType.Varint,
  packed: true,
  take: (reader) => take(BigInt(reader.int64())),
});

export const uint64 = (take: (value: bigint) => void): Field => ({
  wire: WireType.Varint,
  packed: true,
  take: (reader) => take(BigInt(reader.uint64())),
});

export const int32 = (take: (value: number) => void): Field => ({
  wire: WireType.Varint,
  packed: true,
  take: (reader) => take(reader.int32()),
});

export const float = (take: (value: number) => void): Field => ({
  wire: WireType.Bit32,
  packed: true,
  take: (reader) => take(reader.float()),
});

export const double = (take: (value: number) => void): Field => ({
  wire: WireType.Bit64,
  packed: true,
  take: (reader) => take(reader.double()),
});

export const text = (take: (value: string) => void): Field => ({
  wire: WireType.LengthDelimited,
  take: (reader) => take(reader.string()),
});

/** Bytes or the bytes of a message, as a view into the file. */
export const bytes = (take: (value: Uint8Array) => void): Field => ({
  wire: WireType.LengthDelimited,
  take: (reader) => take(reader.bytes()),
});
