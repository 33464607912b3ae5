/** Reads ONNX's ModelProto: the graph with its nodes, initialisers, inputs and outputs. */

import { FormatError } from '../format-error.js';
import type { Attribute } from './attributes.js';
import { bytes, float, int32, int64, type Place, readMessage, text } from './protobuf.js';
import { type NamedTensor, readOnnxTensor } from './read-tensor.js';
import type { TensorData } from './tensor-data.js';

/** A graph input or output. */
export interface ValueInfo {
  readonly name: string;
  /** Of TensorProto.DataType; null when it is no tensor. */
  readonly typeCode: number | null;
  /** Extents, or names of extents that are open; null when even the rank is open. */
  readonly shape: readonly (number | string)[] | null;
}

export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  /** Names of values; empty where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A model as its file has it. */
export interface OnnxFile {
  readonly fileName: string;
  readonly producer: string;
  /** Versions of operator sets by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, TensorData>;
  /** Inputs of the graph, without those that only name an initialiser. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

/**
 * The model in the bytes of an ONNX file; `fileName` is only for messages.
 *
 * @throws {FormatError} when the bytes are damaged, no model, or hold tensors of other types.
 * @example
 * const { nodes } = readOnnx(await readFile('model.onnx'), 'model.onnx');
 */
export function readOnnx(file: Uint8Array, fileName: string): OnnxFile {
  let graph: Uint8Array | null = null;
  let producer = '';
  const opsets = new Map<string, number>();
  const place = { fileName, what: 'the model' };
  readMessage(
    file,
    {
      2: text((value) => {
        producer = value;
      }),
      7: bytes((value) => {
        graph = value;
      }),
      8: bytes((value) => {
        const { domain, version } = readOpset(value, place);
        opsets.set(domain, version);
      }),
    },
    place,
  );
  if (graph === null || opsets.size === 0) {
    throw new FormatError(fileName, {
      happened: graph === null ? 'the file has no graph' : 'the file names no operator set',
      expected: 'an ONNX model with a graph and the version of its operators',
      mend: 'it is cut off or no ONNX model; download or export it again',
    });
  }
  return { fileName, producer, opsets, ...readGraph(graph, fileName) };
}

function readOpset(message: Uint8Array, place: Place): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  const fields = {
    1: text((value) => {
      domain = normalDomain(value);
    }),
    2: int64((value) => {
      version = Number(value);
    }),
  };
  readMessage(message, fields, { ...place, what: 'an operator set' });
  return { domain, version };
}

/** The default domain has two names. */
const normalDomain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

type Graph = Pick<OnnxFile, 'nodes' | 'initializers' | 'inputs' | 'outputs'>;

function readGraph(message: Uint8Array, fileName: string): Graph {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, TensorData>();
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  let sparse = false;
  readMessage(
    message,
    {
      1: bytes((value) => nodes.push(readNode(value, nodes.length, fileName))),
      5: bytes((value) => {
        const tensor = readOnnxTensor(value, fileName);
        initializers.set(tensor.name, tensor);
      }),
      11: bytes((value) => inputs.push(readValueInfo(value, fileName))),
      12: bytes((value) => outputs.push(readValueInfo(value, fileName))),
      15: bytes(() => {
        sparse = true;
      }),
    },
    { fileName, what: 'the graph' },
  );
  if (sparse) {
    throw new FormatError(fileName, {
      happened: 'the graph has sparse initialisers',
      expected: 'dense ones',
      mend: 'export the model with dense weights',
    });
  }
  // Old files list every initialiser among the inputs too.
  const open = inputs.filter(({ name }) => !initializers.has(name));
  return { nodes, initializers, inputs: open, outputs };
}

