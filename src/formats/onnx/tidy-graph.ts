/** Prepares a graph to be run and trained: outputs that nobody reads, and parameters that were merged. */

import { isFloat } from './element-type.js';
import { graphsOf, type OnnxGraph, type OnnxNode } from './model-parts.js';
import type { TensorData } from './tensor-data.js';

/**
 * The graph with two changes that do not show in what it computes.
 *
 * Outputs that nobody reads lose their names, so that operators need not make them: exporters name running
 * statistics and masks that only training would want.
 *
 * Copies of initialisers by Identity become initialisers themselves: PyTorch's exporter merges parameters
 * of equal values, such as the scales of new normalisations, which training must tell apart again.
 */
export function tidyGraph(graph: OnnxGraph): OnnxGraph {
  const read = namesRead(graph);
  return unmerged(withoutUnread(graph, read));
}

/** Every name that a node or an output list reads, inside bodies too. */
function namesRead({ nodes, outputs }: OnnxGraph): Set<string> {
  const read = new Set(outputs.map(({ name }) => name));
  for (const node of nodes) {
    for (const name of node.inputs) read.add(name);
    for (const body of graphsOf(node)) for (const name of namesRead(body)) read.add(name);
  }
  return read;
}

const withoutUnread = (graph: OnnxGraph, read: ReadonlySet<string>): OnnxGraph => ({
  ...graph,
  nodes: graph.nodes.map(
    (node): OnnxNode => ({
      ...node,
      outputs: node.outputs.map((name) => (read.has(name) ? name : '')),
    }),
  ),
});

function unmerged(graph: OnnxGraph): OnnxGraph {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.filter(({ operator, domain, inputs, outputs }) => {
    const data = operator === 'Identity' && domain === '' ? initializers.get(inputs[0]) : undefined;
    if (!data || !isFloat(data.type) || !outputs[0]) return true;
    initializers.set(outputs[0], copied(data));
    return false;
  });
  return { ...graph, initializers, nodes };
}

const copied = (given: TensorData): TensorData => ({ ...given, data: given.data.slice() });
