/** Rows of triangles, identities and diagonals. */

import { diag, diagEmbed, diagonal, eye, trace, tril, triu } from '../../src/ops/index.js';
import { bools, exactly, integers, normal } from '../cases/case.js';
import { named } from './named-row.js';
import type { Family } from './row.js';

const rough = exactly([1, NaN, Infinity, -0, -Infinity, NaN, 2, 3, NaN], [3, 3]);

export const matrices: Family = {
  tril: {
    gradient: 'smooth',
    rows: [
      named([normal([4, 5])], (x) => tril(x), { torch: 'a.tril()' }),
      named([normal([2, 5, 3])], (x) => tril(x, 1), { torch: 'a.tril(1)' }),
      named([normal([3, 4])], (x) => tril(x, -2), { torch: 'a.tril(-2)' }),
      named([normal([3, 4])], (x) => tril(x, -9), { torch: 'a.tril(-9)' }),
      named([normal([1, 1])], (x) => tril(x), { torch: 'a.tril()' }),
      named([integers(-9, 9, [3, 3])], (x) => tril(x), { torch: 'a.tril()' }),
      named([bools([3, 3])], (x) => tril(x), { torch: 'a.tril()' }),
    ],
    special: [
      { name: 'special values', inputs: [rough], build: (x) => tril(x), torch: 'a.tril()' },
    ],
  },
  triu: {
    gradient: 'smooth',
    rows: [
      named([normal([4, 5])], (x) => triu(x), { torch: 'a.triu()' }),
      named([normal([2, 5, 3])], (x) => triu(x, 1), { torch: 'a.triu(1)' }),
      named([normal([3, 4])], (x) => triu(x, -2), { torch: 'a.triu(-2)' }),
      named([normal([0, 3])], (x) => triu(x, 9), { torch: 'a.triu(9)' }),
      named([integers(-9, 9, [3, 3])], (x) => triu(x), { torch: 'a.triu()' }),
    ],
    special: [
      { name: 'special values', inputs: [rough], build: (x) => triu(x), torch: 'a.triu()' },
    ],
  },
  eye: {
    gradient: 'none',
    rows: [
      named([], () => eye(3), { torch: 'torch.eye(3).double()' }),
      named([], () => eye(2, { columns: 5 }), { torch: 'torch.eye(2, 5).double()' }),
      named([], () => eye(4, { columns: 3, diagonal: -1, dtype: 'int32' }), {
        torch: 'torch.ones(4, 3).tril(-1).triu(-1).long()',
      }),
      named([], () => eye(1, { dtype: 'bool' }), { torch: 'torch.eye(1).bool()' }),
      named([], () => eye(0), { torch: 'torch.eye(0).double()' }),
    ],
  },
  diagonal: {
    gradient: 'smooth',
    rows: [
      named([normal([4, 5])], (x) => diagonal(x), { torch: 'a.diagonal()' }),
      named([normal([4, 5])], (x) => diagonal(x, { offset: 2 }), { torch: 'a.diagonal(2)' }),
      named([normal([5, 4])], (x) => diagonal(x, { offset: -3 }), { torch: 'a.diagonal(-3)' }),
      named([normal([3, 3])], (x) => diagonal(x, { offset: 3 }), { torch: 'a.diagonal(3)' }),
      named([normal([2, 3, 4])], (x) => diagonal(x, { dim1: -1, dim2: 0 }), {
        torch: 'a.diagonal(0, -1, 0)',
      }),
      named([normal([3, 2, 1, 3])], (x) => diagonal(x, { offset: 1, dim1: 0, dim2: 3 }), {
        torch: 'a.diagonal(1, 0, 3)',
      }),
      named([normal([1, 1])], (x) => diagonal(x), { torch: 'a.diagonal()' }),
      named([normal([0, 3])], (x) => diagonal(x), { torch: 'a.diagonal()' }),
      named([integers(-9, 9, [3, 3])], (x) => diagonal(x), { torch: 'a.diagonal()' }),
    ],
    special: [
      { name: 'special values', inputs: [rough], build: (x) => diagonal(x), torch: 'a.diagonal()' },
    ],
  },
  diagEmbed: {
    gradient: 'smooth',
    rows: [
      named([normal([2, 3])], (x) => diagEmbed(x), { torch: 'torch.diag_embed(a)' }),
      named([normal([2, 3])], (x) => diagEmbed(x, { offset: 1 }), {
        torch: 'torch.diag_embed(a, 1)',
      }),
      named([normal([3])], (x) => diagEmbed(x, { offset: -2 }), {
        torch: 'torch.diag_embed(a, -2)',
      }),
      named([normal([2, 3])], (x) => diagEmbed(x, { dim1: 0, dim2: 1 }), {
        torch: 'torch.diag_embed(a, 0, 0, 1)',
      }),
      named([normal([2, 3])], (x) => diagEmbed(x, { offset: 1, dim1: 2, dim2: 0 }), {
        torch: 'torch.diag_embed(a, 1, 2, 0)',
      }),
      named([normal([1])], (x) => diagEmbed(x), { torch: 'torch.diag_embed(a)' }),
    ],
    special: [
      {
        name: 'special values',
        inputs: [exactly([NaN, Infinity, -0])],
        build: (x) => diagEmbed(x),
        torch: 'torch.diag_embed(a)',
      },
    ],
  },
  diag: {
    gradient: 'smooth',
    rows: [
      named([normal([3])], (x) => diag(x), { torch: 'a.diag()' }),
      named([normal([3])], (x) => diag(x, -1), { torch: 'a.diag(-1)' }),
      named([normal([3, 4])], (x) => diag(x), { torch: 'a.diag()' }),
      named([normal([3, 4])], (x) => diag(x, 2), { torch: 'a.diag(2)' }),
    ],
  },
  trace: {
    gradient: 'smooth',
    rows: [
      named([normal([3, 3])], trace, { torch: 'a.trace()' }),
      named([normal([2, 5])], trace, { torch: 'a.trace()' }),
      named([normal([1, 1])], trace, { torch: 'a.trace()' }),
    ],
  },
};
