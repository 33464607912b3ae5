/** Rows of random numbers and dropout, whose numbers here come from the generator's own definition. */

import { sizeOf } from '../../src/graph/shape.js';
import {
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  Generator,
  normal,
  uniform,
} from '../../src/ops/index.js';
import { Philox } from '../../src/random/philox.js';
import { type CaseInput, exactly, normal as normalInput } from '../cases/case.js';
import type { Family } from './row.js';

/** What `uniform` draws from `new Generator(seed)`, one by one. */
export function drawn(shape: readonly number[], seed: number): CaseInput {
  const random = new Philox(seed);
  return exactly(
    Array.from({ length: sizeOf(shape) }, () => random.uniform()),
    shape,
  );
}

/** What dropout of `a` with probability `p` gives where `b` was drawn. */
export const droppedOut = (p: number) => `a * (b >= ${p}) / (1 - ${p})`;

/** The two normal numbers that Box and Muller make of each column of `a`, [2, n]. */
const bothAxes =
  '[(-2 * (1 - a[0]).log()).sqrt() * f(2 * math.pi * a[1]) for f in (torch.cos, torch.sin)]';

export const random: Family = {
  uniform: {
    gradient: 'none',
    rows: [
      {
        name: '[3, 5]',
        inputs: [drawn([3, 5], 7)],
        build: () => uniform([3, 5], new Generator(7)),
        torch: 'a',
      },
      {
        name: 'goes on at the next block of four',
        inputs: [drawn([12], 8)],
        build: () => {
          const generator = new Generator(8);
          return [uniform([2, 3], generator), uniform([1], generator)];
        },
        torch: '[a[:6].view(2, 3), a[8:9]]',
      },
    ],
  },
  normal: {
    gradient: 'none',
    rows: [
      {
        name: 'an odd number of them',
        inputs: [drawn([2, 8], 7)],
        build: () => normal([3, 5], new Generator(7)),
        torch: `torch.cat(${bothAxes})[:15].view(3, 5)`,
      },
      {
        name: 'one',
        inputs: [drawn([2, 1], 9)],
        build: () => normal([], new Generator(9)),
        torch: `${bothAxes}[0][0]`,
      },
    ],
  },
  dropout: {
    gradient: 'smooth',
    rows: [
      {
        name: 'of a third',
        inputs: [normalInput([3, 5]), drawn([3, 5], 1)],
        build: (x) => dropout(x, { generator: new Generator(1), p: 0.3 }),
        torch: droppedOut(0.3),
      },
      {
        name: 'of a half, as by default',
        inputs: [normalInput([2, 3, 1, 3]), drawn([2, 3, 1, 3], 2)],
        build: (x) => dropout(x, { generator: new Generator(2) }),
        torch: droppedOut(0.5),
      },
      {
        name: 'of nothing',
        inputs: [normalInput([7])],
        build: (x) => dropout(x, { generator: new Generator(1), p: 0 }),
        torch: 'F.dropout(a, 0, True)',
      },
      {
        name: 'of everything',
        inputs: [normalInput([7])],
        build: (x) => dropout(x, { generator: new Generator(1), p: 1 }),
        torch: 'F.dropout(a, 1, True)',
      },
    ],
  },
  dropout1d: {
    gradient: 'smooth',
    rows: [
      {
        name: 'of a third',
        inputs: [normalInput([3, 5, 2]), drawn([3, 5, 1], 1)],
        build: (x) => dropout1d(x, { generator: new Generator(1), p: 0.3 }),
        torch: droppedOut(0.3),
      },
      {
        name: 'without a batch',
        inputs: [normalInput([5, 3]), drawn([5, 1], 3)],
        build: (x) => dropout1d(x, { generator: new Generator(3) }),
        torch: droppedOut(0.5),
      },
    ],
  },
  dropout2d: {
    gradient: 'smooth',
    rows: [
      {
        name: 'of a third',
        inputs: [normalInput([3, 5, 2, 3]), drawn([3, 5, 1, 1], 1)],
        build: (x) => dropout2d(x, { generator: new Generator(1), p: 0.3 }),
        torch: droppedOut(0.3),
      },
      {
        name: 'of one pixel',
        inputs: [normalInput([5, 1, 1, 1]), drawn([5, 1, 1, 1], 3)],
        build: (x) => dropout2d(x, { generator: new Generator(3) }),
        torch: droppedOut(0.5),
      },
    ],
  },
  dropout3d: {
    gradient: 'smooth',
    rows: [
      {
        name: 'of a third',
        inputs: [normalInput([3, 5, 2, 1, 3]), drawn([3, 5, 1, 1, 1], 1)],
        build: (x) => dropout3d(x, { generator: new Generator(1), p: 0.3 }),
        torch: droppedOut(0.3),
      },
      {
        name: 'without a batch',
        inputs: [normalInput([5, 1, 2, 2]), drawn([5, 1, 1, 1], 3)],
        build: (x) => dropout3d(x, { generator: new Generator(3) }),
        torch: droppedOut(0.5),
      },
    ],
  },
};
