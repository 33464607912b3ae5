/** Runs the nodes of a graph in order, each in the scope of its name. */

import { ValueError } from '../../graph/errors.js';
import type { Tensor } from '../../graph/tensor.js';
import { currentScope, withScope } from '../../graph/trace.js';
import { noteCall } from '../../nn/observed-calls.js';
import type { Generator } from '../../ops/random.js';
import { Attributes } from './attributes.js';
import type { OnnxGraph, OnnxNode } from './model-parts.js';
import { OperatorNode } from './operator.js';
import { findOperator } from './operators/index.js';
import { Scope } from './scope.js';
import { Value } from './value.js';

/** What is the same for all graphs of a model. */
export interface RunContext {
  /** Whether the model is in training mode; asking makes compiled functions depend on it. */
  readonly isTraining: () => boolean;
  /** Initialisers of each graph by name. */
  readonly initializers: ReadonlyMap<OnnxGraph, ReadonlyMap<string, Value>>;
  /** Where the random numbers of a node come from. */
  readonly generators: ReadonlyMap<OnnxNode, Generator>;
  /** How many graphs inside nodes have run so far. */
  readonly bodies: { count: number };
}

/** Each run of a body adds its nodes to what is computed; a loop that goes on for ever has to end. */
const mostBodies = 5_000;

/** The outputs of `graph`, in order; `scope` has its inputs and initialisers. */
export function runGraph(graph: OnnxGraph, scope: Scope, context: RunContext): Value[] {
  for (const node of graph.nodes) runNode(node, scope, context);
  return graph.outputs.map(({ name }) => {
    const value = scope.get(name);
    if (value) return value;
    throw new ValueError(`the output '${name}' of a graph is made by no node`);
  });
}

function runNode(node: OnnxNode, scope: Scope, context: RunContext): void {
  const attributes = new Attributes(node.attributes);
  const opset = node.version!;
  withScope(node.name, () => {
    try {
      const inputs = node.inputs.map((name) => (name === '' ? undefined : scope.get(name)));
      const callee = {
        module: null,
        path: currentScope,
        layer: () => node.operator,
        inputs: () => computedTensors(inputs),
        outputs: computedTensors,
      };
      const list = noteCall(callee, () => {
        const results = findOperator(node.operator)!.run(
          new OperatorNode({
            opset,
            attributes,
            inputs,
            outputs: node.outputs.map((name) => name !== ''),
            isTraining: context.isTraining,
            generator: context.generators.get(node),
            runBody: (body, given) => runBody(body, { inputs: given, scope, context }),
          }),
        );
        return results instanceof Value ? [results] : results;
      });
      attributes.checkAllRead();
      node.outputs.forEach((name, place) => {
        if (name === '') return;
        const value = list[place];
        if (!value) throw new ValueError(`there is no output ${place} in this version`);
        scope.set(name, value);
      });
    } catch (error) {
      if (error instanceof Error) {
        error.message = `node '${node.name}' (${node.operator}, version ${opset}): ${error.message}`;
      }
      throw error;
    }
  });
}

/** The tensors of values that are not on the host, where integers may be too large for one. */
const computedTensors = (values: readonly (Value | undefined)[]): Tensor[] =>
  values.flatMap((value) => (value && !value.isConstant ? [value.tensor] : []));

interface BodyCall {
  readonly inputs: readonly Value[];
  readonly scope: Scope;
  readonly context: RunContext;
}

/** Runs a graph inside a node, which sees the values around the node. */
function runBody(body: OnnxGraph, { inputs, scope, context }: BodyCall): Value[] {
  if (body.inputs.length !== inputs.length) {
    throw new ValueError(
      `a graph inside takes ${body.inputs.length} inputs; the operator gives it ${inputs.length}`,
    );
  }
  if (++context.bodies.count > mostBodies) {
    throw new ValueError(
      `graphs inside nodes ran more than ${mostBodies} times; shorten the loops`,
    );
  }
  const own = context.initializers.get(body) ?? [];
  const given = body.inputs.map(({ name }, i) => [name, inputs[i]] as const);
  return runGraph(body, new Scope([...own, ...given], scope), context);
}
