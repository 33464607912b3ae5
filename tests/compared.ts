/** Compares a traced graph on a fast backend, through the whole compiler, with the reference backend. */

import { evaluate } from '../src/backends/reference/reference.js';
import { Program } from '../src/compiler/program.js';
import type { TypedArray } from '../src/graph/dtype.js';
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
    return { value: { ...value, data: value.data.slice() }, errors: bounds.get(tensor)! };
  });

  const program = new Program(graph, backend);
  const assignedVariables = new Set(graph.assignments.map(({ variable }) => variable));
  // The others are left alone, so that what the program keeps of them is used in the second run.
  const restore = () => {
    variables.forEach((variable, i) => {
      if (assignedVariables.has(variable)) variable.set(before[i]);
    });
  };
  try {
    // Twice: what the first run leaves in memory must not matter to the second.
    for (const run of ['first', 'second']) {
      const outputs = program.run(inputs).map((output) => output.data());
      const actual = [...outputs, ...graph.assignments.map(({ variable }) => variable.data())];
      expected.forEach(({ value, errors }, i) => {
        const kind = i < outputs.length ? `output ${i}` : `variable ${i - outputs.length}`;
        assertWithin(actual[i], value, {
          errors,
          precision,
          what: `${backend.name}, ${run} run, ${kind}`,
        });
      });
      restore();
    }
  } finally {
    program.dispose();
    restore();
  }
  const errors = expected.flatMap((one) => [...one.errors]);
  return { elements: errors.length, free: errors.filter((error) => error === Infinity).length };
}
