/** Writes small ONNX models and tensors for tests, field by field. */

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Codes of TensorProto.DataType. */
export const codes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  float8e4m3fn: 17,
  uint4: 21,
  int4: 22,
} as const;

export type TypeName = keyof typeof codes;

export interface TensorToWrite {
  readonly name?: string;
  readonly type?: TypeName;
  readonly dims: readonly number[];
  /** Bytes as they are; otherwise `values` go into the field of the type. */
  readonly raw?: Uint8Array;
  readonly values?: readonly number[];
  /** Each value in a field of its own, as old writers do. */
  readonly unpacked?: boolean;
  /** Where the values are instead: location, offset and length as texts. */
  readonly external?: Readonly<Record<string, string>>;
}

export type AttributeToWrite =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly strings: readonly string[] }
  | { readonly tensor: TensorToWrite }
  | { readonly graph: GraphToWrite }
  /** In a function: the attribute of its call with this name. */
  | { readonly reference: string };

export interface NodeToWrite {
  readonly name?: string;
  readonly operator: string;
  readonly domain?: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeToWrite>>;
}

/** Element type and extents; a text is an open extent. */
export type TypeToWrite = readonly [TypeName, ...(number | string)[]];

export interface GraphToWrite {
  readonly nodes: readonly NodeToWrite[];
  readonly inputs?: Readonly<Record<string, TypeToWrite>>;
  readonly initializers?: readonly TensorToWrite[];
  /** Names, or types by name. */
  readonly outputs?: readonly string[] | Readonly<Record<string, TypeToWrite>>;
}

export interface FunctionToWrite {
  readonly name: string;
  readonly domain: string;
  readonly opset?: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeToWrite[];
  readonly defaults?: Readonly<Record<string, AttributeToWrite>>;
}

export interface ModelToWrite extends GraphToWrite {
  readonly opset?: number;
  readonly functions?: readonly FunctionToWrite[];
}

const message = (write: (writer: BinaryWriter) => void): Uint8Array<ArrayBuffer> => {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
};

const field = (writer: BinaryWriter, number: number): BinaryWriter =>
  writer.tag(number, WireType.LengthDelimited);

const number = (writer: BinaryWriter, at: number, value: number): BinaryWriter =>
  writer.tag(at, WireType.Varint).int64(value);

type Put = (writer: BinaryWriter, value: number) => void;
const putInt: Put = (writer, value) => writer.int64(BigInt(Math.trunc(value)).toString());

/** The field for values that are not raw: its number, wire type and how one is put. */
function listOf(type: TypeName): readonly [number, WireType, Put] {
  if (type === 'float32') return [4, WireType.Bit32, (writer, value) => writer.float(value)];
  if (type === 'float64') return [10, WireType.Bit64, (writer, value) => writer.double(value)];
  if (type === 'int64') return [7, WireType.Varint, putInt];
  if (type === 'uint32' || type === 'uint64') return [11, WireType.Varint, putInt];
  return [5, WireType.Varint, putInt];
}

/** The bytes of a TensorProto. */
export const writeTensor = ({
  name = '',
  type = 'float32',
  dims,
  raw,
  values = [],
  unpacked = false,
  external,
}: TensorToWrite): Uint8Array<ArrayBuffer> =>
  message((writer) => {
    for (const extent of dims) number(writer, 1, extent);
    number(writer, 2, codes[type]);
    if (name !== '') field(writer, 8).string(name);
    if (raw) field(writer, 9).bytes(raw);
    for (const [key, value] of Object.entries(external ?? {})) {
      field(writer, 13).bytes(
        message((pair) => field(field(pair, 1).string(key), 2).string(value)),
      );
    }
    if (external) number(writer, 14, 1);
    const [at, wire, put] = listOf(type);
    if (unpacked) for (const value of values) put(writer.tag(at, wire), value);
    else if (values.length > 0) {
      const packed = message((list) => {
        for (const value of values) put(list, value);
      });
      field(writer, at).bytes(packed);
    }
  });

