/** The importer's operators give what onnxruntime gives, in each version that differs. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import '../src/index.js';
import { loadOnnx, readOnnxTensor, type TensorData } from '../src/formats/index.js';
import { runInRuntime, skip } from './onnx-runtime.js';
import { runtimeRows } from './onnx-runtime-rows/index.js';
import type { RuntimeRow } from './onnx-runtime-rows/row.js';
import { writeModel, writeTensor } from './onnx-writer.js';

/** The largest difference, as a part of 1 or of the larger value. */
const tolerance = 1e-5;

async function check({ operator, opset, inputs, attributes, outputs = 1, step = 0 }: RuntimeRow) {
  const names = inputs.map((input, i) => (input ? `x${i}` : ''));
  const outputNames = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const model = writeModel({
    opset: opset ?? 21,
    nodes: [{ operator, inputs: names, outputs: outputNames, attributes }],
    inputs: Object.fromEntries(
      inputs.flatMap((input, i) =>
        input ? [[names[i], [input.type ?? 'float32', ...input.dims]] as const] : [],
      ),
    ),
    outputs: outputNames,
  });
  const given: Record<string, TensorData> = {};
  inputs.forEach((input, i) => {
    if (input) given[names[i]] = readOnnxTensor(writeTensor(input), names[i]);
  });
  const expected = await runInRuntime(model, given);
  const got = loadOnnx(model, 'm.onnx').values(given);
  for (const name of outputNames) {
    const { shape, values } = expected.get(name)!;
    const data = got.get(name)!.known()!;
    assert.deepEqual([...data.shape], [...shape], `${name} has another shape`);
    const own = Array.from(data.data as ArrayLike<number | bigint>, Number);
    const wrong = values.findIndex((value, i) => {
      if (Object.is(value, own[i]) || value === own[i]) return false;
      const limit = step > 0 ? step : tolerance * Math.max(1, Math.abs(value));
      return !(Math.abs(value - own[i]) <= limit);
    });
    const message = `${name}[${wrong}] is ${own[wrong]}, in onnxruntime ${values[wrong]}`;
    assert.equal(wrong, -1, message);
  }
}

for (const [family, rows] of Object.entries(runtimeRows)) {
  describe(family, () => {
    for (const [name, row] of Object.entries(rows)) test(name, { skip }, () => check(row));
  });
}
