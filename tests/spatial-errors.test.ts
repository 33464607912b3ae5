/** Convolution, padding, pooling and shape layers: what is no gradient, and what wrong input says. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { wasm } from '../src/backends/wasm/index.js';
import { compile } from '../src/compiler/index.js';
import { ShapeError, ValueError } from '../src/graph/errors.js';
import type { Tensor } from '../src/graph/tensor.js';
import * as nn from '../src/nn/index.js';
import * as ops from '../src/ops/index.js';

const run = (build: () => Tensor): number[] => [...compile(build, { backend: wasm })().data()];

function refused(
  run: () => unknown,
  kind: typeof ShapeError | typeof ValueError,
  say: RegExp,
): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof kind, `${error} is no ${kind.name}`);
    assert.match(error.message, say);
    return true;
  });
}

test('concatenation keeps every value: negative zero, infinities, NaN, integers, bytes and booleans', () => {
  const values = [-0, Infinity, -Infinity, Number.NaN, 0, 1e-40];
  const floats = run(() => ops.concatenate([ops.tensor(values, [6]), ops.tensor([-0], [1])]));
  [...values, -0].forEach((value, i) => {
    assert.ok(Object.is(floats[i], Math.fround(value)), `element ${i} is ${floats[i]}`);
  });
  for (const dtype of ['int32', 'uint8', 'bool'] as const) {
    const one = [1, 0, 1].map((value) => (dtype === 'bool' ? value : value * 200));
    const joined = run(() =>
      ops.concatenate([ops.tensor(one, [3], dtype), ops.tensor(one, [3], dtype)]),
    );
    assert.deepEqual(joined, [...one, ...one], dtype);
  }
});

test('split and chunk give the parts that concatenate joins', () => {
  const x = ops.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2, 5]);
  const shapes = (parts: Tensor[]) => parts.map(({ shape }) => [...shape]);
  assert.deepEqual(shapes(ops.split(x, 2, 1)), [
    [2, 2],
    [2, 2],
    [2, 1],
  ]);
  assert.deepEqual(shapes(ops.chunk(x, 3, -1)), [
    [2, 2],
    [2, 2],
    [2, 1],
  ]);
  assert.deepEqual(shapes(ops.split(x, [4, 1], 1)), [
    [2, 4],
    [2, 1],
  ]);
  assert.deepEqual(
    run(() => ops.split(x, [4, 1], 1)[1]),
    [5, 10],
  );
  assert.deepEqual(
    run(() => ops.concatenate(ops.chunk(x, 3, 1), 1)),
    [...x.data()],
  );
  refused(() => ops.split(x, [2, 2], 1), ShapeError, /add up to 4, but dimension 1 .* has 5/);
  refused(() => ops.split(x, 0), ValueError, /size 0 must be/);
  refused(() => ops.chunk(x, 0), ValueError, /0 chunks/);
});

test('what cannot be joined or repeated is refused', () => {
  refused(() => ops.concatenate([]), ValueError, /list is empty/);
  refused(
    () => ops.concatenate([ops.zeros([2, 3]), ops.zeros([2, 4])]),
    ShapeError,
    /tensor 1 is float32 \[2, 4\], tensor 0 is float32 \[2, 3\]/,
  );
  refused(() => ops.concatenate([ops.zeros([2]), ops.zeros([2], 'int32')]), ShapeError, /int32/);
  refused(() => ops.repeat(ops.zeros([2, 3]), [2]), ShapeError, /at least 2 numbers/);
  refused(() => ops.tile(ops.zeros([2]), [0]), ValueError, /at least 1/);
});

test('padding that does not fit is refused with the layer', () => {
  const x = ops.zeros([1, 1, 3, 3]);
  refused(() => new nn.ReflectionPad2d(3).call(x), ShapeError, /^ReflectionPad2d: .*at most 2 fit/);
  refused(() => new nn.CircularPad2d(4).call(x), ShapeError, /at most 3 fit/);
  refused(() => new nn.ReflectionPad2d(-1), ValueError, /ReflectionPad2d: padding -1/);
  refused(() => new nn.ZeroPad2d(-2).call(x), ShapeError, /leaves nothing of \[1, 1, 3, 3\]/);
  refused(() => new nn.ZeroPad2d([1, 2] as never), ValueError, /\[left, right, top, bottom\]/);
  const mode: object = { kernelSize: 3, paddingMode: 'reflection' };
  refused(
    () => new nn.Conv2d(1, 1, mode as { kernelSize: number }),
    ValueError,
    /"reflect"|reflect/,
  );
});

test('convolutions that do not fit are refused with the layer', () => {
  const up = (options: object) => () =>
    new nn.ConvTranspose2d(4, 6, options as nn.ConvTranspose2dLayerOptions);
  refused(up({ kernelSize: 3, groups: 3 }), ValueError, /groups is 3, which does not divide both/);
  refused(up({ kernelSize: 3, outputPadding: 1 }), ValueError, /must be smaller than stride/);
  refused(up({ kernelSize: 3, padding: -1 }), ValueError, /ConvTranspose2d: padding/);
  refused(up({ kernelSize: 3, outputPaddin: 1 }), ValueError, /mean "outputPadding"/);
  const layer = up({ kernelSize: 3, padding: 3 })();
  refused(
    () => layer.call(ops.zeros([1, 4, 2, 2])),
    ShapeError,
    /^ConvTranspose2d 4 -> 6: .*padding \[3, 3\] leaves -2 x -2/,
  );
  refused(
    () => layer.call(ops.zeros([1, 3, 9, 9])),
    ShapeError,
    /expected 4 input channels, got 3/,
  );
  const sequence = new nn.Sequential(new nn.Conv1d(2, 3, { kernelSize: 5 }));
  refused(() => sequence.call(ops.zeros([1, 2, 4])), ShapeError, /0.*larger than the padded input/);
  refused(() => sequence.call(ops.zeros([1, 3, 9])), ShapeError, /expected \[N, 2, L\]/);
  refused(() => new nn.Conv1d(3, 2, { kernelSize: 1, groups: 2 }), ValueError, /does not divide/);
});

test('sizes that do not fit are refused with the layer', () => {
  const x = ops.zeros([1, 3, 4, 5]);
  const adaptive = new nn.AdaptiveAvgPool2d(2);
  refused(() => new nn.AdaptiveMaxPool2d(0), ValueError, /AdaptiveMaxPool2d: outputSize/);
  refused(() => adaptive.call(ops.zeros([3, 4])), ShapeError, /^AdaptiveAvgPool2d: .*\[3, 4\]/);
  refused(() => ops.globalMaxPool2d(ops.zeros([1, 2, 0, 3])), ShapeError, /with elements/);
  refused(() => new nn.PixelShuffle(2).call(x), ShapeError, /^PixelShuffle: .*multiple of 4/);
  refused(() => new nn.PixelUnshuffle(2).call(x), ShapeError, /must be multiples of 2/);
  refused(() => new nn.PixelShuffle(0), ValueError, /upscaleFactor is 0/);
  refused(() => new nn.Upsample({}), ValueError, /Upsample: give either size or scaleFactor/);
  refused(() => new nn.Upsample({ size: 0 }), ValueError, /size is 0; expected a whole number/);
  refused(() => new nn.Upsample({ size: 2, alignCorners: true }), ValueError, /alignCorners needs/);
  const tiny = new nn.Upsample({ scaleFactor: 0.1 });
  refused(() => tiny.call(x), ShapeError, /^Upsample: .*leaves nothing of \[1, 3, 4, 5\]/);
});

test('equal maxima of an adaptive pool give their gradient to the first', () => {
  const x = ops.tensor([0, 1, 0, 1, 0, 0, 0, 0, 0], [1, 1, 3, 3]);
  const dx = run(() => grad(ops.sum(ops.adaptiveMaxPool2d(x, 2)), [x])[0]);
  assert.deepEqual(dx, [0, 2, 0, 1, 1, 0, 0, 0, 0]);
});

test('pooling windows that do not fit are refused with the layer', () => {
  const x = ops.zeros([1, 1, 4, 4]);
  refused(
    () => new nn.SumPool2d({ kernelSize: 5 }).call(x),
    ShapeError,
    /^SumPool2d 5 x 5: .*larger/,
  );
  const pool = new nn.AvgPool2d({ kernelSize: 2, divisorOverride: 0 });
  refused(() => pool.call(x), ValueError, /^AvgPool2d 2 x 2: .*divisorOverride 0/);
  const padded = new nn.MaxPool2d({ kernelSize: 2, padding: 2 });
  refused(() => padded.call(x), ShapeError, /more than half the kernel/);
});

test('the norm of windows for odd and broken powers, and its gradient where all is zero', () => {
  const x = ops.tensor([0, 1, 2, 3], [1, 1, 2, 2]);
  for (const normType of [1.5, 3, 100]) {
    const [norm] = run(() => ops.lpPool2d(x, { normType, kernelSize: 2 }));
    const exact = 3 * ((1 / 3) ** normType + (2 / 3) ** normType + 1) ** (1 / normType);
    if (normType < 64) assert.ok(Math.abs(norm - exact) < 2e-6 * exact, `${norm}, not ${exact}`);
    else assert.equal(norm, Infinity, '3 ** 100 is beyond float32');
  }
  for (const normType of [1.5, 2, 3]) {
    const flat = ops.zeros([1, 1, 2, 2]);
    const dx = run(() => grad(ops.sum(ops.lpPool2d(flat, { normType, kernelSize: 2 })), [flat])[0]);
    assert.deepEqual(dx, [0, 0, 0, 0], `power ${normType}`);
  }
  refused(() => new nn.LPPool2d({ kernelSize: 2, normType: 0 }), ValueError, /normType is 0/);
});
