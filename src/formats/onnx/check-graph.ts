/** Checks that the nodes of a graph fit together and that the importer has their operators. */

import { ValueError } from '../../graph/errors.js';
import { graphsOf, type OnnxFile, type OnnxGraph, withBodies } from './model-parts.js';
import { findOperator } from './operators/index.js';

/** A model uses operators that the importer does not have. */
export class UnsupportedOperatorError extends ValueError {
  override name = 'UnsupportedOperatorError';
  /** Their names, with the domain in front where it is not ONNX's own. */
  readonly operators: readonly string[];

  constructor(fileName: string, operators: ReadonlyMap<string, number | undefined>) {
    const names = [...operators].map(([operator, version]) =>
      version === undefined ? operator : `${operator} (version ${version})`,
    );
    super(
      `${fileName}: there is no importer for ${names.join(', ')}; ` +
        `export the model with other operators or an older operator set`,
    );
    this.operators = [...operators.keys()];
  }
}

/** Throws UnsupportedOperatorError, or ValueError when a node reads what no one makes. */
export function checkGraph(file: OnnxFile): void {
  const { fileName, opsets } = file;
  const nodes = withBodies(file).flatMap((graph) => graph.nodes);
  const missing = new Map<string, number | undefined>();
  for (const { operator, domain, version } of nodes) {
    if (domain === '' && findOperator(operator)) continue;
    missing.set(domain === '' ? operator : `${domain}.${operator}`, version);
  }
  if (missing.size > 0) throw new UnsupportedOperatorError(fileName, missing);
  if (nodes.length > 0 && !opsets.has('')) {
    throw new ValueError(
      `${fileName}: the model names no version of ONNX's own operators; export it again`,
    );
  }
  checkNames(file, fileName, new Set());
}

/** Throws ValueError unless every value is made once, and before it is read; `around` may be read as well. */
function checkNames(graph: OnnxGraph, fileName: string, around: ReadonlySet<string>): void {
  const made = new Set([...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)]);
  const require = (name: string, reader: string): void => {
    if (made.has(name) || around.has(name)) return;
    throw new ValueError(
      `${fileName}: ${reader} reads '${name}', which nothing before it makes; ` +
        `the file is damaged or its nodes are out of order; export it again`,
    );
  };
  for (const node of graph.nodes) {
    const { name, operator, inputs, outputs } = node;
    for (const input of inputs) if (input !== '') require(input, `node '${name}' (${operator})`);
    const bodies = graphsOf(node);
    if (bodies.length > 0) {
      const visible = new Set([...around, ...made]);
      for (const body of bodies) checkNames(body, fileName, visible);
    }
    for (const output of outputs) {
      if (output !== '' && made.has(output)) {
        throw new ValueError(
          `${fileName}: node '${name}' (${operator}) makes '${output}', which is there already; ` +
            `export the model again`,
        );
      }
      made.add(output);
    }
  }
  for (const { name } of graph.outputs) require(name, 'the output list');
}
