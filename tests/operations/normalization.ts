/** Rows of normalisations. */

import {
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  localResponseNorm,
  moments,
} from '../../src/ops/index.js';
import { between, type CaseInput, exactly, normal } from '../cases/case.js';
import { scaled } from './inputs.js';
import type { Family, Row } from './row.js';

type Shape = readonly number[];

/** Numbers far from zero, of which a variance computed in one pass would keep no digit in float32. */
const far = (shape: Shape): CaseInput => scaled(shape, { by: 4096 });

/** x, weight and bias of a normalisation whose parameters are `parameters`. */
const affine = (shape: Shape, parameters: Shape): CaseInput[] => [
  normal(shape),
  normal(parameters, 2),
  normal(parameters, 3),
];

/** Rows whose numbers are special: an infinity or NaN makes NaN of its group alone. */
const special = exactly(
  [1, 2, Infinity, 3, 1, NaN, 2, 3, 0, -0, 0, 0, 2 ** -149, 2 ** -130, -(2 ** -149), 0, 1, 2, 3, 5],
  [5, 4],
);

/** F.batch_norm(a, d, e, b, c), which has no gradients of d and e. */
function byRunning(shape: Shape): string {
  const along = (name: string) => `${name}.view(${['1', '-1', ...shape.slice(2).map(() => '1')]})`;
  return `(a - ${along('d')}) / torch.sqrt(${along('e')} + 1e-5) * ${along('b')} + ${along('c')}`;
}

const specialRow = ({ build, torch }: Pick<Row, 'build' | 'torch'>): Row => ({
  name: 'special values',
  inputs: [special],
  build,
  torch,
});

