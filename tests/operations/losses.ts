/** Rows of losses of numbers, of margins and of images. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  cosineEmbedding,
  hingeEmbedding,
  huber,
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
import { cast } from '../../src/ops/index.js';
import { between, type CaseInput, exactly, integers, normal } from '../cases/case.js';
import { scaled } from './inputs.js';
import { classWeights, everyReduction, labels, probability, reductions } from './loss-rows.js';
import type { Family } from './row.js';

type Shape = readonly number[];

/** Targets that differ from `scaled` numbers by no whole multiple of 1/64. */
const pair = (shape: Shape): CaseInput[] => [
  scaled(shape, { factor: 8 }),
  scaled(shape, { by: 1 / 256, factor: 4, seed: 2 }),
];

const special: CaseInput[] = [
  exactly([Infinity, -Infinity, NaN, 0, -0, 1e20, 2 ** -149, 1, 3, -2]),
  exactly([1, 1, 1, 0, 0, -1e20, 0, 1, 2, -3]),
];

const sides = (shape: Shape): CaseInput => {
  const zeroOrOne = integers(0, 1, shape, 5);
  return { shape, dtype: 'float32', data: Float32Array.from(zeroOrOne.data, (x) => 2 * x - 1) };
};

export const losses: Family = {
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
};

/** By the definition, in one window of outer products: PyTorch has none. */
function structuralSimilarity(size: number, sigma: number, range: number, reduce: string): string {
  const window = `torch.softmax(-((torch.arange(${size}) - ${(size - 1) / 2}).double() / ${sigma}) ** 2 / 2, 0)`;
  const local = `(lambda x: F.conv2d(x.flatten(0, 1)[:, None], torch.outer(w, w)[None, None]).unflatten(0, a.shape[:2]))`;
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const luminance = `((2 * l(a) * l(b) + ${c1}) / (l(a) ** 2 + l(b) ** 2 + ${c1}))`;
  const structure = `((2 * (l(a * b) - l(a) * l(b)) + ${c2}) / (l(a * a) - l(a) ** 2 + l(b * b) - l(b) ** 2 + ${c2}))`;
  return `(lambda w: (lambda l: ${luminance} * ${structure})(${local}))(${window}).${reduce}`;
}
