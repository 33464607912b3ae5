/** Every layer with options out of range: what is wrong and what was expected, when the layer is made. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../src/index.js';
import * as nn from '../src/nn/index.js';

/** Options that TypeScript would refuse. */
const wrong = (options: unknown) => options as never;

const k3 = { kernelSize: 3 };
const layers: readonly [build: () => unknown, says: RegExp][] = [
  [
    () => new nn.Conv2d(3, 4, { kernelSize: 3, groups: 2 }),
    /groups is 2, which does not divide both 3 input and 4 output channels; use a/,
  ],
  [() => new nn.Conv2d(3, 4, { kernelSize: 0 }), /kernelSize: .* got 0/],
  [() => new nn.Conv2d(3, 4, wrong({})), /kernelSize: .* got undefined/],
  [
    () => new nn.Conv2d(3, 4, wrong(undefined)),
    /the options are undefined; expected an object, such as { kernelSize: /,
  ],
  [() => new nn.Conv2d(3, 4, wrong(3)), /the options are 3; expected an object/],
  [() => new nn.Conv2d(Number.NaN, 4, k3), /inChannels is NaN/],
  [() => new nn.Conv2d(3, 4, { kernelSize: 3, stride: 0.5 }), /stride: .* got 0.5/],
  [() => new nn.Conv2d(3, 4, { kernelSize: 3, dilation: 0 }), /dilation: .* got 0/],
  [() => new nn.Conv2d(3, 4, { kernelSize: 3, padding: -1 }), /padding: .* got -1/],
  [
    () => new nn.Conv2d(3, 4, { kernelSize: 3, padding: wrong([1, 2, 3]) }),
    /padding: .* got \[1,2,3\]/,
  ],
  [() => new nn.Conv2d(3, 4, { kernelSize: 3, padding: wrong('full') }), /padding: .* got "full"/],
  [
    () => new nn.Conv2d(3, 4, { kernelSize: 3, padding: 'same', stride: 2 }),
    /padding 'same' needs stride 1; give/,
  ],
  [
    () => new nn.Conv2d(3, 4, { kernelSize: 3, paddingMode: wrong('reflct') }),
    /paddingMode: .* mean "reflect"/,
  ],
  [
    () => new nn.Conv2d(3, 4, wrong({ kernelSize: 3, strid: 2 })),
    /no option "strid"; did you mean "stride"/,
  ],
  [() => new nn.Conv1d(3, 4, { kernelSize: 3, groups: 2 }), /groups is 2/],
  [() => new nn.Conv1d(3, 4, { kernelSize: wrong([3, 3]) }), /kernelSize: .* got \[3,3\]/],
  [() => new nn.Conv1d(3, 4, { kernelSize: 3, padding: -2 }), /padding: .* got -2/],
  [() => new nn.Conv1d(3, 4, wrong(undefined)), /the options are undefined/],
  [() => new nn.ConvTranspose2d(4, 3, { kernelSize: 3, groups: 2 }), /groups is 2/],
  [
    () => new nn.ConvTranspose2d(3, 4, { kernelSize: 3, stride: 2, outputPadding: 2 }),
    /outputPadding \[2, 2\] must be smaller/,
  ],
  [
    () => new nn.ConvTranspose2d(3, 4, { kernelSize: 3, stride: 4, padding: 'same' }),
    /ConvTranspose2d: padding 'same' needs a kernel that reaches over the stride, 4; use a larger/,
  ],
  [
    () => new nn.ConvTranspose2d(3, 4, { kernelSize: 3, padding: wrong('full') }),
    /padding: .* got "full"/,
  ],
  [
    () => new nn.ConvTranspose2d(3, 4, { kernelSize: 3, padding: [1, 2, -3, 4] }),
    /padding: .* got \[1,2,-3,4\]/,
  ],
  ...[nn.MaxPool2d, nn.AvgPool2d, nn.SumPool2d, nn.LPPool2d].flatMap(
    (Pool): [() => unknown, RegExp][] => [
      [() => new Pool({ kernelSize: 0 }), /kernelSize: .* got 0/],
      [() => new Pool({ kernelSize: 2, stride: 0 }), /stride: .* got 0/],
      [() => new Pool(wrong({ kernelSize: 2, strides: 2 })), /did you mean "stride"/],
      [() => new Pool(wrong(2)), /the options are 2; expected an object, such as { kernelSize/],
    ],
  ),
  [() => new nn.MaxPool2d({ kernelSize: 2, padding: Number.NaN }), /padding: /],
  [() => new nn.LPPool2d({ kernelSize: 2, normType: 0 }), /normType is 0/],
  [() => new nn.MaxUnpool2d({ kernelSize: 2, outputSize: [0, 1] }), /outputSize: .* got \[0,1\]/],
  ...[nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d].flatMap((Pool): [() => unknown, RegExp][] =>
    [0, undefined, [1, 2, 3], [Number.NaN, 2]].map((size) => [
      () => new Pool(wrong(size)),
      /outputSize: expected/,
    ]),
  ),
  [() => new nn.BatchNorm2d(3.5), /numFeatures is 3.5/],
  [
    () => new nn.BatchNorm2d(3, { momentum: 2 }),
    /momentum is 2; expected a finite number of at least 0 and at most 1/,
  ],
  [() => new nn.BatchNorm1d(3, { momentum: Number.NaN }), /momentum is NaN/],
  [() => new nn.BatchNorm2d(3, { eps: -1 }), /eps is -1/],
  [() => new nn.InstanceNorm2d(3, { eps: Infinity }), /eps is Infinity/],
  [() => new nn.BatchNorm2d(3, wrong(null)), /the options are null/],
  [() => new nn.LayerNorm(0), /normalizedShape is 0/],
  [() => new nn.LayerNorm([2, -1]), /normalizedShape is -1/],
  [() => new nn.LayerNorm(wrong(undefined)), /normalizedShape is undefined/],
  [() => new nn.LayerNorm(2, { eps: Number.NaN }), /eps is NaN/],
  [() => new nn.GroupNorm(3, 4), /numGroups is 3, which does not divide 4/],
  [() => new nn.GroupNorm(1, 4, { eps: -1 }), /eps is -1/],
  [() => new nn.LocalResponseNorm(1.5), /size is 1.5/],
  ...['alpha', 'beta', 'k'].map((name): [() => unknown, RegExp] => [
    () => new nn.LocalResponseNorm(3, { [name]: Number.NaN }),
    new RegExp(`${name} is NaN; expected a finite number$`),
  ]),
  [() => new nn.Linear(0, 4), /inFeatures is 0/],
  [
    () => new nn.Linear(2, 4, wrong(true)),
    /the options are true; expected an object, such as { bias/,
  ],
  [() => new nn.Bilinear(0, 3, 4), /in1Features is 0/],
  [() => new nn.Bilinear(2, Number.NaN, 4), /in2Features is NaN/],
  [() => new nn.Embedding(0, 2), /numEmbeddings is 0/],
  [() => new nn.Embedding(2, 2, { paddingIdx: 2 }), /paddingIdx is 2; expected .* from -2 to 1/],
  [() => new nn.PixelShuffle(0), /upscaleFactor is 0/],
  [() => new nn.PixelUnshuffle(1.5), /downscaleFactor is 1.5/],
  [() => new nn.Unflatten(0.5, [1]), /dim is 0.5/],
  ...[undefined, 4, [-2, 2], [-1, -1], [1.5]].map((size): [() => unknown, RegExp] => [
    () => new nn.Unflatten(1, wrong(size)),
    /unflattenedSize is .*; expected a list of extents, one of which may be -1/,
  ]),
  [() => new nn.Flatten({ startDim: Number.NaN }), /startDim is NaN/],
  [() => new nn.Flatten(wrong(1)), /the options are 1/],
  [() => new nn.Upsample(wrong(undefined)), /the options are undefined/],
  [() => new nn.Upsample({ size: 2, scaleFactor: 2 }), /give either size or scaleFactor/],
  [
    () => new nn.Upsample({ size: 2, mode: wrong('linear') }),
    /mode "linear"; use nearest, bilinear, bicubic/,
  ],
  [() => new nn.Upsample({ scaleFactor: Number.NaN }), /scaleFactor is NaN/],
  [() => new nn.Upsample({ scaleFactor: -1 }), /scaleFactor is -1; expected a positive/],
  ...[
    nn.ZeroPad2d,
    nn.ConstantPad2d,
    nn.ReflectionPad2d,
    nn.ReplicationPad2d,
    nn.CircularPad2d,
  ].flatMap((Pad) =>
    [0.5, undefined, [1, 2]].map((padding): [() => unknown, RegExp] => [
      () => new Pad(wrong(padding)),
      /padding .*; expected one number or \[left, right, top, bottom\]/,
    ]),
  ),
  [() => new nn.ConstantPad2d(1, { value: wrong('a') }), /value is a; expected a number/],
  ...[nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d].flatMap((Layer) =>
    [1.1, -0.1, Number.NaN, '0.5'].map((p): [() => unknown, RegExp] => [
      () => new Layer(wrong(p)),
      /p is .*; expected a probability from 0 to 1/,
    ]),
  ),
  [() => new nn.LeakyRelu({ negativeSlope: Number.NaN }), /negativeSlope is NaN/],
  [() => new nn.Elu({ alpha: Number.NaN }), /alpha is NaN/],
  [
    () => new nn.Gelu({ approximate: wrong('fast') }),
    /approximate is "fast"; expected 'none' or 'tanh'/,
  ],
  [() => new nn.Softplus({ beta: 0 }), /beta is 0/],
  [() => new nn.Hardtanh({ minVal: 1, maxVal: 0 }), /minVal 1 is not below maxVal 0/],
  [() => new nn.PRelu({ numParameters: 0 }), /numParameters is 0/],
  [() => new nn.PRelu({ init: Number.NaN }), /init is NaN; expected a finite number$/],
  [() => new nn.Softmax(wrong(undefined)), /the options are undefined/],
  [() => new nn.LogSoftmax({ dim: 0.5 }), /dim is 0.5/],
  [() => new nn.Sequential(wrong(() => 1)), /argument 0 is no Module/],
  [() => nn.spectralNorm(new nn.Linear(2, 2), { eps: -1 }), /eps is -1/],
  [() => nn.weightNorm(new nn.Linear(2, 2), { dim: 5 }), /dim is 5; .* 0 to 1/],
  [() => nn.weightNorm(new nn.Relu()), /no parameter "weight"/],
];

test('options out of range are refused when a layer is made', () => {
  for (const [build, says] of layers) {
    assert.throws(build, (error) => {
      assert.ok(error instanceof ValueError, `${build}: ${error}`);
      assert.match(error.message, says);
      return true;
    });
  }
});
