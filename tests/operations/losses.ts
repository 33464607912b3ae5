/** Rows of losses and of measures of predictions. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  accuracy,
  bce,
  bceWithLogits,
  cosineEmbedding,
  crossEntropy,
  hingeEmbedding,
  huber,
  klDivergence,
  l1,
  type MultiMarginOptions,
  mse,
  multiMargin,
  type Reduction,
  smoothL1,
  ssim,
  totalVariation,
  tripletMargin,
} from '../../src/nn/index.js';
import { cast, logSoftmax } from '../../src/ops/index.js';
import { between, type CaseInput, exactly, integers, normal } from '../cases/case.js';
import { scaled } from './inputs.js';
import type { Family, GradientKind, OperationRows, Row } from './row.js';

type Shape = readonly number[];

/** A name, the inputs, the options but for the reduction, and PyTorch's call but for it. */
type LossRow<Options> = readonly [
  name: string,
  inputs: readonly CaseInput[],
  options: Options,
  torch: string,
  gradient?: GradientKind,
];

const reductions: readonly Reduction[] = ['mean', 'sum', 'none'];

/** The first row under every reduction, the others under the mean and by themselves. */
function everyReduction<Options>(
  loss: (inputs: readonly Tensor[], options: Options & { reduction: Reduction }) => Tensor,
  rows: readonly LossRow<Options>[],
  { special = [] }: { special?: readonly LossRow<Options>[] } = {},
): OperationRows {
  const reduced = (
    [name, inputs, options, torch, gradient]: LossRow<Options>,
    reduction: Reduction,
  ): Row => ({
    name: `${name}, ${reduction}`,
    inputs,
    build: (...tensors) => loss(tensors, { ...options, reduction }),
    torch: `${torch}, reduction='${reduction}')`,
    ...(gradient && { gradient }),
  });
  const chosen = (i: number) => (i === 0 ? reductions : (['mean', 'none'] as const));
  return {
    gradient: 'smooth',
    rows: rows.flatMap((row, i) => chosen(i).map((reduction) => reduced(row, reduction))),
    special: special.map((row) => reduced(row, 'none')),
  };
}

/** Targets that differ from `scaled` numbers by no whole multiple of 1/64. */
const pair = (shape: Shape): CaseInput[] => [
  scaled(shape, { factor: 8 }),
  scaled(shape, { by: 1 / 256, factor: 4, seed: 2 }),
];

const special: CaseInput[] = [
  exactly([Infinity, -Infinity, NaN, 0, -0, 1e20, 2 ** -149, 1, 3, -2]),
  exactly([1, 1, 1, 0, 0, -1e20, 0, 1, 2, -3]),
];

const probability = (shape: Shape, seed: number) => between(0.05, 0.95, shape, seed);
const sides = (shape: Shape): CaseInput => {
  const zeroOrOne = integers(0, 1, shape, 5);
  return { shape, dtype: 'float32', data: Float32Array.from(zeroOrOne.data, (x) => 2 * x - 1) };
};

const labels = (classes: number, shape: Shape) => integers(0, classes - 1, shape, 7);

/** Label 2 is ignored: one of them at least. */
const withTwo = exactly([2, 0, 1, 2, 3], [5], 'int32');

/** int32, because PyTorch's weights have no gradients. */
const classWeights = (classes: number) => integers(1, 5, [classes], 8);

const hard = everyReduction(
  ([logits, target, weight], options: Parameters<typeof crossEntropy>[2]) =>
    crossEntropy(logits, target, { ...options, weight: weight && cast(weight, 'float32') }),
  [
    ['labels', [normal([5, 4]), labels(4, [5])], {}, 'F.cross_entropy(a, b'],
    ['labels per pixel', [normal([2, 3, 2, 3]), labels(3, [2, 2, 3])], {}, 'F.cross_entropy(a, b'],
    ['one class', [normal([3, 1]), labels(1, [3])], {}, 'F.cross_entropy(a, b'],
    [
      'smoothed',
      [normal([5, 4]), labels(4, [5])],
      { labelSmoothing: 0.1 },
      'F.cross_entropy(a, b, label_smoothing=0.1',
    ],
    [
      'weighted',
      [normal([5, 4]), labels(4, [5]), classWeights(4)],
      {},
      'F.cross_entropy(a, b, c.double()',
    ],
    [
      'weighted and smoothed',
      [normal([5, 4]), labels(4, [5]), classWeights(4)],
      { labelSmoothing: 0.3 },
      'F.cross_entropy(a, b, c.double(), label_smoothing=0.3',
    ],
    [
      'some ignored',
      [normal([5, 4]), withTwo],
      { ignoreIndex: 2 },
      'F.cross_entropy(a, b, ignore_index=2',
    ],
    [
      'some ignored, weighted and smoothed',
      [normal([5, 4]), withTwo, classWeights(4)],
      { ignoreIndex: 2, labelSmoothing: 0.2 },
      'F.cross_entropy(a, b, c.double(), ignore_index=2, label_smoothing=0.2',
    ],
    [
      'weighted and ignored per pixel',
      [normal([2, 3, 2, 3]), labels(3, [2, 2, 3]), classWeights(3)],
      { ignoreIndex: 1 },
      'F.cross_entropy(a, b, c.double(), ignore_index=1',
    ],
  ],
  {
    special: [
      [
        'logits of size 1e4 and infinite',
        [
          exactly([1e4, -1e4, 0, 0, 1e4, 1e4, -Infinity, 1, 2, NaN, 0, 1], [4, 3]),
          exactly([0, 1, 2, 0], [4], 'int32'),
        ],
        {},
        'F.cross_entropy(a, b',
      ],
    ],
  },
);

