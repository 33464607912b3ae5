/** Reads ONNX's FunctionProto: an operator that the file itself defines by other operators. */

import type { Attribute } from './attributes.js';
import { normalDomain, type OnnxNode } from './model-parts.js';
import { bytes, readMessage, text } from './protobuf.js';
import { type GraphContext, readAttribute, readNode } from './read-graph.js';
import { readOpset } from './read-opset.js';

export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  /** Which of several functions of one name; usually empty. */
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  /** Values of attributes that a call leaves out. */
  readonly defaults: ReadonlyMap<string, Attribute>;
}

/** The function in the bytes of a FunctionProto; what versions it does not name are the model's. */
export function readFunction(message: Uint8Array, context: GraphContext): OnnxFunction {
  const { fileName } = context;
  const said = { name: '', domain: '', overload: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: Uint8Array[] = [];
  const opsets = new Map(context.opsets);
  const defaults: Uint8Array[] = [];
  const place = { fileName, what: 'a function' };
  readMessage(
    message,
    {
      1: text((value) => {
        said.name = value;
      }),
      4: text((value) => inputs.push(value)),
      5: text((value) => outputs.push(value)),
      7: bytes((value) => nodes.push(value)),
      9: bytes((value) => {
        const { domain, version } = readOpset(value, place);
        opsets.set(domain, version);
      }),
      10: text((value) => {
        said.domain = normalDomain(value);
      }),
      11: bytes((value) => defaults.push(value)),
      13: text((value) => {
        said.overload = value;
      }),
    },
    place,
  );
  const within = { ...context, opsets };
  const what = `function ${said.name}`;
  return {
    ...said,
    inputs,
    outputs,
    nodes: nodes.map((node, i) => readNode(node, i, within)),
    defaults: new Map(
      defaults.map((attribute) => readAttribute(attribute, { fileName, what }, within)),
    ),
  };
}
