/** Replaces the calls of functions that a model defines by the functions' nodes, so that operators remain. */

import { FormatError } from '../format-error.js';
import type { Attribute } from './attributes.js';
import type { OnnxGraph, OnnxNode } from './model-parts.js';
import type { OnnxFunction } from './read-function.js';

/** More than any network has; a file that calls functions from functions could ask for any number. */
const mostNodes = 200_000;

interface Inlining {
  readonly functions: ReadonlyMap<string, OnnxFunction>;
  readonly fileName: string;
  /** How many nodes there are so far, and how many calls. */
  readonly counts: { nodes: number; calls: number };
}

/** What a function's names stand for at one call. */
interface Call {
  /** The name outside of each value of the function. */
  readonly valueName: (name: string) => string;
  /** The value of an attribute that the function refers to; undefined when neither call nor default has it. */
  readonly attribute: (name: string) => Attribute | undefined;
  /** In front of the names of nodes. */
  readonly prefix: string;
  /** The functions that are being expanded. */
  readonly within: readonly OnnxFunction[];
}

const keyOf = (domain: string, name: string, overload = ''): string =>
  [domain, name, overload].join('\n');

/** The graph without calls of `functions`. Throws FormatError when they call themselves. */
export function inlineFunctions(
  graph: OnnxGraph,
  functions: readonly OnnxFunction[],
  fileName: string,
): OnnxGraph {
  if (functions.length === 0) return graph;
  const inlining = {
    functions: new Map(functions.map((f) => [keyOf(f.domain, f.name, f.overload), f])),
    fileName,
    counts: { nodes: 0, calls: 0 },
  };
  const top = { valueName: same, attribute: () => undefined, prefix: '', within: [] };
  return inGraph(graph, top, inlining);
}

const same = (name: string): string => name;

/** Names in the body of an operator are those of the function around it. */
function inGraph(graph: OnnxGraph, call: Call, inlining: Inlining): OnnxGraph {
  const renamed = <Named extends { readonly name: string }>(given: Named): Named => ({
    ...given,
    name: call.valueName(given.name),
  });
  return {
    nodes: graph.nodes.flatMap((node) => expanded(node, call, inlining)),
    initializers: new Map(
      [...graph.initializers].map(([name, data]) => [call.valueName(name), data]),
    ),
    inputs: graph.inputs.map(renamed),
    outputs: graph.outputs.map(renamed),
  };
}

function expanded(node: OnnxNode, call: Call, inlining: Inlining): readonly OnnxNode[] {
  const { counts, fileName } = inlining;
  if (++counts.nodes > mostNodes) {
    throw new FormatError(fileName, {
      happened: `its functions expand to more than ${mostNodes} nodes`,
      expected: 'fewer',
      mend: 'export the model without functions',
    });
  }
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    const found = attribute.kind === 'reference' ? call.attribute(attribute.value) : attribute;
    if (found === undefined) continue;
    if (found.kind !== 'graph') attributes.set(name, found);
    else attributes.set(name, { kind: 'graph', value: inGraph(found.value, call, inlining) });
  }
  const outer: OnnxNode = {
    ...node,
    name: call.prefix + node.name,
    inputs: node.inputs.map(call.valueName),
    outputs: node.outputs.map(call.valueName),
    attributes,
  };
  const called = inlining.functions.get(keyOf(node.domain, node.operator, node.overload));
  return called ? inline(outer, called, call, inlining) : [outer];
}

function inline(
  node: OnnxNode,
  called: OnnxFunction,
  { within }: Call,
  inlining: Inlining,
): readonly OnnxNode[] {
  if (within.includes(called)) {
    throw new FormatError(inlining.fileName, {
      happened: `the function ${called.name} calls itself`,
      expected: 'functions that end',
      mend: 'the file is damaged; export it again',
    });
  }
  const prefix = `${node.name}/`;
  // Values within must not meet those of another call, whatever the names of its nodes.
  const values = `${prefix}${inlining.counts.calls++}/`;
  const names = new Map([['', '']]);
  called.inputs.forEach((name, i) => {
    names.set(name, node.inputs[i] ?? '');
  });
  called.outputs.forEach((name, i) => {
    if (node.outputs[i]) names.set(name, node.outputs[i]);
  });
  const inner: Call = {
    valueName: (name) => names.get(name) ?? values + name,
    attribute: (name) => node.attributes.get(name) ?? called.defaults.get(name),
    prefix,
    within: [...within, called],
  };
  return called.nodes.flatMap((one) => expanded(one, inner, inlining));
}
