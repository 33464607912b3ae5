/** Exports a row of an operation's table and holds what ONNX Runtime, and our own reader, make of it to the reference. */

import assert from 'node:assert/strict';
import { evaluate } from '../src/backends/reference/reference.js';
import { exportOnnx, loadOnnx } from '../src/formats/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { type TracedGraph, topologicalOrder } from '../src/graph/traced-graph.js';
import { tensor } from '../src/ops/index.js';
import { type Case, outputsOf, traceCase } from './cases/case.js';
import { assertNear, runOptimized } from './onnx-runtime.js';
import { onReference } from './torch-values.js';

/** What an ONNX model cannot hold of a graph, in the words that say so; null where there is no such thing. */
function refusalOf({ outputs, assignments }: TracedGraph): RegExp | null {
  const draws = ({ source }: Tensor) =>
    source.kind === 'apply' && source.primitive.name === 'uniform';
  if (topologicalOrder(outputs).some(draws)) return /it draws random numbers/;
  return assignments.length > 0 ? /running it changes/ : null;
}

/** Exports `row` with the operators of `opset` and checks it; throws where it differs. */
export async function checkExported(row: Case, opset: number): Promise<void> {
  const inputs = row.inputs.map(({ shape, dtype }, i) => ({ name: `x${i}`, shape, dtype }));
  const build = (...given: Tensor[]) => outputsOf(row, given);
  const graph = traceCase(row);
  const refusal = refusalOf(graph);
  if (refusal) {
    assert.throws(() => exportOnnx(build, { inputs, opset }), refusal, row.name);
    return;
  }
  const bytes = exportOnnx(build, { inputs, opset });
  const given = row.inputs.map(({ data }) => data);
  const values = evaluate(graph, topologicalOrder(graph.outputs), given);
  const expected = graph.outputs.map((output) => {
    return { shape: output.shape, data: values.get(output)!.data };
  });
  const fed = Object.fromEntries(
    row.inputs.map(({ dtype, ...input }, i) => [`x${i}`, { ...input, type: dtype, dtype }]),
  );
  const computed = Object.values(await runOptimized(bytes, fed));
  const model = loadOnnx(bytes, 'exported.onnx').eval();
  const read = Object.values(
    onReference(() => {
      const tensors = Object.entries(fed).map(([name, { data, shape, dtype }]) => {
        return [name, tensor(data, shape, dtype)] as const;
      });
      return model.call(Object.fromEntries(tensors));
    }),
  );
  expected.forEach((output, i) => {
    assertNear(computed[i], output, `${row.name}: output ${i}`);
    const { shape, dtype } = read[i];
    const own = { shape, type: dtype, data: read[i].data() };
    assertNear(own, output, `${row.name}: output ${i}, read back`);
  });
}

/** Whether all its inputs have elements: ONNX Runtime ends the whole process for some that have none. */
export const hasElements = ({ inputs }: Case): boolean =>
  inputs.every(({ data }) => data.length > 0);