function readNode(message: Uint8Array, number: number, fileName: string): OnnxNode {
  const node = { name: '', operator: '', domain: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  const place = { fileName, what: `node ${number}` };
  readMessage(
    message,
    {
      1: text((value) => inputs.push(value)),
      2: text((value) => outputs.push(value)),
      3: text((value) => {
        node.name = value;
      }),
      4: text((value) => {
        node.operator = value;
      }),
      5: bytes((value) => {
        const [name, attribute] = readAttribute(value, place);
        attributes.set(name, attribute);
      }),
      7: text((value) => {
        node.domain = normalDomain(value);
      }),
    },
    place,
  );
  return { ...node, name: node.name || (outputs[0] ?? ''), inputs, outputs, attributes };
}

/** What an attribute holds, by kind; files of old versions do not say which. */
interface Held {
  type: number;
  float: number | null;
  int: number | null;
  string: string | null;
  tensor: NamedTensor | null;
  graph: boolean;
  readonly floats: number[];
  readonly ints: number[];
  readonly strings: string[];
}

/** AttributeProto.AttributeType to what an operator reads. */
const kinds: Readonly<Record<number, (held: Held) => Attribute>> = {
  1: ({ float }) => ({ kind: 'float', value: float ?? 0 }),
  2: ({ int }) => ({ kind: 'int', value: int ?? 0 }),
  3: ({ string }) => ({ kind: 'string', value: string ?? '' }),
  4: ({ tensor }) => (tensor ? { kind: 'tensor', value: tensor } : { kind: 'list', value: null }),
  5: () => ({ kind: 'graph', value: null }),
  6: ({ floats }) => ({ kind: 'floats', value: floats }),
  7: ({ ints }) => ({ kind: 'ints', value: ints }),
  8: ({ strings }) => ({ kind: 'strings', value: strings }),
  11: () => ({ kind: 'sparse tensor', value: null }),
  13: () => ({ kind: 'type', value: null }),
};

function typeOf({ type, float, int, string, tensor, graph, floats, ints, strings }: Held): number {
  if (type !== 0) return type;
  if (float !== null) return 1;
  if (int !== null) return 2;
  if (string !== null) return 3;
  if (tensor !== null) return 4;
  if (graph) return 5;
  if (floats.length > 0) return 6;
  if (ints.length > 0) return 7;
  return strings.length > 0 ? 8 : 0;
}

function readAttribute(message: Uint8Array, { fileName, what }: Place): [string, Attribute] {
  let name = '';
  const held: Held = {
    type: 0,
    float: null,
    int: null,
    string: null,
    tensor: null,
    graph: false,
    floats: [],
    ints: [],
    strings: [],
  };
  readMessage(
    message,
    {
      1: text((value) => {
        name = value;
      }),
      2: float((value) => {
        held.float = value;
      }),
      3: int64((value) => {
        held.int = Number(value);
      }),
      4: text((value) => {
        held.string = value;
      }),
      5: bytes((value) => {
        held.tensor = readOnnxTensor(value, fileName);
      }),
      6: bytes(() => {
        held.graph = true;
      }),
      7: float((value) => held.floats.push(value)),
      8: int64((value) => held.ints.push(Number(value))),
      9: text((value) => held.strings.push(value)),
      20: int32((value) => {
        held.type = value;
      }),
    },
    { fileName, what: `an attribute of ${what}` },
  );
  const make = kinds[typeOf(held)];
  return [name, make ? make(held) : { kind: 'list', value: null }];
}

function readValueInfo(message: Uint8Array, fileName: string): ValueInfo {
  let name = '';
  let typeCode: number | null = null;
  let shape: (number | string)[] | null = null;
  const place = { fileName, what: 'an input or output' };
  const dimension = (value: Uint8Array): number | string => {
    let extent: number | string = '';
    const fields = {
      1: int64((known) => {
        extent = Number(known);
      }),
      2: text((open) => {
        extent = open;
      }),
    };
    readMessage(value, fields, place);
    return extent;
  };
  const shapeFields = (list: (number | string)[]) => ({
    1: bytes((value) => list.push(dimension(value))),
  });
  const tensorFields = {
    1: int32((value) => {
      typeCode = value;
    }),
    2: bytes((value) => {
      shape = [];
      readMessage(value, shapeFields(shape), place);
    }),
  };
  const typeFields = { 1: bytes((value) => readMessage(value, tensorFields, place)) };
  const fields = {
    1: text((value) => {
      name = value;
    }),
    2: bytes((value) => readMessage(value, typeFields, place)),
  };
  readMessage(message, fields, place);
  return { name, typeCode, shape };
}
