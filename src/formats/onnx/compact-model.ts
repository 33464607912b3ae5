/** Reads an ONNX file without the values of its large tensors: those are named by where they lie in the file. */

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { ByteSource } from '../byte-source.js';
import { FormatError } from '../format-error.js';

/** Which messages may hold large tensors, and in which fields. */
interface Holder {
  readonly what: string;
  readonly fields: Readonly<Record<number, () => Holder>>;
}

const tensor: Holder = { what: 'a tensor', fields: {} };
const attribute: Holder = { what: 'an attribute', fields: { 5: () => tensor, 6: () => graph } };
const node: Holder = { what: 'a node', fields: { 5: () => attribute } };
const graph: Holder = { what: 'a graph', fields: { 1: () => node, 5: () => tensor } };
const onnxFunction: Holder = { what: 'a function', fields: { 7: () => node } };
const model: Holder = { what: 'the model', fields: { 7: () => graph, 25: () => onnxFunction } };

/** What is shorter is read as it is. */
const small = 16 * 1024;
const windowSize = 256 * 1024;
const deepest = 100;

/** The fields of a TensorProto whose bytes are the values: raw_data, and packed float_data and double_data. */
const valueFields: readonly number[] = [9, 4, 10];

/**
 * The bytes of the model, in which every large tensor names its place in `source`, as tensors in external
 * files do, with an empty location.
 *
 * @throws {FormatError} when the file is cut off or no protobuf message.
 */
export async function compactModel(source: ByteSource): Promise<Uint8Array> {
  const reader = new SourceReader(source);
  return compacted(reader, { start: 0, end: source.size, depth: 0 }, model);
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

async function compacted(
  reader: SourceReader,
  { start, end, depth }: Range,
  holder: Holder,
): Promise<Uint8Array> {
  if (depth > deepest) throw reader.damaged(start, `${holder.what} is nested too deep`);
  const writer = new BinaryWriter();
  for (let at = start; at < end; ) {
    const field = await reader.field(at, end, holder.what);
    at = field.end;
    const length = field.end - field.start;
    const inner = Object.hasOwn(holder.fields, field.number)
      ? holder.fields[field.number]()
      : undefined;
    if (field.wire === WireType.LengthDelimited && inner && length > small) {
      const range = { start: field.start, end: field.end, depth: depth + 1 };
      const message = await compacted(reader, range, inner);
      writer.tag(field.number, WireType.LengthDelimited).bytes(message);
    } else if (
      field.wire === WireType.LengthDelimited &&
      holder === tensor &&
      valueFields.includes(field.number) &&
      length > small
    ) {
      writePlace(writer, field.start, length);
    } else writer.raw(await reader.read(field.tag, field.end - field.tag));
  }
  return writer.finish();
}

/** external_data and data_location of a TensorProto. */
function writePlace(writer: BinaryWriter, offset: number, length: number): void {
  const pairs = Object.entries({ location: '', offset: `${offset}`, length: `${length}` });
  for (const [key, value] of pairs) {
    const pair = new BinaryWriter()
      .tag(1, WireType.LengthDelimited)
      .string(key)
      .tag(2, WireType.LengthDelimited)
      .string(value);
    writer.tag(13, WireType.LengthDelimited).bytes(pair.finish());
  }
  writer.tag(14, WireType.Varint).int32(1);
}

interface FieldPlace {
  readonly number: number;
  readonly wire: WireType;
  /** Where the tag begins, where the value does, and where it ends. */
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** A tag and a length take no more than this. */
const longestHead = 20;

/** Reads a source from place to place, a window at a time. */
class SourceReader {
  readonly #source: ByteSource;
  #window = new Uint8Array(0);
  #start = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** A view or copy of bytes that lie within the file. */
  async read(at: number, length: number): Promise<Uint8Array> {
    if (length > windowSize) return this.#source.read(at, length);
    if (at < this.#start || at + length > this.#start + this.#window.length) {
      this.#start = at;
      this.#window = await this.#source.read(at, Math.min(windowSize, this.#source.size - at));
    }
    return this.#window.subarray(at - this.#start, at - this.#start + length);
  }

  /** The field at `at` of a message that goes to `end`. */
  async field(at: number, end: number, what: string): Promise<FieldPlace> {
    const head = await this.read(at, Math.min(longestHead, end - at));
    const reader = new BinaryReader(head);
    try {
      const [number, wire] = reader.tag();
      if (wire === WireType.LengthDelimited) {
        const length = reader.uint32();
        const start = at + reader.pos;
        if (start + length <= end) return { number, wire, tag: at, start, end: start + length };
        throw this.damaged(at, `${what} holds ${length} bytes of which ${end - start} are there`);
      }
      const start = at + reader.pos;
      reader.skip(wire, number);
      if (at + reader.pos <= end) return { number, wire, tag: at, start, end: at + reader.pos };
    } catch (error) {
      if (error instanceof FormatError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw this.damaged(at, `${what} cannot be read (${reason})`);
    }
    throw this.damaged(at, `${what} ends within a field`);
  }

  damaged(at: number, happened: string): FormatError {
    return new FormatError(this.#source.name, {
      happened: `byte ${at} of ${this.#source.size}: ${happened}`,
      expected: 'a protobuf message',
      mend: 'it is cut off, damaged or no ONNX file; download or export it again',
    });
  }
}
