/** Rows of layers, as functions of their inputs and of their parameters. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  BatchNorm1d,
  BatchNorm2d,
  Bilinear,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  Embedding,
  Flatten,
  GroupNorm,
  Identity,
  InstanceNorm2d,
  LayerNorm,
  Linear,
  LocalResponseNorm,
  NamedSequential,
  Sequential,
  Tanh,
  Unflatten,
} from '../../src/nn/index.js';
import { between, type CaseInput, integers, normal } from '../cases/case.js';
import { layerRows } from './layer-rows.js';
import type { Family } from './row.js';

type Shape = readonly number[];
type Mode = 'reflect' | 'replicate' | 'circular';

/** Weights and then a bias per output. */
const weighted = (weight: Shape, outputs: number): { weight: CaseInput; bias: CaseInput } => ({
  weight: normal(weight, 2),
  bias: normal([outputs], 3),
});

const running = (channels: number) => ({
  runningMean: normal([channels], 4),
  runningVar: between(0.5, 2, [channels], 5),
});

export const layers: Family = {
  Identity: layerRows([[() => new Identity(), [normal([3, 5])], 'a * 1']]),
  Sequential: layerRows([
    [() => new Sequential(new Flatten(), new Tanh()), [normal([2, 1, 3])], 'a.flatten(1).tanh()'],
    [() => new Sequential(new Tanh()), [normal([3])], 'a.tanh()'],
  ]),
  NamedSequential: layerRows([
    [
      () => new NamedSequential({ flat: new Flatten(), tanh: new Tanh() }),
      [normal([2, 1, 3])],
      'a.flatten(1).tanh()',
    ],
  ]),
  Linear: layerRows([
    [() => new Linear(5, 3), [normal([4, 5])], 'F.linear(a, b, c)', weighted([3, 5], 3)],
    [() => new Linear(1, 1), [normal([1, 1])], 'F.linear(a, b, c)', weighted([1, 1], 1)],
    [() => new Linear(4, 2), [normal([2, 3, 4])], 'F.linear(a, b, c)', weighted([2, 4], 2)],
    [
      () => new Linear(4, 2, { bias: false }),
      [normal([4])],
      'F.linear(a, b)',
      { weight: normal([2, 4], 2) },
    ],
  ]),
  Bilinear: layerRows<[Tensor, Tensor]>([
    [
      () => new Bilinear(3, 4, 2),
      [normal([5, 3]), normal([5, 4], 6)],
      'F.bilinear(a, b, c, d)',
      weighted([2, 3, 4], 2),
    ],
    [
      () => new Bilinear(2, 1, 3),
      [normal([2, 2, 2]), normal([2, 2, 1], 6)],
      'F.bilinear(a, b, c, d)',
      weighted([3, 2, 1], 3),
    ],
    [
      () => new Bilinear(3, 4, 2, { bias: false }),
      [normal([3]), normal([4], 6)],
      'F.bilinear(a, b, c)',
      { weight: normal([2, 3, 4], 2) },
    ],
  ]),
  Embedding: layerRows([
    [
      () => new Embedding(6, 3),
      [integers(0, 5, [2, 4])],
      'F.embedding(a, b)',
      { weight: normal([6, 3]) },
    ],
    [
      () => new Embedding(1, 1),
      [integers(0, 0, [3])],
      'F.embedding(a, b)',
      { weight: normal([1, 1]) },
    ],
  ]),
  Conv1d: layerRows([
    [
      () => new Conv1d(2, 3, { kernelSize: 3 }),
      [normal([2, 2, 7])],
      'F.conv1d(a, b, c)',
      weighted([3, 2, 3], 3),
    ],
    [
      () => new Conv1d(2, 4, { kernelSize: 2, stride: 2, dilation: 2, padding: [1, 2], groups: 2 }),
      [normal([1, 2, 8])],
      'F.conv1d(F.pad(a, [1, 2]), b, c, 2, 0, 2, 2)',
      weighted([4, 1, 2], 4),
    ],
    ...(['reflect', 'replicate', 'circular'] as const).map(
      (paddingMode: Mode) =>
        [
          () => new Conv1d(1, 2, { kernelSize: 3, padding: 2, paddingMode }),
          [normal([1, 1, 5])],
          `F.conv1d(F.pad(a, [2, 2], '${paddingMode}'), b, c)`,
          weighted([2, 1, 3], 2),
        ] as const,
    ),
  ]),
  Conv2d: layerRows([
    [
      () => new Conv2d(2, 3, { kernelSize: 3 }),
      [normal([2, 2, 4, 5])],
      'F.conv2d(a, b, c)',
      weighted([3, 2, 3, 3], 3),
    ],
    [
      () =>
        new Conv2d(2, 4, {
          kernelSize: [2, 3],
          stride: [2, 1],
          dilation: [1, 2],
          padding: [1, 0, 2, 1],
          groups: 2,
        }),
      [normal([1, 2, 5, 6])],
      'F.conv2d(F.pad(a, [2, 1, 1, 0]), b, c, [2, 1], 0, [1, 2], 2)',
      weighted([4, 1, 2, 3], 4),
    ],
    [
      () => new Conv2d(2, 2, { kernelSize: [2, 3], padding: 'same', bias: false }),
      [normal([1, 2, 4, 3])],
      "F.conv2d(a, b, padding='same')",
      { weight: normal([2, 2, 2, 3], 2) },
    ],
    ...(['reflect', 'replicate', 'circular'] as const).map(
      (paddingMode: Mode) =>
        [
          () => new Conv2d(1, 2, { kernelSize: 3, padding: [1, 2], paddingMode }),
          [normal([1, 1, 3, 4])],
          `F.conv2d(F.pad(a, [2, 2, 1, 1], '${paddingMode}'), b, c)`,
          weighted([2, 1, 3, 3], 2),
        ] as const,
    ),
  ]),
  ConvTranspose2d: layerRows([
    [
      () => new ConvTranspose2d(3, 2, { kernelSize: 4, stride: 2, padding: 1 }),
      [normal([1, 3, 3, 2])],
      'F.conv_transpose2d(a, b, c, 2, 1)',
      weighted([3, 2, 4, 4], 2),
    ],
    [
      () =>
        new ConvTranspose2d(2, 4, {
          kernelSize: 3,
          stride: 2,
          outputPadding: 1,
          groups: 2,
          dilation: 2,
        }),
      [normal([1, 2, 2, 3])],
      'F.conv_transpose2d(a, b, c, 2, 0, 1, 2, 2)',
      weighted([2, 2, 3, 3], 4),
    ],
  ]),
  BatchNorm1d: layerRows([
    [
      () => new BatchNorm1d(3),
      [normal([5, 3])],
      'F.batch_norm(a, None, None, b, c, True)',
      weighted([3], 3),
    ],
    [
      () => new BatchNorm1d(2),
      [normal([2, 2, 3])],
      'F.batch_norm(a, None, None, b, c, True)',
      weighted([2], 2),
    ],
    [
      () => new BatchNorm1d(3, { affine: false }).eval(),
      [normal([1, 3])],
      '(a - b) / torch.sqrt(c + 1e-5)',
      running(3),
    ],
  ]),
  BatchNorm2d: layerRows([
    [
      () => new BatchNorm2d(2),
      [normal([3, 2, 2, 3])],
      'F.batch_norm(a, None, None, b, c, True)',
      weighted([2], 2),
    ],
    [
      () => new BatchNorm2d(2, { trackRunningStats: false, eps: 0.1 }).eval(),
      [normal([1, 2, 1, 3])],
      'F.batch_norm(a, None, None, b, c, True, eps=0.1)',
      weighted([2], 2),
    ],
    [
      () => new BatchNorm2d(2, { affine: false }).eval(),
      [normal([1, 2, 1, 1])],
      '(a - b.view(2, 1, 1)) / torch.sqrt(c.view(2, 1, 1) + 1e-5)',
      running(2),
    ],
  ]),
  InstanceNorm2d: layerRows([
    [() => new InstanceNorm2d(2), [normal([2, 2, 2, 3])], 'F.instance_norm(a)'],
    [
      () => new InstanceNorm2d(2, { affine: true }),
      [normal([2, 3, 2])],
      'F.instance_norm(a[None], weight=b, bias=c)[0]',
      weighted([2], 2),
    ],
    [
      () => new InstanceNorm2d(2, { trackRunningStats: true }).eval(),
      [normal([1, 2, 1, 3])],
      '(a - b.view(2, 1, 1)) / torch.sqrt(c.view(2, 1, 1) + 1e-5)',
      running(2),
    ],
  ]),
  LayerNorm: layerRows([
    [() => new LayerNorm(5), [normal([2, 3, 5])], 'F.layer_norm(a, [5], b, c)', weighted([5], 5)],
    [
      () => new LayerNorm([2, 3], { eps: 0.1, elementwiseAffine: false }),
      [normal([2, 2, 3])],
      'F.layer_norm(a, [2, 3], eps=0.1)',
    ],
  ]),
  GroupNorm: layerRows([
    [() => new GroupNorm(2, 4), [normal([2, 4, 3])], 'F.group_norm(a, 2, b, c)', weighted([4], 4)],
    [() => new GroupNorm(1, 3, { affine: false }), [normal([2, 3, 1, 2])], 'F.group_norm(a, 1)'],
  ]),
  LocalResponseNorm: layerRows([
    [() => new LocalResponseNorm(3), [normal([1, 5, 2, 2])], 'F.local_response_norm(a, 3)'],
    [
      () => new LocalResponseNorm(2, { alpha: 1, beta: 0.5, k: 2 }),
      [normal([1, 3, 2])],
      'F.local_response_norm(a, 2, 1, 0.5, 2)',
    ],
  ]),
  Flatten: layerRows([
    [() => new Flatten(), [normal([2, 3, 1, 2])], 'a.flatten(1)'],
    [() => new Flatten({ startDim: 0, endDim: -2 }), [normal([2, 3, 2])], 'a.flatten(0, -2)'],
  ]),
  Unflatten: layerRows([
    [() => new Unflatten(1, [3, 1, 2]), [normal([2, 6])], 'a.unflatten(1, [3, 1, 2])'],
    [() => new Unflatten(-1, [2, -1]), [normal([3, 4])], 'a.unflatten(-1, [2, 2])'],
  ]),
};
