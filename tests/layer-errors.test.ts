/** Every layer with input that does not fit: what is wrong, in which layer, and how to mend it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DType, ShapeError, ValueError, zeros } from '../src/index.js';
import * as nn from '../src/nn/index.js';

interface BadInput {
  readonly layer: nn.Module;
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly says: RegExp;
}

const k3 = { kernelSize: 3 };
const floats = /expected float32, got int32/;
const badInputs: readonly BadInput[] = [
  { layer: new nn.Conv2d(3, 4, k3), shape: [3, 8, 8], says: /\[N, C, H, W\] .* got \[3, 8, 8\]/ },
  {
    layer: new nn.Conv2d(3, 4, k3),
    shape: [1, 4, 8, 8],
    says: /3 input channels, got 4 in \[1, 4, 8, 8\]/,
  },
  {
    layer: new nn.Conv2d(3, 4, k3),
    shape: [1, 3, 2, 8],
    says: /3 x 3 kernel .* larger than the padded input 2 x 8 of \[1, 3, 2, 8\]; add padding/,
  },
  {
    layer: new nn.Conv2d(3, 4, { kernelSize: 3, dilation: 4 }),
    shape: [1, 3, 8, 8],
    says: /reaches over 9 x 9/,
  },
  {
    layer: new nn.Conv2d(3, 4, k3),
    shape: [1, 3, 8, 8],
    dtype: 'int32',
    says: /got int32; convert with cast/,
  },
  {
    layer: new nn.Conv2d(1, 1, { kernelSize: 9, padding: 4, paddingMode: 'reflect' }),
    shape: [1, 1, 3, 8],
    says: /4 behind dimension 2 of \[1, 1, 3, 8\]; at most 2 fit, use less/,
  },
  {
    layer: new nn.Conv2d(1, 1, { kernelSize: 9, padding: 4, paddingMode: 'circular' }),
    shape: [1, 1, 3, 8],
    says: /at most 3 fit/,
  },
  { layer: new nn.Conv1d(3, 4, k3), shape: [3, 8], says: /expected \[N, 3, L\] .* got \[3, 8\]/ },
  {
    layer: new nn.Conv1d(3, 4, k3),
    shape: [1, 4, 8],
    says: /expected \[N, 3, L\] .* got \[1, 4, 8\]/,
  },
  {
    layer: new nn.Conv1d(3, 4, k3),
    shape: [1, 3, 2],
    says: /the 3 kernel .* padded input 2 of \[1, 3, 2\]; add padding/,
  },
  { layer: new nn.Conv1d(3, 4, k3), shape: [1, 3, 8], dtype: 'int32', says: floats },
  {
    layer: new nn.ConvTranspose2d(3, 4, k3),
    shape: [3, 8, 8],
    says: /\[N, C, H, W\] .* got \[3, 8, 8\]/,
  },
  { layer: new nn.ConvTranspose2d(3, 4, k3), shape: [1, 4, 8, 8], says: /3 input channels, got 4/ },
  {
    layer: new nn.ConvTranspose2d(3, 4, { kernelSize: 3, padding: 3 }),
    shape: [1, 3, 2, 2],
    says: /leaves -2 x -2 of \[1, 3, 2, 2\] .*; use less padding/,
  },
  { layer: new nn.ConvTranspose2d(3, 4, k3), shape: [1, 3, 8, 8], dtype: 'int32', says: floats },
  ...[nn.MaxPool2d, nn.AvgPool2d, nn.SumPool2d, nn.LPPool2d].flatMap((Pool) => [
    { layer: new Pool(k3), shape: [3, 3], says: /expected \[N, C, H, W\], got \[3, 3\]/ },
    {
      layer: new Pool(k3),
      shape: [1, 3, 2, 2],
      says: /larger than the padded input .* of \[1, 3, 2, 2\]; add padding/,
    },
    { layer: new Pool(k3), shape: [1, 3, 8, 8], dtype: 'int32' as const, says: floats },
  ]),
  ...[nn.MaxPool2d, nn.AvgPool2d, nn.SumPool2d].map((Pool) => ({
    layer: new Pool({ kernelSize: 2, padding: 2 }),
    shape: [1, 1, 4, 4],
    says: /padding \[2, 2, 2, 2\] is more than half the kernel 2 x 2/,
  })),
  {
    layer: new nn.AvgPool2d({ kernelSize: 2, divisorOverride: 0 }),
    shape: [1, 1, 4, 4],
    says: /divisorOverride 0; expected a number but 0/,
  },
  ...[nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d].flatMap((Pool) => [
    {
      layer: new Pool(2),
      shape: [3, 8, 8],
      says: /\[N, C, H, W\] with elements, got float32 \[3, 8, 8\]/,
    },
    { layer: new Pool(2), shape: [1, 3, 0, 8], says: /with elements, got float32 \[1, 3, 0, 8\]/ },
    {
      layer: new Pool(2),
      shape: [1, 3, 8, 8],
      dtype: 'int32' as const,
      says: /got int32 \[1, 3, 8, 8\]/,
    },
  ]),
  {
    layer: new nn.GlobalAvgPool2d(),
    shape: [3, 8, 8],
    says: /globalAvgPool2d: .* got float32 \[3, 8, 8\]/,
  },
  {
    layer: new nn.GlobalMaxPool2d(),
    shape: [3, 8],
    says: /globalMaxPool2d: .* got float32 \[3, 8\]/,
  },
  { layer: new nn.BatchNorm1d(3), shape: [3], says: /expected \[N, C\] or \[N, C, L\], got \[3\]/ },
  {
    layer: new nn.BatchNorm1d(3),
    shape: [2, 4],
    says: /3 channels in \[N, C\], got 4 in \[2, 4\]/,
  },
  {
    layer: new nn.BatchNorm1d(3),
    shape: [1, 3],
    says: /1 values per channel; .* larger batch or call eval/,
  },
  { layer: new nn.BatchNorm2d(3), shape: [0, 3, 1, 1], says: /0 values per channel/ },
  { layer: new nn.BatchNorm2d(3), shape: [2, 3, 2, 2], dtype: 'int32', says: floats },
  { layer: new nn.InstanceNorm2d(3), shape: [3, 3], says: /got \[3, 3\]/ },
  { layer: new nn.InstanceNorm2d(3), shape: [1, 2, 3, 3], says: /got 2 in \[1, 2, 3, 3\]/ },
  {
    layer: new nn.InstanceNorm2d(3),
    shape: [1, 3, 1, 1],
    says: /1 elements per image and channel/,
  },
  { layer: new nn.LayerNorm([3, 4]), shape: [2, 4], says: /ends in \[3, 4\], got \[2, 4\]/ },
  { layer: new nn.LayerNorm(4), shape: [2, 4], dtype: 'int32', says: floats },
  {
    layer: new nn.GroupNorm(2, 4),
    shape: [2, 3, 2],
    says: /4 channels in \[N, C, ...\], got \[2, 3, 2\]/,
  },
  { layer: new nn.LocalResponseNorm(3), shape: [3], says: /expected \[N, C, L, ...\], got \[3\]/ },
  {
    layer: new nn.Linear(3, 4),
    shape: [2, 5],
    says: /3 input features, got 5 in \[2, 5\]; the last dimension must be 3/,
  },
  { layer: new nn.Linear(3, 4), shape: [], says: /got none in \[\]/ },
  { layer: new nn.Linear(3, 4), shape: [2, 3], dtype: 'int32', says: floats },
  {
    layer: new nn.Embedding(3, 2),
    shape: [2],
    says: /expected int32 indices, got float32; convert with cast/,
  },
  { layer: new nn.PixelShuffle(2), shape: [4, 2, 2], says: /\[N, C, H, W\], got \[4, 2, 2\]/ },
  {
    layer: new nn.PixelShuffle(2),
    shape: [1, 3, 2, 2],
    says: /3 channels in \[1, 3, 2, 2\]; expected a multiple of 4/,
  },
  {
    layer: new nn.PixelUnshuffle(2),
    shape: [1, 1, 3, 2],
    says: /\[1, 1, 3, 2\] must be multiples of 2/,
  },
  {
    layer: new nn.Unflatten(1, [2, 2]),
    shape: [1, 5],
    says: /\[2, 2\] does not multiply to the 5 of dimension 1 in \[1, 5\]/,
  },
  { layer: new nn.Unflatten(1, [3, -1]), shape: [1, 5], says: /does not multiply/ },
  {
    layer: new nn.Unflatten(3, [2, 2]),
    shape: [1, 4],
    says: /dimension 3 does not exist .*; use -2 to 1/,
  },
  { layer: new nn.Flatten(), shape: [3], says: /dimension 1 does not exist .*; use -1 to 0/ },
  {
    layer: new nn.Flatten({ startDim: 2, endDim: 1 }),
    shape: [1, 2, 3],
    says: /startDim 2 lies behind endDim 1 in \[1, 2, 3\]/,
  },
  { layer: new nn.Upsample({ scaleFactor: 2 }), shape: [1, 2, 3], says: /got float32 \[1, 2, 3\]/ },
  {
    layer: new nn.Upsample({ scaleFactor: 0.1 }),
    shape: [1, 2, 3, 3],
    says: /leaves nothing of \[1, 2, 3, 3\]; use a larger/,
  },
  { layer: new nn.ZeroPad2d(-2), shape: [1, 1, 3, 3], says: /leaves nothing of \[1, 1, 3, 3\]/ },
  { layer: new nn.ReflectionPad2d(3), shape: [1, 1, 3, 3], says: /at most 2 fit/ },
  { layer: new nn.ReplicationPad2d(1), shape: [1, 1, 0, 2], says: /at most 0 fit/ },
  { layer: new nn.CircularPad2d(1), shape: [2], says: /expected \[..., H, W\], got \[2\]/ },
  { layer: new nn.Dropout(), shape: [3], dtype: 'int32', says: floats },
  {
    layer: new nn.PRelu({ numParameters: 3 }),
    shape: [1, 2, 2],
    says: /got 2 in \[1, 2, 2\]; dimension 1 must be 3/,
  },
  { layer: new nn.Sigmoid(), shape: [2], dtype: 'int32', says: floats },
  {
    layer: new nn.Softmax({ dim: 2 }),
    shape: [2, 2],
    says: /dimension 2 does not exist .*; use -2 to 1/,
  },
];

test('input that does not fit is refused with path, shapes and remedy while the graph is built', () => {
  for (const { layer, shape, dtype, says } of badInputs) {
    const model = new nn.Sequential(new nn.Identity(), layer);
    const what = `${layer.describe()} of ${dtype ?? 'float32'} [${shape}]`;
    try {
      model.call(zeros(shape, dtype));
    } catch (error) {
      assert.ok(error instanceof ShapeError || error instanceof ValueError, `${what}: ${error}`);
      assert.ok(error.message.startsWith(`1 (${layer.describe()}): `), error.message);
      assert.match(error.message, says, what);
      continue;
    }
    assert.fail(`${what} was taken`);
  }
});

test('pairs of inputs that do not fit are refused likewise', () => {
  const pair = new nn.Bilinear(2, 3, 4);
  assert.throws(
    () => pair.call(zeros([5, 2]), zeros([5, 2])),
    /^ShapeError: Bilinear 2 x 3 -> 4: expected \[..., 2\] and \[..., 3\] .*\[5, 2\] and \[5, 2\]/,
  );
  assert.throws(() => pair.call(zeros([5, 2]), zeros([4, 3])), /equal leading dimensions/);
  const unpool = (options: object = {}) => new nn.MaxUnpool2d({ kernelSize: 2, ...options });
  const [x, places] = [zeros([1, 1, 2, 2]), zeros([1, 1, 2, 2], 'int32')];
  assert.throws(() => unpool().call(x, x), /^ShapeError: MaxUnpool2d 2 x 2: .* int32 indices/);
  assert.throws(
    () => unpool({ outputSize: [4, 6] }).call(x, places),
    /output of 4 x 6 does not fit \[1, 1, 2, 2\]; .* expected 3 to 5 x 3 to 5/,
  );
  assert.throws(
    () => unpool({ padding: 3 }).call(x, places),
    /-2 x -2 .* so much padding, use less/,
  );
});
