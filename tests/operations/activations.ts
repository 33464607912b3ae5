/** Rows of activation functions. */

import type { Tensor } from '../../src/graph/tensor.js';
import {
  elu,
  gelu,
  hardsigmoid,
  hardswish,
  hardtanh,
  leakyRelu,
  mish,
  prelu,
  relu6,
  selu,
  silu,
  softplus,
  softsign,
} from '../../src/ops/index.js';
import { type CaseInput, distinct, exactly, normal } from '../cases/case.js';
import { unaryRows } from './elementwise.js';
import { specials } from './inputs.js';
import type { Family, OperationRows, Row } from './row.js';

/** Clear of kinks at whole numbers, and on both sides of 3 and 6. */
const wide = (shape: readonly number[]): CaseInput => {
  const input = distinct(shape);
  return { ...input, data: Float32Array.from(input.data, (x) => x * 32 + 0.125) };
};

type Variant = readonly [name: string, build: (x: Tensor) => Tensor, torch: string];

/** The rows of a function with its default options, and one for each of `variants` with others. */
function withOptions(
  build: (x: Tensor) => Tensor,
  torch: string,
  { variants = [], input = distinct }: { variants?: readonly Variant[]; input?: typeof distinct },
): OperationRows {
  const usual = unaryRows(build, torch, { input });
  const row = ([name, build, torch]: Variant): Row => ({
    name,
    inputs: [input([3, 5])],
    build,
    torch,
  });
  const special = ([name, build, torch]: Variant): Row => ({
    name: `special values, ${name}`,
    inputs: [specials],
    build,
    torch,
  });
  return {
    ...usual,
    rows: [...usual.rows, ...variants.map(row)],
    special: [...(usual.special ?? []), ...variants.map(special)],
  };
}

/** `rows`, and one where the gradient at the kinks is compared with PyTorch's. */
function atKinks(
  rows: OperationRows,
  kinks: readonly number[],
  [, build, torch]: Variant,
): OperationRows {
  const row = { name: 'at its kinks', inputs: [exactly(kinks)], build, torch } as const;
  return { ...rows, rows: [...rows.rows, { ...row, gradient: 'kinked' }] };
}

const kinked = (
  build: (x: Tensor) => Tensor,
  torch: string,
  { kinks, ...options }: { kinks: readonly number[] } & Parameters<typeof withOptions>[2],
): OperationRows => atKinks(withOptions(build, torch, options), kinks, ['', build, torch]);

const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

export const activations: Family = {
  leakyRelu: kinked(leakyRelu, 'F.leaky_relu(a)', {
    variants: [
      ['steep', (x) => leakyRelu(x, { negativeSlope: 0.2 }), 'F.leaky_relu(a, 0.2)'],
      ['falling', (x) => leakyRelu(x, { negativeSlope: -1 }), 'F.leaky_relu(a, -1)'],
    ],
    kinks: [0, -0],
  }),
  prelu: {
    gradient: 'smooth',
    rows: [
      {
        name: 'one slope',
        inputs: [distinct([3, 5]), normal([1])],
        build: prelu,
        torch: 'F.prelu(a, b)',
      },
      {
        name: 'a slope per feature',
        inputs: [distinct([3, 5]), normal([5])],
        build: prelu,
        torch: 'F.prelu(a, b)',
      },
      {
        name: 'a slope per channel',
        inputs: [distinct([2, 3, 2, 3]), normal([3])],
        build: prelu,
        torch: 'F.prelu(a, b)',
      },
      {
        name: 'a vector',
        inputs: [distinct([7]), normal([1])],
        build: prelu,
        torch: 'F.prelu(a, b)',
      },
      {
        name: 'at its kink',
        inputs: [exactly([0, -0, 1]), exactly([0.25])],
        build: prelu,
        torch: 'F.prelu(a, b)',
        gradient: 'kinked',
      },
    ],
    special: [
      {
        name: 'special values',
        inputs: [specials, exactly([0.25])],
        build: prelu,
        torch: 'F.prelu(a, b)',
      },
    ],
  },
  // By their definition: elu and selu lose small numbers in exp(x) - 1.
  elu: kinked(elu, 'torch.where(a > 0, a, torch.expm1(a))', {
    variants: [
      ['alpha', (x) => elu(x, { alpha: 0.5 }), 'torch.where(a > 0, a, 0.5 * torch.expm1(a))'],
    ],
    kinks: [0, -0],
  }),
  selu: kinked(selu, `${seluScale} * torch.where(a > 0, a, ${seluAlpha} * torch.expm1(a))`, {
    kinks: [0, -0],
  }),
  gelu: withOptions(gelu, 'F.gelu(a)', {
    variants: [
      ['by tanh', (x) => gelu(x, { approximate: 'tanh' }), "F.gelu(a, approximate='tanh')"],
    ],
  }),
  silu: unaryRows(silu, 'F.silu(a)'),
  softplus: withOptions(softplus, 'F.softplus(a)', {
    variants: [
      ['sharper', (x) => softplus(x, { beta: 2 }), 'F.softplus(a, 2)'],
      [
        'a near threshold',
        (x) => softplus(x, { beta: 3, threshold: 1.3 }),
        'F.softplus(a, 3, 1.3)',
      ],
    ],
    input: wide,
  }),
  softsign: unaryRows(softsign, 'F.softsign(a)'),
  hardtanh: kinked(hardtanh, 'F.hardtanh(a)', {
    variants: [
      ['other ends', (x) => hardtanh(x, { minVal: -0.25, maxVal: 2 }), 'F.hardtanh(a, -0.25, 2)'],
    ],
    input: (shape) => wide(shape),
    kinks: [-1, 1, 0, -1.5, 2],
  }),
  relu6: kinked(relu6, 'F.relu6(a)', { input: (shape) => wide(shape), kinks: [0, -0, 6, 7] }),
  // By its definition: hard_sigmoid multiplies by a 1 / 6 in float32.
  hardsigmoid: kinked(hardsigmoid, 'F.relu6(a + 3) / 6', {
    input: (shape) => wide(shape),
    kinks: [-3, 3, 0],
  }),
  // At 3 PyTorch 1.13 has 1.5, later versions 1.
  hardswish: kinked(hardswish, 'F.hardswish(a)', {
    input: (shape) => wide(shape),
    kinks: [-3, 0],
  }),
  mish: unaryRows(mish, 'F.mish(a)'),
};
