/** Prepared operands: weights of inference are packed once, and again when they were written. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { wasm } from '../src/backends/wasm/index.js';
import { compile } from '../src/compiler/index.js';
import {
  Conv2d,
  ConvTranspose2d,
  Flatten,
  Linear,
  manualSeed,
  Relu,
  Sequential,
} from '../src/nn/index.js';
import { mul, sum } from '../src/ops/index.js';
import { SGD } from '../src/optim/index.js';
import { normalTensor } from './normal-numbers.js';

const networks: Readonly<Record<string, () => Sequential>> = {
  'convolutions in tiles, a direct one and a linear layer': () =>
    new Sequential(
      new Conv2d(3, 16, { kernelSize: 3, padding: 1 }),
      new Relu(),
      new Conv2d(16, 32, { kernelSize: 3, padding: 1 }),
      new Conv2d(32, 128, { kernelSize: 4, stride: 2, padding: 1 }),
      new Conv2d(128, 16, { kernelSize: 1, groups: 2 }),
      new Flatten(),
      new Linear(16 * 36, 10),
    ),
  'a transposed convolution, phase by phase': () =>
    new Sequential(
      new ConvTranspose2d(3, 16, { kernelSize: 4, stride: 2, padding: 1 }),
      new ConvTranspose2d(16, 4, { kernelSize: 3, stride: 2, padding: 1, outputPadding: 1 }),
    ),
};

for (const [name, create] of Object.entries(networks)) {
  test(`${name}: weights are prepared once, and anew when they change`, () => {
    manualSeed(3);
    const model = create();
    model.eval();
    const x = normalTensor([4, 3, 12, 12], 1);
    const onReference = compile((a) => model.call(a), { backend: reference });
    const infer = compile((a) => model.call(a), { backend: wasm });
    const assertSame = (): void => {
      const [actual, exact] = [infer(x).data(), onReference(x).data()];
      const scale = Math.sqrt(
        Array.from(exact).reduce((sum, value) => sum + value ** 2, 0) / exact.length,
      );
      assert.ok(scale > 0);
      exact.forEach((value, i) => {
        assert.ok(Math.abs(actual[i] - value) < 1e-4 * scale, `${i}: ${actual[i]}, not ${value}`);
      });
    };
    assertSame();
    assertSame();
    for (const parameter of model.parameters()) {
      parameter.set(parameter.data().map((value, i) => value * 0.5 + Math.sin(i) * 0.01));
    }
    assertSame();

    const { kernels, keptBytes } = infer.program(x).describe();
    const layers = kernels.filter(({ kind }) => kind === 'conv2d' || kind === 'matmul');
    const preparing = kernels.filter(({ kind }) => kind === 'prepare');
    assert.equal(preparing.length, layers.length);
    assert.ok(preparing.every(({ isPrologue }) => isPrologue));
    const weights = model.parameters().reduce((sum, { size }) => sum + size * 4, 0);
    assert.ok(keptBytes > weights / 2, `${keptBytes} bytes are kept`);
  });
}

test('weights that a program trains are not prepared, those of frozen layers are', () => {
  const first = new Conv2d(3, 16, { kernelSize: 3 });
  const second = new Conv2d(16, 8, { kernelSize: 3 });
  const optimizer = new SGD(second.parameters(), { lr: 0.1 });
  const step = compile(
    (x) => {
      const y = second.call(first.call(x));
      optimizer.step(grad(sum(mul(y, y)), optimizer.parameters));
      return y;
    },
    { backend: wasm },
  );
  const { kernels } = step.program(normalTensor([4, 3, 8, 8], 1)).describe();
  const preparing = kernels.filter(({ kind }) => kind === 'prepare');
  assert.equal(preparing.length, 1);
});