const soft = everyReduction(
  ([logits, target, weight], options: Parameters<typeof crossEntropy>[2]) =>
    crossEntropy(logits, target, { ...options, weight: weight && cast(weight, 'float32') }),
  [
    ['probabilities', [normal([5, 4]), probability([5, 4], 2)], {}, 'F.cross_entropy(a, b'],
    [
      'probabilities per pixel',
      [normal([2, 3, 1, 2]), probability([2, 3, 1, 2], 2)],
      {},
      'F.cross_entropy(a, b',
    ],
    [
      'smoothed probabilities',
      [normal([5, 4]), probability([5, 4], 2)],
      { labelSmoothing: 0.1 },
      'F.cross_entropy(a, b, label_smoothing=0.1',
    ],
    [
      'weighted probabilities',
      [normal([5, 4]), probability([5, 4], 2), classWeights(4)],
      { labelSmoothing: 0.2 },
      'F.cross_entropy(a, b, c.double(), label_smoothing=0.2',
    ],
  ],
);

export const losses: Family = {
  crossEntropy: { ...hard, rows: [...hard.rows, ...soft.rows] },
  bce: everyReduction(
    ([x, y, weight], options) =>
      bce(x, y, { ...options, weight: weight && cast(weight, 'float32') }),
    [
      [
        'probabilities',
        [probability([3, 5], 1), probability([3, 5], 2)],
        {},
        'F.binary_cross_entropy(a, b',
      ],
      [
        'weighted',
        [probability([3, 5], 1), probability([3, 5], 2), classWeights(5)],
        {},
        'F.binary_cross_entropy(a, b, c.double()',
      ],
      ['one', [probability([1], 1), exactly([1])], {}, 'F.binary_cross_entropy(a, b'],
    ],
    {
      special: [
        [
          'certain',
          [exactly([0, 1, 0, 1, 1e-20, 0.5]), exactly([0, 1, 1, 0, 1, 0.5])],
          {},
          'F.binary_cross_entropy(a, b',
        ],
      ],
    },
  ),
  bceWithLogits: everyReduction(
    ([x, y, weight, posWeight], options) =>
      bceWithLogits(x, y, {
        ...options,
        weight: weight && cast(weight, 'float32'),
        posWeight: posWeight && cast(posWeight, 'float32'),
      }),
    [
      [
        'logits',
        [normal([3, 5]), probability([3, 5], 2)],
        {},
        'F.binary_cross_entropy_with_logits(a, b',
      ],
      [
        'weighted',
        [normal([3, 5]), probability([3, 5], 2), classWeights(5)],
        {},
        'F.binary_cross_entropy_with_logits(a, b, c.double()',
      ],
      [
        'positives weighted',
        [normal([3, 5]), probability([3, 5], 2), integers(1, 5, [3, 1], 3), classWeights(5)],
        {},
        'F.binary_cross_entropy_with_logits(a, b, c.double(), pos_weight=d.double()',
      ],
    ],
    {
      special: [
        [
          'special values',
          [exactly([0, -0, 1e4, -1e4, 1e20, NaN, 2 ** -149]), exactly([0, 1, 1, 1, 0, 1, 0])],
          {},
          'F.binary_cross_entropy_with_logits(a, b',
        ],
      ],
    },
  ),
  mse: everyReduction(
    ([x, y], options) => mse(x, y, options),
    [
      ['pairs', [normal([3, 5]), normal([3, 5], 2)], {}, 'F.mse_loss(a, b'],
      ['one', [normal([1]), normal([1], 2)], {}, 'F.mse_loss(a, b'],
    ],
    { special: [['special values', special, {}, 'F.mse_loss(a, b']] },
  ),
  l1: everyReduction(
    ([x, y], options) => l1(x, y, options),
    [
      ['pairs', pair([3, 5]), {}, 'F.l1_loss(a, b'],
      ['equal ones', [exactly([1, 2]), exactly([1, 3])], {}, 'F.l1_loss(a, b', 'kinked'],
    ],
    { special: [['special values', special, {}, 'F.l1_loss(a, b']] },
  ),
  smoothL1: everyReduction(
    ([x, y], options: { beta?: number; reduction: Reduction }) => smoothL1(x, y, options),
    [
      ['pairs', pair([3, 5]), {}, 'F.smooth_l1_loss(a, b'],
      ['beta', pair([3, 5]), { beta: 0.37 }, 'F.smooth_l1_loss(a, b, beta=0.37'],
      ['no bend', pair([3, 5]), { beta: 0 }, 'F.smooth_l1_loss(a, b, beta=0'],
      [
        'at the bend',
        [exactly([1, -1, 0]), exactly([0, 0, 0])],
        {},
        'F.smooth_l1_loss(a, b',
        'kinked',
      ],
    ],
    { special: [['special values', special, {}, 'F.smooth_l1_loss(a, b']] },
  ),
  huber: everyReduction(
    ([x, y], options: { delta?: number; reduction: Reduction }) => huber(x, y, options),
    [
      ['pairs', pair([3, 5]), {}, 'F.huber_loss(a, b'],
      ['delta', pair([3, 5]), { delta: 0.37 }, 'F.huber_loss(a, b, delta=0.37'],
      ['at the bend', [exactly([1, -1, 0]), exactly([0, 0, 0])], {}, 'F.huber_loss(a, b', 'kinked'],
    ],
    { special: [['special values', special, {}, 'F.huber_loss(a, b']] },
  ),
  klDivergence: withBatchMean(
    everyReduction(
      ([x, y], options: { logTarget?: boolean; reduction: Reduction }) =>
        klDivergence(x, y, options),
      [
        ['probabilities', [normal([3, 5]), probability([3, 5], 2)], {}, 'F.kl_div(a, b'],
        [
          'logarithms',
          [normal([3, 5]), normal([3, 5], 2)],
          { logTarget: true },
          'F.kl_div(a, b, log_target=True',
        ],
        [
          'none at zero',
          [normal([1, 3]), exactly([0, 0.5, 0.5], [1, 3])],
          {},
          'F.kl_div(a, b',
          'none',
        ],
      ],
    ),
  ),
  hingeEmbedding: everyReduction(
    ([x, y], options: { margin?: number; reduction: Reduction }) => hingeEmbedding(x, y, options),
    [
      ['pairs', [scaled([3, 5], { factor: 8 }), sides([3, 5])], {}, 'F.hinge_embedding_loss(a, b'],
      [
        'margin',
        [scaled([3, 5], { factor: 8 }), sides([3, 5])],
        { margin: 0.3 },
        'F.hinge_embedding_loss(a, b, 0.3',
      ],
      [
        'at the margin',
        [exactly([1, 1]), exactly([-1, 1])],
        {},
        'F.hinge_embedding_loss(a, b',
        'kinked',
      ],
    ],
  ),
  multiMargin: everyReduction<MultiMarginOptions>(
    ([x, y, weight], options: MultiMarginOptions) =>
      multiMargin(x, y, { ...options, weight: weight && cast(weight, 'float32') }),
    [
      ['labels', [scaled([3, 5], { factor: 9.1 }), labels(5, [3])], {}, 'F.multi_margin_loss(a, b'],
      [
        'squared',
        [scaled([3, 5], { factor: 9.1 }), labels(5, [3])],
        { p: 2, margin: 0.7 },
        'F.multi_margin_loss(a, b, 2, 0.7',
      ],
      ['one class', [normal([2, 1]), labels(1, [2])], {}, 'F.multi_margin_loss(a, b'],
      [
        'weighted',
        [scaled([3, 5], { factor: 9.1 }), labels(5, [3]), classWeights(5)],
        {},
        'F.multi_margin_loss(a, b, weight=c.double()',
      ],
    ],
  ),
  cosineEmbedding: everyReduction(
    ([a, b, target], options: { margin?: number; reduction: Reduction }) =>
      cosineEmbedding(a, b, { ...options, target }),
    [
      [
        'pairs',
        [normal([4, 3]), normal([4, 3], 2), exactly([1, -1, -1, 1])],
        {},
        'F.cosine_embedding_loss(a, b, c',
      ],
      [
        'margin',
        [normal([4, 3]), normal([4, 3], 2), exactly([1, -1, -1, -1])],
        { margin: -0.4 },
        'F.cosine_embedding_loss(a, b, c, -0.4',
      ],
      [
        'one pair',
        [normal([3]), normal([3], 2), exactly([1], [])],
        {},
        'F.cosine_embedding_loss(a, b, c',
      ],
    ],
  ),
  tripletMargin: everyReduction(
    (
      [a, b, negative],
      options: { margin?: number; p?: number; swap?: boolean; eps?: number; reduction: Reduction },
    ) => tripletMargin(a, b, { ...options, negative }),
    [
      [
        'triplets',
        [normal([4, 3]), normal([4, 3], 2), normal([4, 3], 3)],
        {},
        'F.triplet_margin_loss(a, b, c',
      ],
      [
        'p = 1',
        [normal([4, 3]), normal([4, 3], 2), normal([4, 3], 3)],
        { p: 1, margin: 0.2 },
        'F.triplet_margin_loss(a, b, c, 0.2, 1',
      ],
      [
        'p = 3, swapped',
        [normal([4, 3]), normal([4, 3], 2), normal([4, 3], 3)],
        { p: 3, swap: true },
        'F.triplet_margin_loss(a, b, c, p=3, swap=True',
      ],
    ],
  ),
  totalVariation: {
    gradient: 'smooth',
    rows: (
      [
        [2, 2, 3, 4],
        [1, 1, 1, 5],
        [1, 2, 1, 1],
      ] as const
    ).flatMap((shape) =>
      reductions.map((reduction) => ({
        name: `[${shape}], ${reduction}`,
        inputs: [scaled(shape, {})],
        build: (x: Tensor) => totalVariation(x, { reduction }),
        torch: `((a[:, :, 1:] - a[:, :, :-1]).abs().sum([1, 2, 3]) + (a[..., 1:] - a[..., :-1]).abs().sum([1, 2, 3]))${reduction === 'none' ? '' : `.${reduction}()`}`,
      })),
    ),
  },
  ssim: {
    gradient: 'smooth',
    rows: [
      {
        name: 'a window of 3',
        inputs: [probability([2, 2, 4, 5], 1), probability([2, 2, 4, 5], 2)],
        build: (x, y) => ssim(x, y, { kernelSize: 3, reduction: 'none' }),
        torch: structuralSimilarity(3, 1.5, 1, 'mean([1, 2, 3, 4])'),
      },
      {
        name: 'a range of 255, sharper',
        inputs: [between(0, 255, [1, 1, 5, 6], 1), between(0, 255, [1, 1, 5, 6], 2)],
        build: (x, y) => ssim(x, y, { kernelSize: 5, sigma: 0.8, dataRange: 255 }),
        torch: structuralSimilarity(5, 0.8, 255, 'mean()'),
      },
      {
        name: 'a window of one pixel',
        inputs: [probability([1, 1, 1, 2], 1), probability([1, 1, 1, 2], 2)],
        build: (x, y) => ssim(x, y, { kernelSize: 1, reduction: 'sum' }),
        torch: structuralSimilarity(1, 1.5, 1, 'mean([1, 2, 3, 4]).sum()'),
      },
    ],
  },
  accuracy: {
    gradient: 'none',
    rows: [
      {
        name: '[5, 4]',
        inputs: [normal([5, 4]), labels(4, [5])],
        build: accuracy,
        torch: '(a.argmax(1) == b).double().mean()',
      },
      {
        name: 'one class',
        inputs: [normal([3, 1]), labels(1, [3])],
        build: accuracy,
        torch: '(a.argmax(1) == b).double().mean()',
      },
      {
        name: 'as predicted',
        inputs: [exactly([0, 1, 1, 0], [2, 2]), exactly([1, 1], [2], 'int32')],
        build: accuracy,
        torch: '(a.argmax(1) == b).double().mean()',
      },
    ],
  },
};

