/** Compares a traced graph on a fast backend, through the whole compiler, with the reference backend. */

import { evaluate } from '../src/backends/reference/reference.js';
import { Program } from '../src/compiler/program.js';
import type { TypedArray } from '../src/graph/dtype.js';
import { sizeOf } from '../src/graph/shape.js';
import { type TracedGraph, topologicalOrder } from '../src/graph/traced-graph.js';
import { Variable } from '../src/graph/variable.js';
import type { BackendUnderTest } from './backends-under-test.js';
import { assertWithin, errorBounds } from './error-bound.js';

/** How many elements were compared, and how many of them could have had any value. */
export interface Comparison {
  readonly elements: number;
  readonly free: number;
}

/**
 * Runs `graph` on both from the same variables and compares outputs and variables; variables have
 * their old values again afterwards. Throws at the first element that is too far off.
 */
export function compareWithReference(
  graph: TracedGraph,
  inputs: readonly TypedArray[],
  { backend, precision }: BackendUnderTest,
): Comparison {
  const assigned = graph.assignments.map(({ value }) => value);
  const order = topologicalOrder([...graph.outputs, ...assigned]);
  const variables = [
    ...new Set([...order, ...graph.assignments.map(({ variable }) => variable)]),
  ].filter((tensor) => tensor instanceof Variable);
  const before = variables.map((variable) => variable.data());

  const values = evaluate(graph, order, inputs);
  const bounds = errorBounds(order, values, precision);
  // What a program changes in place must not change the values to compare with.
  const expected = [...graph.outputs, ...assigned].map((tensor) => {
    const value = values.get(tensor)!;
    return { ...value, data: value.data.slice() };
  });

  const program = new Program(graph, backend);
  try {
    const outputs = program.run(inputs).map((output) => output.data());
    const actual = [...outputs, ...graph.assignments.map(({ variable }) => variable.data())];
    let elements = 0;
    let free = 0;
    [...graph.outputs, ...assigned].forEach((tensor, i) => {
      const errors = bounds.get(tensor)!;
      const kind = i < graph.outputs.length ? 'output' : 'variable';
      const what = `${backend.name}, ${kind} ${i}`;
      assertWithin(actual[i], expected[i], { errors, precision, what });
      elements += sizeOf(tensor.shape);
      free += errors.filter((error) => error === Infinity).length;
    });
    return { elements, free };
  } finally {
    program.dispose();
    variables.forEach((variable, i) => {
      variable.set(before[i]);
    });
  }
}
