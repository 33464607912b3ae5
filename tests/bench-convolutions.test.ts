/** The benchmark's convolutions: their names, the float64 error of a result, and the table. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Convolution,
  convolutionId,
  directFlops,
  parseConvolution,
  passes,
  settingsOf,
  shapesOf,
} from '../bench/convolutions/convolution.js';
import { convolutionCase } from '../bench/convolutions/convolution-case.js';
import { formatConvolutions } from '../bench/convolutions/convolution-table.js';
import { directError } from '../bench/convolutions/direct-error.js';
import type { MeasuredConvolution } from '../bench/convolutions/measure-convolutions.js';
import { operandOf } from '../bench/convolutions/operands.js';
import { fingerprintOf, largestDifference } from '../bench/fingerprint.js';
import type { Row } from '../bench/report.js';
import { convolutions } from '../bench/workloads/convolutions.js';
import { reference } from '../src/backends/reference/index.js';
import { compile, conv2d, grad, tensor } from '../src/index.js';

const small: Convolution = {
  ...{ batch: 2, inChannels: 4, size: 7, outChannels: 6, kernelSize: 3, stride: 1 },
  depthwise: false,
};
const kinds: readonly Convolution[] = [
  small,
  { ...small, kernelSize: 5, inChannels: 1 },
  { ...small, stride: 2, size: 8 },
  { ...small, kernelSize: 1 },
  { ...small, inChannels: 6, depthwise: true },
];

/** What the float64 reference makes of the operands, one result for each pass. */
function exactResults(convolution: Convolution) {
  const shapes = shapesOf(convolution);
  const [x, weight, arriving] = (['input', 'filter', 'output'] as const).map((name) =>
    tensor(operandOf(convolution, name), [...shapes[name]]),
  );
  const run = compile(
    (input, filter, outputGradient) => {
      const y = conv2d(input, filter, settingsOf(convolution));
      return [y, ...grad(y, [input, filter], { outputGradient })];
    },
    { backend: reference },
  );
  return run(x, weight, arriving).map((result) => Float64Array.from(result.data()));
}

const operandsOf = (convolution: Convolution) => ({
  input: operandOf(convolution, 'input'),
  filter: operandOf(convolution, 'filter'),
  output: operandOf(convolution, 'output'),
});

test('a name holds everything about a convolution, and belongs to one', () => {
  assert.ok('convolutions' in convolutions);
  const cases = convolutions.convolutions;
  assert.equal(cases.length, 33);
  assert.equal(new Set(cases.map(({ id }) => id)).size, cases.length);
  for (const { id, convolution, pass } of cases) {
    assert.deepEqual(parseConvolution(id), { convolution, pass });
  }
  assert.equal(
    convolutionId({ ...small, stride: 2, depthwise: true }, 'input-gradient'),
    'convolutions/2x4x7-6-3x3-s2-depthwise/input-gradient',
  );
  for (const other of ['convolutions/2x4x7-6-3x3/backward', 'convolutions/2x4x7-6-3x5/forward']) {
    assert.equal(parseConvolution(other), null);
  }
});

test('shapes and operations are those on paper', () => {
  const stem = { ...small, batch: 16, inChannels: 3, size: 224, outChannels: 64, kernelSize: 7 };
  const strided = { ...stem, stride: 2 };
  assert.deepEqual(shapesOf(strided), {
    input: [16, 3, 224, 224],
    filter: [64, 3, 7, 7],
    output: [16, 64, 112, 112],
  });
  assert.equal(directFlops(strided), 2 * 16 * 64 * 112 * 112 * 3 * 49);
  const depthwise = { ...small, inChannels: 6, depthwise: true };
  assert.deepEqual(shapesOf(depthwise).filter, [6, 1, 3, 3]);
  assert.equal(directFlops(depthwise), 2 * 2 * 6 * 49 * 9);
});