export const normalization: Family = {
  moments: {
    gradient: 'smooth',
    rows: [
      ...(
        [
          [[3, 5], [1]],
          [
            [2, 3, 2, 3],
            [0, 2, 3],
          ],
          [
            [4, 1],
            [0, 1],
          ],
        ] as const
      ).map(
        ([shape, dims]): Row => ({
          name: `[${shape}] over [${dims}]`,
          inputs: [normal(shape)],
          build: (x) => {
            const { mean, variance } = moments(x, dims);
            return [mean, variance];
          },
          torch: `[a.mean([${dims}], True), a.var([${dims}], False, True)]`,
        }),
      ),
      {
        name: 'far from zero',
        inputs: [far([3, 5])],
        build: (x) => {
          const { mean, variance } = moments(x, [1]);
          return [mean, variance];
        },
        torch: '[a.mean(1, True), a.var(1, False, True)]',
        gradient: 'kinked',
      },
    ],
  },
  batchNorm: {
    gradient: 'smooth',
    rows: [
      ...(
        [
          [5, 3],
          [3, 2, 4],
          [2, 3, 2, 3],
          [4, 1, 1, 1],
        ] as const
      ).map(
        (shape): Row => ({
          name: `[${shape}] in training`,
          inputs: affine(shape, [shape[1]]),
          build: (x, weight, bias) => batchNorm(x, { training: true, weight, bias }),
          torch: 'F.batch_norm(a, None, None, b, c, True)',
        }),
      ),
      {
        name: 'without parameters',
        inputs: [normal([4, 3])],
        build: (x) => batchNorm(x, { training: true, eps: 0.1 }),
        torch: 'F.batch_norm(a, None, None, None, None, True, eps=0.1)',
      },
      {
        name: 'far from zero',
        inputs: [far([4, 3])],
        build: (x) => batchNorm(x, { training: true }),
        torch: 'F.batch_norm(a, None, None, None, None, True)',
        gradient: 'kinked',
      },
      ...(
        [
          [5, 3],
          [1, 2, 2, 3],
        ] as const
      ).map(
        (shape): Row => ({
          name: `[${shape}] by running statistics`,
          inputs: [
            ...affine(shape, [shape[1]]),
            normal([shape[1]], 4),
            between(0.5, 2, [shape[1]], 5),
          ],
          build: (x, weight, bias, runningMean, runningVar) =>
            batchNorm(x, { weight, bias, runningMean, runningVar }),
          torch: byRunning(shape),
        }),
      ),
    ],
    special: [
      specialRow({
        build: (x) => batchNorm(x, { training: true }),
        torch: 'F.batch_norm(a, None, None, None, None, True)',
      }),
    ],
  },
  instanceNorm: {
    gradient: 'smooth',
    rows: [
      ...(
        [
          [2, 3, 4],
          [2, 2, 2, 3],
          [1, 1, 1, 5],
        ] as const
      ).map(
        (shape): Row => ({
          name: `[${shape}]`,
          inputs: affine(shape, [shape[1]]),
          build: (x, weight, bias) => instanceNorm(x, { weight, bias }),
          torch: 'F.instance_norm(a, None, None, b, c)',
        }),
      ),
      {
        name: 'without parameters',
        inputs: [normal([2, 3, 4])],
        build: (x) => instanceNorm(x, { eps: 0.01 }),
        torch: 'F.instance_norm(a, eps=0.01)',
      },
      {
        name: 'by running statistics',
        inputs: [normal([2, 3, 4]), normal([3], 2), between(0.5, 2, [3], 3)],
        build: (x, runningMean, runningVar) =>
          instanceNorm(x, { runningMean, runningVar, useInputStats: false }),
        torch: '(a - b.view(3, 1)) / torch.sqrt(c.view(3, 1) + 1e-5)',
      },
    ],
  },
  layerNorm: {
    gradient: 'smooth',
    rows: [
      ...(
        [
          [[3, 5], [5]],
          [
            [2, 3, 4],
            [3, 4],
          ],
          [[2, 1, 3, 2], [2]],
          [
            [2, 3],
            [2, 3],
          ],
        ] as const
      ).map(
        ([shape, normalizedShape]): Row => ({
          name: `[${shape}] over [${normalizedShape}]`,
          inputs: affine(shape, normalizedShape),
          build: (x, weight, bias) => layerNorm(x, { normalizedShape, weight, bias }),
          torch: `F.layer_norm(a, [${normalizedShape}], b, c)`,
        }),
      ),
      {
        name: 'without parameters',
        inputs: [normal([3, 5])],
        build: (x) => layerNorm(x, { normalizedShape: [5], eps: 0.1 }),
        torch: 'F.layer_norm(a, [5], eps=0.1)',
      },
    ],
    special: [
      specialRow({
        build: (x) => layerNorm(x, { normalizedShape: [4] }),
        torch: 'F.layer_norm(a, [4])',
      }),
    ],
  },
  groupNorm: {
    gradient: 'smooth',
    rows: [
      ...(
        [
          [[2, 4, 3], 2],
          [[1, 6, 2, 2], 3],
          [[2, 3, 1, 4], 1],
          [[2, 4, 5], 4],
          [[3, 4], 2],
        ] as const
      ).map(
        ([shape, numGroups]): Row => ({
          name: `[${shape}] in ${numGroups}`,
          inputs: affine(shape, [shape[1]]),
          build: (x, weight, bias) => groupNorm(x, { numGroups, weight, bias }),
          torch: `F.group_norm(a, ${numGroups}, b, c)`,
        }),
      ),
      {
        name: 'without parameters',
        inputs: [normal([2, 4, 3])],
        build: (x) => groupNorm(x, { numGroups: 2, eps: 0.1 }),
        torch: 'F.group_norm(a, 2, eps=0.1)',
      },
    ],
    special: [
      specialRow({
        build: (x) => groupNorm(x, { numGroups: 2 }),
        torch: 'F.group_norm(a, 2)',
      }),
    ],
  },
  localResponseNorm: {
    gradient: 'smooth',
    rows: (
      [
        [[2, 5, 3], { size: 3 }, '3'],
        [[1, 7, 2, 2], { size: 5, k: 2 }, '5, k=2'],
        [[1, 4, 1, 3], { size: 2, alpha: 0.5, beta: 0.6 }, '2, 0.5, 0.6'],
        [[1, 1, 2, 2], { size: 1, alpha: 1, beta: 1 }, '1, 1, 1'],
        [[1, 2, 1, 2], { size: 4, alpha: 1 }, '4, 1'],
      ] as const
    ).map(
      ([shape, options, torch]): Row => ({
        name: `[${shape}] ${torch}`,
        inputs: [normal(shape)],
        build: (x) => localResponseNorm(x, options),
        torch: `F.local_response_norm(a, ${torch})`,
      }),
    ),
  },
};
