/** Exports a row of an operation's table and holds what ONNX Runtime, and our own reader, make of it to the reference. */

import assert from 'node:assert/strict';
import { evaluate } from '../src/backends/reference/reference.js';
import { exportOnnx, loadOnnx } from '../src/formats/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { topologicalOrder } from '../src/graph/traced-graph.js';
import { tensor } from '../src/ops/index.js';
import { type Case, outputsOf, traceCase } from './cases/case.js';
import { assertNear, runOptimized } from './onnx-runtime.js';
import { onReference } from './torch-values.js';

/** Operations that an ONNX model cannot hold in training, by what the message says. */
const refusals: readonly (readonly [operation: RegExp, message: RegExp])[] = [
  [/^(dropout|uniform)/i, /it draws random numbers/],
  [/^BatchNorm/, /running it changes/],
];

/** Exports `row` with the operators of `opset` and checks it; throws where it differs. */
export async function checkExported(operation: string, row: Case, opset: number): Promise<void> {
  const inputs = row.inputs.map(({ shape, dtype }, i) => ({ name: `x${i}`, shape, dtype }));
  const build = (...given: Tensor[]) => outputsOf(row, given);
  const refused = refusals.find(([operations]) => operations.test(operation));
  if (refused) {
    assert.throws(() => exportOnnx(build, { inputs, opset }), refused[1], row.name);
    return;
  }
  const bytes = exportOnnx(build, { inputs, opset });
  const graph = traceCase(row);
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