test('the exact result has no error, and every wrong element of a small one is seen', () => {
  for (const convolution of kinds) {
    const operands = operandsOf(convolution);
    const results = exactResults(convolution);
    for (const [i, pass] of passes.entries()) {
      const exact = results[i];
      const errorOf = (result: ArrayLike<number>) =>
        directError({ convolution, pass }, operands, result);
      assert.ok(errorOf(exact).max < 1e-12, `${convolutionId(convolution, pass)} is exact`);
      const rms = Math.sqrt(exact.reduce((sum, value) => sum + value ** 2, 0) / exact.length);
      for (const place of [0, 1, exact.length >> 1, exact.length - 1]) {
        const wrong = exact.with(place, exact[place] + 0.5 * rms);
        const { max, rms: share } = errorOf(wrong);
        assert.ok(Math.abs(max - 0.5) < 1e-9, `${max} at ${place} of ${exact.length}`);
        assert.ok(Math.abs(share - 0.5 / Math.sqrt(exact.length)) < 1e-9);
        assert.ok(Number.isNaN(errorOf(exact.with(place, Number.NaN)).max));
      }
    }
  }
});

test('of a large result, elements of every part are looked at', () => {
  const convolution = { ...small, batch: 8, size: 40, outChannels: 16 };
  const operands = operandsOf(convolution);
  const length = 8 * 16 * 40 * 40;
  const session = (result: Float32Array) =>
    directError({ convolution, pass: 'forward' }, operands, result);
  // Zeros are wrong by the whole of the exact result, of which the root mean square is the unit.
  const { max, rms } = session(new Float32Array(length));
  assert.ok(Math.abs(rms - 1) < 1e-12 && max > 1);
});

test('our engine runs each pass alone and says how far off it is', async () => {
  for (const convolution of kinds) {
    const results = exactResults(convolution);
    for (const [i, pass] of passes.entries()) {
      const session = await convolutionCase(convolution, pass).open();
      const { max, rms } = session.error();
      assert.ok(rms <= max && max < 1e-5, `${convolutionId(convolution, pass)}: ${max}`);
      const expected = { [pass]: fingerprintOf(results[i]) };
      assert.ok(largestDifference((await session.check?.()) ?? {}, expected) < 1e-5);
      await session.close();
    }
  }
});

test('the table has a line for each pass, and says which goals are missed', () => {
  const row = (workload: string, engine: string, medianMs: number): Row => ({
    ...{ workload, engine, threads: 2, medianMs, p10Ms: medianMs, p90Ms: medianMs },
    gflops: 300 / medianMs,
  });
  const wide = { ...small, inChannels: 64, outChannels: 64 };
  const measured = (
    convolution: Convolution,
    pass: MeasuredConvolution['pass'],
    times: Readonly<Record<string, number>>,
  ): MeasuredConvolution => ({
    ...{ convolution, pass, difference: 2e-6, engines: {}, method: 'tiles' },
    error: { max: 3.21e-5, rms: 4e-6 },
    rows: Object.entries(times).map(([engine, time]) =>
      row(convolutionId(convolution, pass), engine, time),
    ),
  });
  assert.deepEqual(
    formatConvolutions([
      measured(wide, 'forward', { fovea: 2, pytorch: 4 }),
      measured(wide, 'filter-gradient', { fovea: 4, pytorch: 2 }),
      measured(small, 'input-gradient', { fovea: 40 }),
    ]),
    [
      'pass               convolution  fovea ms  GFLOP/s  pytorch ms  GFLOP/s  ratio  largest error  rms error  method',
      'forward          2x64x7-64-3x3      2.00      150        4.00     75.0  0.500         3.2e-5     4.0e-6  tiles',
      'filter-gradient  2x64x7-64-3x3      4.00     75.0        2.00      150   2.00         3.2e-5     4.0e-6  tiles',
      'input-gradient     2x4x7-6-3x3      40.0     7.50           –        –      –         3.2e-5     4.0e-6  tiles',
      '',
      '3x3, stride 1, 64 channels or more, at 140 GFLOP/s forward and 100 in each gradient or more: 1 of 2; not 2x64x7-64-3x3/filter-gradient',
      'errors: shares of the root mean square of a direct convolution in float64, on a sample of elements',
      'equal work: all results of the same data agree, to 2.0e-6 of their norm',
    ],
  );
});
