/** Rows of norms, distances and similarities. */

import { cdist, cosineSimilarity, norm, normalize, pairwiseDistance } from '../../src/ops/index.js';
import { exactly, normal } from '../cases/case.js';
import { scaled } from './inputs.js';
import { specialRows } from './reductions.js';
import type { Family, GradientKind, Row } from './row.js';

const spelledOrder = (p: number): string =>
  Number.isFinite(p) ? `${p}` : `${p < 0 ? '-' : ''}math.inf`;

const orders = [0, 0.5, 1, 1.5, 2, 3, 4, -1, Infinity, -Infinity];

/** Zeros beside other elements, and rows of nothing but zeros. */
const withZeros = exactly([0, 3, -4, 0, 0, 0, 0, -0, 0, 2, 0, 0], [3, 4]);
const withTies = exactly([2, -2, 1, 2, 0, 1, 3, 3, -3], [3, 3]);

/** Numbers of which no two are equal in magnitude. */
const unequal = (shape: readonly number[]) => scaled(shape, { by: 1 / 16, factor: 16 });

const normRows: Row[] = orders.flatMap((p) => [
  {
    name: `p = ${p} over [0, 2]`,
    inputs: [unequal([2, 3, 5])],
    build: (x) => norm(x, [0, 2], { p }),
    torch: `torch.linalg.vector_norm(a, ${spelledOrder(p)}, (0, 2))`,
    gradient: p === 0 ? 'kinked' : 'smooth',
  },
  {
    name: `p = ${p} over all, kept`,
    inputs: [unequal([3, 1, 3])],
    build: (x) => norm(x, undefined, { p, keepDims: true }),
    torch: `torch.linalg.vector_norm(a, ${spelledOrder(p)}, (0, 1, 2), True)`,
    gradient: p === 0 ? 'kinked' : 'smooth',
  },
]);

/** PyTorch's gradient of negative orders at zero is NaN. */
const atZero: Row[] = orders
  .filter((p) => p !== -1)
  .map((p) => ({
    name: `p = ${p} with zeros`,
    inputs: [withZeros],
    build: (x) => norm(x, 1, { p }),
    torch: `torch.linalg.vector_norm(a, ${spelledOrder(p)}, 1)`,
    gradient: 'kinked',
  }));

const far = exactly([1e4, -1e4, 3, 1e-4, 2e-4, 0, 0, 0, 0], [3, 3]);

const normalizeRows: Row[] = [1, 2, 3, Infinity].map((p) => ({
  name: `p = ${p}`,
  inputs: [unequal([2, 3, 4])],
  build: (x) => normalize(x, { p }),
  torch: `F.normalize(a, p=${spelledOrder(p)})`,
}));

const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [4, 3],
    [4, 3],
  ],
  [
    [4, 3],
    [1, 3],
  ],
  [
    [2, 1, 5],
    [3, 5],
  ],
];

const sets: readonly (readonly [readonly number[], readonly number[]])[] = [
  [
    [4, 3],
    [5, 3],
  ],
  [
    [2, 1, 3],
    [1, 4, 3],
  ],
  [
    [1, 1],
    [3, 1],
  ],
];

const ordersOfDistance = [1, 2, 3, Infinity];
/** Which of computed differences is the largest, rounding may decide; norm compares that gradient. */
const gradientOf = (p: number): GradientKind => (p === Infinity ? 'none' : 'smooth');

export const distances: Family = {
  norm: {
    gradient: 'smooth',
    rows: normRows,
    special: [
      ...atZero,
      ...[1, 2, Infinity].map(
        (p): Row => ({
          name: `p = ${p}, special values`,
          inputs: [specialRows],
          build: (x) => norm(x, 1, { p }),
          torch: `torch.linalg.vector_norm(a, ${spelledOrder(p)}, 1)`,
        }),
      ),
      {
        name: 'the largest magnitudes are equal',
        inputs: [withTies],
        build: (x) => norm(x, 1, { p: Infinity }),
        torch: 'torch.linalg.vector_norm(a, math.inf, 1)',
        gradient: 'kinked',
      },
    ],
  },
  normalize: {
    gradient: 'smooth',
    rows: [
      ...normalizeRows,
      {
        name: 'along another dimension',
        inputs: [normal([3, 1, 4])],
        build: (x) => normalize(x, { dim: -1 }),
        torch: 'F.normalize(a, dim=-1)',
      },
      {
        name: 'shorter than eps',
        inputs: [normal([3, 4])],
        build: (x) => normalize(x, { eps: 10 }),
        torch: 'F.normalize(a, eps=10)',
      },
    ],
    special: [
      {
        name: 'zeros and far out',
        inputs: [far],
        build: (x) => normalize(x),
        torch: 'F.normalize(a)',
        gradient: 'kinked',
      },
    ],
  },
  cosineSimilarity: {
    gradient: 'smooth',
    rows: [
      ...pairs.map(
        ([a, b]): Row => ({
          name: `[${a}] and [${b}]`,
          inputs: [normal(a), normal(b, 2)],
          build: (x, y) => cosineSimilarity(x, y, { dim: -1 }),
          torch: 'F.cosine_similarity(a, b, dim=-1)',
        }),
      ),
      {
        name: 'along the first dimension',
        inputs: [normal([4, 3]), normal([4, 1], 2)],
        build: (x, y) => cosineSimilarity(x, y, { dim: 0 }),
        torch: 'F.cosine_similarity(a, b, dim=0)',
      },
    ],
    special: [
      {
        name: 'zeros and far out',
        inputs: [far, exactly([1, 2, 3, 1, 2, 3, 1, 2, 3], [3, 3])],
        build: (x, y) => cosineSimilarity(x, y),
        torch: 'F.cosine_similarity(a, b)',
      },
    ],
  },
  pairwiseDistance: {
    gradient: 'smooth',
    rows: pairs.flatMap(([a, b]) =>
      ordersOfDistance.map(
        (p): Row => ({
          name: `[${a}] and [${b}], p = ${p}`,
          inputs: [normal(a), normal(b, 2)],
          build: (x, y) => pairwiseDistance(x, y, { p, keepDims: p === 1 }),
          torch: `F.pairwise_distance(a, b, ${spelledOrder(p)}, keepdim=${p === 1 ? 'True' : 'False'})`,
          gradient: gradientOf(p),
        }),
      ),
    ),
  },
  cdist: {
    gradient: 'smooth',
    rows: sets.flatMap(([a, b]) =>
      ordersOfDistance.map(
        (p): Row => ({
          name: `[${a}] and [${b}], p = ${p}`,
          inputs: [normal(a), normal(b, 2)],
          build: (x, y) => cdist(x, y, { p }),
          torch: `torch.cdist(a, b, ${spelledOrder(p)})`,
          gradient: gradientOf(p),
        }),
      ),
    ),
    special: [
      {
        name: 'of vectors to themselves',
        inputs: [exactly([1, 2, 1, 2, 3, -1], [3, 2])],
        build: (x) => cdist(x, x),
        torch: "torch.cdist(a, a, 2, 'donot_use_mm_for_euclid_dist')",
        gradient: 'kinked',
      },
    ],
  },
};
