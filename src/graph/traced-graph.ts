/** What tracing a function leaves behind: inputs, outputs and what variables become. */

import type { Application, Tensor } from './tensor.js';
import type { Variable } from './variable.js';
import type { PrimitiveName } from './vocabulary.js';

export interface Assignment {
  readonly variable: Variable;
  readonly value: Tensor;
}

export interface TracedGraph {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly assignments: readonly Assignment[];
}

/** What a graph is there to compute. */
export const rootsOf = ({ outputs, assignments }: TracedGraph): Tensor[] => [
  ...outputs,
  ...assignments.map(({ value }) => value),
];

/** The graph that computes `replace(root)` in place of each root. */
export function withRoots(graph: TracedGraph, replace: (root: Tensor) => Tensor): TracedGraph {
  return {
    inputs: graph.inputs,
    outputs: graph.outputs.map(replace),
    assignments: graph.assignments.map(({ variable, value }) => ({
      variable,
      value: replace(value),
    })),
  };
}

/** Every tensor that outputs and assignments need, inputs before what consumes them. */
export function topologicalOrder(roots: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  // An explicit stack: graphs of deep networks would overflow the call stack.
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    const stack = [{ tensor: root, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const inputs = inputsOf(top.tensor);
      if (top.next === inputs.length) {
        order.push(top.tensor);
        stack.pop();
        continue;
      }
      const input = inputs[top.next++];
      if (!seen.has(input)) {
        seen.add(input);
        stack.push({ tensor: input, next: 0 });
      }
    }
  }
  return order;
}

export function inputsOf(tensor: Tensor): readonly Tensor[] {
  return tensor.source.kind === 'apply' ? tensor.source.inputs : [];
}

/** The application that makes `tensor`, if it is one of the primitive `name`. */
export function applicationOf({ source }: Tensor, name: PrimitiveName): Application | null {
  return source.kind === 'apply' && source.primitive.name === name ? source : null;
}