function writeAttribute(name: string, attribute: AttributeToWrite): Uint8Array {
  return message((writer) => {
    field(writer, 1).string(name);
    if ('int' in attribute) {
      number(writer, 3, attribute.int);
      number(writer, 20, 2);
    } else if ('ints' in attribute) {
      for (const value of attribute.ints) number(writer, 8, value);
      number(writer, 20, 7);
    } else if ('float' in attribute) {
      writer.tag(2, WireType.Bit32).float(attribute.float);
      number(writer, 20, 1);
    } else if ('floats' in attribute) {
      for (const value of attribute.floats) writer.tag(7, WireType.Bit32).float(value);
      number(writer, 20, 6);
    } else if ('string' in attribute) {
      field(writer, 4).string(attribute.string);
      number(writer, 20, 3);
    } else if ('strings' in attribute) {
      for (const value of attribute.strings) field(writer, 9).string(value);
      number(writer, 20, 8);
    } else if ('tensor' in attribute) {
      field(writer, 5).bytes(writeTensor(attribute.tensor));
      number(writer, 20, 4);
    } else if ('graph' in attribute) {
      field(writer, 6).bytes(writeGraph(attribute.graph));
      number(writer, 20, 5);
    } else field(writer, 21).string(attribute.reference);
  });
}

const writeNode = ({
  name,
  operator,
  domain,
  inputs = ['x'],
  outputs = ['y'],
  attributes = {},
}: NodeToWrite): Uint8Array =>
  message((writer) => {
    for (const input of inputs) field(writer, 1).string(input);
    for (const output of outputs) field(writer, 2).string(output);
    if (name) field(writer, 3).string(name);
    field(writer, 4).string(operator);
    for (const [key, attribute] of Object.entries(attributes)) {
      field(writer, 5).bytes(writeAttribute(key, attribute));
    }
    if (domain) field(writer, 7).string(domain);
  });

function writeValueInfo(name: string, type?: readonly [TypeName, ...(number | string)[]]) {
  return message((writer) => {
    field(writer, 1).string(name);
    if (!type) return;
    const [element, ...extents] = type;
    const shape = message((dims) => {
      for (const extent of extents) {
        const dim = message((one) => {
          if (typeof extent === 'number') number(one, 1, extent);
          else field(one, 2).string(extent);
        });
        field(dims, 1).bytes(dim);
      }
    });
    const tensorType = message((part) => {
      field(number(part, 1, codes[element]), 2).bytes(shape);
    });
    field(writer, 2).bytes(message((part) => field(part, 1).bytes(tensorType)));
  });
}

const writeGraph = ({
  nodes,
  inputs = {},
  initializers = [],
  outputs = ['y'],
}: GraphToWrite): Uint8Array =>
  message((writer) => {
    for (const node of nodes) field(writer, 1).bytes(writeNode(node));
    field(writer, 2).string('graph');
    for (const tensor of initializers) field(writer, 5).bytes(writeTensor(tensor));
    for (const [name, type] of Object.entries(inputs)) {
      field(writer, 11).bytes(writeValueInfo(name, type));
    }
    const typed: readonly (readonly [string, TypeToWrite?])[] = Array.isArray(outputs)
      ? outputs.map((name: string) => [name] as const)
      : Object.entries(outputs as Readonly<Record<string, TypeToWrite>>);
    for (const [name, type] of typed) field(writer, 12).bytes(writeValueInfo(name, type));
  });

const opsetOf = (version: number, domain = ''): Uint8Array =>
  message((set) => number(domain === '' ? set : field(set, 1).string(domain), 2, version));

const writeFunction = ({
  name,
  domain,
  opset,
  inputs,
  outputs,
  nodes,
  defaults = {},
}: FunctionToWrite): Uint8Array =>
  message((writer) => {
    field(writer, 1).string(name);
    for (const input of inputs) field(writer, 4).string(input);
    for (const output of outputs) field(writer, 5).string(output);
    for (const node of nodes) field(writer, 7).bytes(writeNode(node));
    if (opset !== undefined) field(writer, 9).bytes(opsetOf(opset));
    // Functions may call others of their domain.
    field(writer, 9).bytes(opsetOf(1, domain));
    field(writer, 10).string(domain);
    for (const [key, attribute] of Object.entries(defaults)) {
      field(writer, 11).bytes(writeAttribute(key, attribute));
    }
  });

/** The bytes of a ModelProto; by default in operator set 21 with the input x and the output y. */
export function writeModel({
  opset = 21,
  functions = [],
  inputs = { x: ['float32', 'n'] },
  ...graph
}: ModelToWrite): Uint8Array<ArrayBuffer> {
  return message((writer) => {
    number(writer, 1, 8);
    field(writer, 2).string('tests');
    field(writer, 7).bytes(writeGraph({ ...graph, inputs }));
    field(writer, 8).bytes(opsetOf(opset));
    for (const domain of new Set(functions.map((one) => one.domain))) {
      field(writer, 8).bytes(opsetOf(1, domain));
    }
    for (const one of functions) field(writer, 25).bytes(writeFunction(one));
  });
}
