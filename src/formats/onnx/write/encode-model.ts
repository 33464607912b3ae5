/** Encodes ONNX's ModelProto, piece by piece, so that no more than one tensor's bytes are made at a time. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { sizeOf } from '../../../graph/shape.js';
import { Variable } from '../../../graph/variable.js';
import type { Attribute } from '../attributes.js';
import { elementTypes } from '../element-type.js';
import type { OnnxNode, ValueInfo } from '../model-parts.js';
import type { GraphToWrite, InitializerToWrite } from './graph.js';
import { irVersionOf } from './operator-sets.js';

/** A piece of a file: bytes, or what makes so many bytes when their turn comes. */
export type Piece = Uint8Array | { readonly length: number; readonly make: () => Uint8Array };

/** Where tensors' values are when they are in a file of their own. */
export interface ExternalData {
  /** The file's name, beside the model. */
  readonly location: string;
  /** The first byte of each tensor; one that is not named keeps its values in the model. */
  readonly offsets: ReadonlyMap<InitializerToWrite, number>;
}

export const lengthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((total, { length }) => total + length, 0);

export const bytesOf = (piece: Piece): Uint8Array =>
  piece instanceof Uint8Array ? piece : piece.make();

/** How many bytes the values of a tensor take. */
export const byteLengthOf = ({ shape, type }: InitializerToWrite): number =>
  sizeOf(shape) * elementTypes[type].bytes;

/** The values of a tensor, little-endian as every machine that runs JavaScript engines has them. */
export function valueBytes({ values }: InitializerToWrite): Uint8Array {
  const data = values instanceof Variable ? values.data() : values;
  // Only the reference backend keeps float32 as float64.
  const stored =
    values instanceof Variable && data instanceof Float64Array ? Float32Array.from(data) : data;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** The pieces of the file, in order. */
export function encodeModel(graph: GraphToWrite, external?: ExternalData): Piece[] {
  const head = message((writer) => {
    number(writer, 1, irVersionOf(graph.opset));
    text(writer, 2, 'fovea');
  });
  const tail = message((writer) => {
    nested(writer, 8, (set) => {
      text(set, 1, '');
      number(set, 2, graph.opset);
    });
    putEntries(writer, 14, graph.metadata);
  });
  return [head, ...within(7, encodeGraph(graph, external)), tail];
}

function encodeGraph(graph: GraphToWrite, external: ExternalData | undefined): Piece[] {
  const head = message((writer) => {
    for (const node of graph.nodes) nested(writer, 1, (part) => putNode(part, node));
    text(writer, 2, graph.name);
  });
  const tensors = graph.initializers.flatMap((tensor) => within(5, encodeTensor(tensor, external)));
  const tail = message((writer) => {
    for (const [field, list] of [
      [11, graph.inputs],
      [12, graph.outputs],
      [13, graph.values],
    ] as const) {
      for (const info of list) nested(writer, field, (part) => putValueInfo(part, info));
    }
  });
  return [head, ...tensors, tail];
}

function encodeTensor(tensor: InitializerToWrite, external: ExternalData | undefined): Piece[] {
  const length = byteLengthOf(tensor);
  const offset = external?.offsets.get(tensor);
  const head = message((writer) => {
    for (const extent of tensor.shape) number(writer, 1, extent);
    number(writer, 2, elementTypes[tensor.type].code);
    text(writer, 8, tensor.name);
    if (external && offset !== undefined) {
      const { location } = external;
      putEntries(writer, 13, { location, offset: `${offset}`, length: `${length}` });
      number(writer, 14, 1);
    }
  });
  if (offset !== undefined) return [head];
  return [head, ...within(9, [{ length, make: () => valueBytes(tensor) }])];
}

function putNode(writer: BinaryWriter, { name, operator, inputs, outputs, attributes }: OnnxNode) {
  for (const input of inputs) text(writer, 1, input);
  for (const output of outputs) text(writer, 2, output);
  text(writer, 3, name);
  text(writer, 4, operator);
  for (const [key, attribute] of attributes) {
    nested(writer, 5, (part) => {
      text(part, 1, key);
      putAttribute(part, attribute);
    });
  }
}

/** Each kind of attribute by its number in AttributeProto.AttributeType. */
function putAttribute(writer: BinaryWriter, { kind, value }: Attribute): void {
  if (kind === 'float') {
    writer.tag(2, WireType.Bit32).float(value);
    number(writer, 20, 1);
  } else if (kind === 'int') {
    number(writer, 3, value);
    number(writer, 20, 2);
  } else if (kind === 'string') {
    text(writer, 4, value);
    number(writer, 20, 3);
  } else if (kind === 'ints') {
    for (const one of value) number(writer, 8, one);
    number(writer, 20, 7);
  } else throw new Error(`internal: an attribute of kind ${kind} is not written`);
}

function putValueInfo(writer: BinaryWriter, { name, typeCode, shape }: ValueInfo): void {
  text(writer, 1, name);
  nested(writer, 2, (type) =>
    nested(type, 1, (tensor) => {
      number(tensor, 1, typeCode ?? 0);
      nested(tensor, 2, (dims) => {
        for (const extent of shape ?? []) {
          nested(dims, 1, (dim) => {
            if (typeof extent === 'number') number(dim, 1, extent);
            // An extent without a name is open, and equal to no other.
            else if (extent !== '') text(dim, 2, extent);
          });
        }
      });
    }),
  );
}

/** Messages of a key and a value each. */
function putEntries(
  writer: BinaryWriter,
  field: number,
  entries: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(entries)) {
    nested(writer, field, (entry) => {
      text(entry, 1, key);
      text(entry, 2, value);
    });
  }
}

/** A field that holds a message of several pieces. */
function within(field: number, pieces: readonly Piece[]): Piece[] {
  const head = message((writer) => {
    writer.tag(field, WireType.LengthDelimited).uint32(lengthOf(pieces));
  });
  return [head, ...pieces];
}

function message(write: (writer: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}

function nested(writer: BinaryWriter, field: number, write: (part: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function number(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}
