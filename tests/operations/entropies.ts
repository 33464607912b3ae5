/** Rows of cross entropies, of the divergence and of accuracy. */

import {
  accuracy,
  bce,
  bceWithLogits,
  crossEntropy,
  klDivergence,
  type Reduction,
} from '../../src/nn/index.js';
import { cast, logSoftmax } from '../../src/ops/index.js';
import { exactly, integers, normal } from '../cases/case.js';
import { classWeights, everyReduction, labels, probability } from './loss-rows.js';
import type { Family, OperationRows, Row } from './row.js';

/** Label 2 is ignored: one of them at least. */
const withTwo = exactly([2, 0, 1, 2, 3], [5], 'int32');

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

export const entropies: Family = {
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
