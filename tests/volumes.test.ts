/** Convolution and pooling of sequences and volumes: values and gradients as PyTorch computes them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import {
  avgPool1d,
  avgPool3d,
  conv1d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
  reshape,
  tensor,
  zeros,
} from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { compareWithReference } from './compared.js';
import {
  assertTorch,
  fromTorch,
  onReference,
  readFixture,
  type TorchTensor,
} from './torch-values.js';

const convolutions = { conv1d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d };
const averages = { avgPool1d, avgPool3d };
const maxima = { maxPool1dWithIndices, maxPool3dWithIndices };

interface VolumeCase {
  readonly operation: string;
  readonly options: { readonly kernelSize: number };
  /** The input; for convolutions weight and bias too. */
  readonly xs: readonly TorchTensor[];
  readonly dy: TorchTensor;
  readonly y: TorchTensor;
  readonly dxs: readonly TorchTensor[];
  readonly indices?: TorchTensor;
}

type Result = { y: Tensor; indices?: Tensor };

const isIn = <Table extends object>(table: Table, name: PropertyKey): name is keyof Table =>
  name in table;

function computed(
  { operation, options }: VolumeCase,
  [x, weight, bias]: readonly Tensor[],
): Result {
  if (isIn(averages, operation)) return { y: averages[operation](x, options) };
  if (isIn(convolutions, operation)) {
    return { y: convolutions[operation](x, weight, { ...options, bias }) };
  }
  if (!isIn(maxima, operation)) throw new Error(`no operation ${operation}`);
  const { output, indices } = maxima[operation](x, options);
  return { y: output, indices };
}

for (const fixture of readFixture<VolumeCase[]>('nn-volumes.json')) {
  const { operation, options, xs, dy } = fixture;
  const title = `${operation} ${JSON.stringify(options)} of [${xs[0].shape}]`;
  const build = (inputs: readonly Tensor[], outputGradient: Tensor) => {
    const { y, indices } = computed(fixture, inputs);
    return { y, dxs: grad(y, inputs, { outputGradient }), indices: indices ? [indices] : [] };
  };

  test(`${title}: as PyTorch`, () => {
    const { y, dxs, indices } = onReference(() => build(xs.map(fromTorch), fromTorch(dy)));
    assertTorch(y, fixture.y, { what: 'output' });
    dxs.forEach((dx, i) => {
      assertTorch(dx, fixture.dxs[i], { what: `gradient of operand ${i}` });
    });
    if (fixture.indices) assertTorch(indices[0], fixture.indices, { what: 'indices' });
  });

  for (const backend of backendsUnderTest) {
    test(`${title}: ${backend.backend.name} as the reference`, () => {
      const given = [...xs, dy];
      const inputs = given.map(({ shape }) => new Tensor(shape, 'float32', { kind: 'input' }));
      const { result } = trace(() => build(inputs.slice(0, -1), inputs[inputs.length - 1]));
      const outputs = [result.y, ...result.dxs, ...result.indices];
      const data = given.map((values) => Float32Array.from(values.data));
      compareWithReference({ inputs, outputs, assignments: [] }, data, backend);
    });
  }
}

test('the largest element of a window is found without its place as with it', () => {
  const x = tensor(
    Array.from({ length: 2 * 3 * 4 * 3 }, (_, i) => Math.sin(5 * i)),
    [1, 2, 3, 4, 3],
  );
  const options = { kernelSize: 2, stride: 1, padding: 1 };
  const { values, expected, line, expectedLine } = onReference(() => {
    const flat = reshape(x, [1, 6, 12]);
    return {
      values: maxPool3d(x, options),
      expected: maxPool3dWithIndices(x, options).output,
      line: maxPool1d(flat, options),
      expectedLine: maxPool1dWithIndices(flat, options).output,
    };
  });
  assert.deepEqual(values.data(), expected.data());
  assert.deepEqual(line.data(), expectedLine.data());
});

test('what does not fit is refused with shapes and a remedy', () => {
  const x = zeros([1, 2, 3, 4, 5]);
  const refused = (run: () => unknown, kind: new (message: string) => Error, told: RegExp) => {
    assert.throws(run, (error) => error instanceof kind && told.test(error.message));
  };
  const weight = zeros([2, 2, 4, 1, 1]);
  refused(
    () => conv3d(zeros([1, 2, 3, 4]), weight),
    ShapeError,
    /\[N, C, D, H, W\].*\[1, 2, 3, 4\]/,
  );
  refused(() => conv3d(x, weight), ShapeError, /4 x 1 x 1 kernel.*padded input 3 x 4 x 5/);
  refused(() => conv3d(x, weight, { groups: 3 }), ShapeError, /groups 3 must divide 2/);
  refused(() => conv3d(x, zeros([2, 3, 1, 1, 1])), ShapeError, /expected 3 input channels/);
  refused(() => conv3d(x, weight, { padding: -1 }), ValueError, /three or six of them/);
  refused(() => conv3d(x, weight, { stride: 0 }), ValueError, /stride: .*or three of them/);
  refused(() => convTranspose3d(x, weight, { padding: 4 }), ShapeError, /leaves .*less padding/);
  refused(
    () => convTranspose3d(x, weight, { outputPadding: 1 }),
    ValueError,
    /outputPadding .* smaller than stride/,
  );
  refused(() => conv1d(zeros([1, 2, 3]), weight), ShapeError, /conv1d: .*\[N, C, L\]/);
  refused(() => maxPool3d(x, { kernelSize: 4 }), ShapeError, /4 x 4 x 4 window.*\[3, 4, 5\]/);
  refused(() => avgPool3d(x, { kernelSize: 2, padding: 2 }), ShapeError, /more than half/);
  refused(() => maxPool1d(x, { kernelSize: 2 }), ShapeError, /maxPool1d: .*\[N, C, L\]/);
});
