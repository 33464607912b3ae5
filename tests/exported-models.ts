/** Networks exported and run by ONNX Runtime and by our reader, beside our own outputs. */

import '../src/index.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashedValues } from '../bench/hashed-data.js';
import { setHashedState } from '../bench/hashed-parameters.js';
import { compile } from '../src/compiler/index.js';
import { exportOnnx, loadOnnx, readOnnx } from '../src/formats/index.js';
import { sizeOf } from '../src/graph/shape.js';
import { createModel } from '../src/models/index.js';
import { tensor } from '../src/ops/index.js';
import { assertNear, runOptimized, skip } from './onnx-runtime.js';

/** The smallest pictures, [C, H, W], that a network takes. */
const smallest: Readonly<Record<string, readonly number[]>> = {
  lenet5: [1, 28, 28],
  lenet5_1998: [1, 28, 28],
  alexnet: [3, 63, 63],
  alexnet_2012: [3, 67, 63],
  googlenet: [3, 64, 48],
  googlenet_2014: [3, 64, 48],
  inception_v3: [3, 75, 75],
};

/** A test for each network: the same output in ONNX Runtime and read back, for another batch than it was traced for. */
export function testExported(names: readonly string[]): void {
  for (const name of names) test(`${name} in ONNX Runtime`, { skip }, () => check(name));
}

async function check(name: string): Promise<void> {
  const picture = smallest[name] ?? [3, 32, 40];
  const model = createModel(name, { numClasses: 7 });
  setHashedState(model);
  const bytes = exportOnnx(model, { inputs: [['batch', ...picture]] });
  const state = [...model.namedParameters(), ...model.namedBuffers()];
  const { initializers, nodes } = readOnnx(bytes, `${name}.onnx`);
  // All of a network under its names, but what training alone needs and what was computed from parameters.
  const missing = state.map(([path]) => path).filter((path) => !initializers.has(path));
  const unused = /(^|\.)num_batches_tracked$|^aux|^AuxLogits|^c3\.weight$/;
  assert.deepEqual(
    missing.filter((path) => !unused.test(path)),
    [],
  );
  const repeated = nodes.filter(({ operator }) => /^(Expand|Where)$/.test(operator));
  const names = repeated.map((node) => node.name);
  assert.deepEqual(names, [], 'views and choices that a layer should have taken in');

  const shape = [1, ...picture];
  const data = Float32Array.from(hashedValues(sizeOf(shape), 5));
  model.eval();
  const infer = compile((x) => model.call(x));
  const output = infer(tensor(data, shape));
  infer.dispose();
  const expected = { shape: output.shape, data: output.data() };
  const computed = await runOptimized(bytes, { input: { shape, type: 'float32', data } });
  assertNear(computed.output, expected, name);
  const again = loadOnnx(bytes, `${name}.onnx`).eval();
  const inferAgain = compile((x) => again.call({ input: x }).output);
  const read = inferAgain(tensor(data, shape));
  inferAgain.dispose();
  assertNear({ shape: read.shape, type: read.dtype, data: read.data() }, expected, 'read back');
}