/** `rows`, and the mean over the batch that the divergence knows besides. */
function withBatchMean(rows: OperationRows): OperationRows {
  const row: Row = {
    name: 'batchmean',
    inputs: [normal([3, 5]), probability([3, 5], 2)],
    build: (x, y) => klDivergence(logSoftmax(x, 1), y, { reduction: 'batchmean' }),
    torch: "F.kl_div(a.log_softmax(1), b, reduction='batchmean')",
  };
  return { ...rows, rows: [...rows.rows, row] };
}

/** By the definition, in one window of outer products: PyTorch has none. */
function structuralSimilarity(size: number, sigma: number, range: number, reduce: string): string {
  const window = `torch.softmax(-((torch.arange(${size}) - ${(size - 1) / 2}).double() / ${sigma}) ** 2 / 2, 0)`;
  const local = `(lambda x: F.conv2d(x.flatten(0, 1)[:, None], torch.outer(w, w)[None, None]).unflatten(0, a.shape[:2]))`;
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const luminance = `((2 * l(a) * l(b) + ${c1}) / (l(a) ** 2 + l(b) ** 2 + ${c1}))`;
  const structure = `((2 * (l(a * b) - l(a) * l(b)) + ${c2}) / (l(a * a) - l(a) ** 2 + l(b * b) - l(b) ** 2 + ${c2}))`;
  return `(lambda w: (lambda l: ${luminance} * ${structure})(${local}))(${window}).${reduce}`;
}
