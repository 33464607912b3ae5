/** Reads ONNX's GraphProto and NodeProto: nodes with their attributes, initialisers, inputs, outputs. */

import { FormatError } from '../format-error.js';
import type { Attribute } from './attributes.js';
import { normalDomain, type OnnxGraph, type OnnxNode, type ValueInfo } from './model-parts.js';
import { bytes, float, int32, int64, type Place, readMessage, text } from './protobuf.js';
import { type NamedTensor, readTensor, type TensorContext } from './read-tensor.js';
import type { TensorData } from './tensor-data.js';

/** What reading a graph needs to know. */
export interface GraphContext extends TensorContext {
  /** Versions of operator sets by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  /** In how many graphs it is nested. */
  readonly depth: number;
}

/** Deeper than any exporter nests; a file that goes on is made to exhaust the reader. */
const deepest = 32;

/** The graph in the bytes of a GraphProto. */
export function readGraph(message: Uint8Array, context: GraphContext): OnnxGraph {
  const { fileName } = context;
  if (context.depth > deepest) {
    throw new FormatError(fileName, {
      happened: `graphs are nested more than ${deepest} deep`,
      expected: 'fewer',
      mend: 'the file is damaged; download or export it again',
    });
  }
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, TensorData>();
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  let isSparse = false;
  readMessage(
    message,
    {
      1: bytes((value) => nodes.push(readNode(value, nodes.length, context))),
      5: bytes((value) => {
        const tensor = readTensor(value, context);
        initializers.set(tensor.name, tensor);
      }),
      11: bytes((value) => inputs.push(readValueInfo(value, fileName))),
      12: bytes((value) => outputs.push(readValueInfo(value, fileName))),
      15: bytes(() => {
        isSparse = true;
      }),
    },
    { fileName, what: 'the graph' },
  );
  if (isSparse) {
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

/** The node in the bytes of a NodeProto; `number` names it in messages. */
export function readNode(message: Uint8Array, number: number, context: GraphContext): OnnxNode {
  const node = { name: '', operator: '', domain: '', overload: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  const place = { fileName: context.fileName, what: `node ${number}` };
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
        const [name, attribute] = readAttribute(value, place, context);
        attributes.set(name, attribute);
      }),
      7: text((value) => {
        node.domain = normalDomain(value);
      }),
      8: text((value) => {
        node.overload = value;
      }),
    },
    place,
  );
  const version = context.opsets.get(node.domain);
  return { ...node, name: node.name || (outputs[0] ?? ''), version, inputs, outputs, attributes };
}

/** What an attribute holds, by kind; files of old versions do not say which. */
interface Held {
  type: number;
  float: number | null;
  int: number | null;
  string: string | null;
  tensor: NamedTensor | null;
  graph: OnnxGraph | null;
  reference: string;
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
  5: ({ graph }) => (graph ? { kind: 'graph', value: graph } : { kind: 'list', value: null }),
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
  if (graph !== null) return 5;
  if (floats.length > 0) return 6;
  if (ints.length > 0) return 7;
  return strings.length > 0 ? 8 : 0;
}

/** The name and value in the bytes of an AttributeProto. */
export function readAttribute(
  message: Uint8Array,
  { fileName, what }: Place,
  context: GraphContext,
): [string, Attribute] {
  let name = '';
  const held: Held = {
    type: 0,
    float: null,
    int: null,
    string: null,
    tensor: null,
    graph: null,
    reference: '',
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
        held.tensor = readTensor(value, context);
      }),
      6: bytes((value) => {
        held.graph = readGraph(value, { ...context, depth: context.depth + 1 });
      }),
      7: float((value) => held.floats.push(value)),
      8: int64((value) => held.ints.push(Number(value))),
      9: text((value) => held.strings.push(value)),
      20: int32((value) => {
        held.type = value;
      }),
      21: text((value) => {
        held.reference = value;
      }),
    },
    { fileName, what: `an attribute of ${what}` },
  );
  if (held.reference !== '') return [name, { kind: 'reference', value: held.reference }];
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
