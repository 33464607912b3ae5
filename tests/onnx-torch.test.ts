/** Networks that PyTorch exported (tests/fixtures/onnx/generate.py) give its outputs, for sizes they were not exported with. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadOnnx } from '../src/formats/index.js';
import { compile, type Tensor } from '../src/index.js';
import {
  assertTorch,
  fromTorch,
  readFixture,
  readFixtureBytes,
  type TorchTensor,
} from './torch-values.js';

interface Network {
  readonly opsets: readonly number[];
  readonly outputs: readonly string[];
  readonly cases: readonly {
    readonly input: TorchTensor;
    readonly outputs: readonly TorchTensor[];
  }[];
}

const networks = readFixture<Record<string, Network>>('onnx/networks.json');

for (const [name, { opsets, outputs, cases }] of Object.entries(networks)) {
  describe(name, () => {
    for (const opset of opsets) {
      test(`operator set ${opset}`, () => {
        const model = loadOnnx(readFixtureBytes(`onnx/${name}-${opset}.onnx`), `${name}.onnx`);
        assert.deepEqual(model.outputNames, outputs);
        const run = compile((image: Tensor) => model.call({ image }));
        for (const { input, outputs: expected } of cases) {
          const got = run(fromTorch(input));
          expected.forEach((wanted, i) => {
            const what = `${outputs[i]} for ${JSON.stringify(input.shape)}`;
            assertTorch(got[outputs[i]], wanted, { what, tolerance: 1e-5 });
          });
        }
      });
    }
  });
}
