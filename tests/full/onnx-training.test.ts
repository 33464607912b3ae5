/** A network that was written as an ONNX model and read again is trained as before. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashedLabels, hashedValues } from '../../bench/hashed-data.js';
import { exportOnnx, loadOnnx } from '../../src/formats/index.js';
import { compile, grad, type Tensor, tensor, type Variable } from '../../src/index.js';
import { createModel } from '../../src/models/index.js';
import { crossEntropy } from '../../src/nn/index.js';

test('resnet20 gets the same gradients and moves the same statistics', () => {
  const model = createModel('resnet20').train();
  const read = loadOnnx(exportOnnx(model, { inputs: [['batch', 3, 32, 32]] }), 'm.onnx').train();
  const shape = [4, 3, 32, 32];
  const images = tensor(hashedValues(4 * 3 * 32 * 32, 1), shape);
  const labels = tensor(hashedLabels(4, 10, 2), [4], 'int32');
  const names = model.namedParameters().map(([name]) => name);
  const gradients = (call: (x: Tensor) => Tensor, parameters: readonly Variable[]) =>
    compile((x: Tensor, wanted: Tensor) => grad(crossEntropy(call(x), wanted), parameters))(
      images,
      labels,
    ).map((gradient) => gradient.data());
  const own = new Map(read.namedParameters());
  const expected = gradients((x) => model.call(x), model.parameters());
  const found = gradients(
    (input) => read.call({ input }).output,
    names.map((name) => own.get(name)!),
  );
  const near = (a: ArrayLike<number>, b: ArrayLike<number>, what: string) => {
    const scale = Array.from(a, Math.abs).reduce((most, value) => Math.max(most, value), 0);
    const worst = Array.from(a, (value, i) => Math.abs(value - b[i])).reduce(
      (m, v) => Math.max(m, v),
      0,
    );
    assert.ok(worst <= 1e-4 * scale, `${what} differs by ${worst} of ${scale}`);
  };
  names.forEach((name, i) => {
    near(expected[i], found[i], name);
  });
  const buffers = new Map(read.namedBuffers());
  for (const [name, buffer] of model.namedBuffers()) {
    if (/running/.test(name)) near(buffer.data(), buffers.get(name)!.data(), name);
  }
});
