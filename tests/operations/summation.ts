/** Rows of einsum. */

import { einsum } from '../../src/ops/index.js';
import { type CaseInput, exactly, integers, normal } from '../cases/case.js';
import { named } from './named-row.js';
import type { Family, Row } from './row.js';

const row = (equation: string, shapes: readonly (readonly number[])[]): Row =>
  ofInputs(
    equation,
    shapes.map((shape, i) => normal(shape, i + 1)),
  );

const ofInputs = (equation: string, inputs: readonly CaseInput[]): Row =>
  named(inputs, (...operands) => einsum(equation, ...operands), {
    torch: `torch.einsum('${equation}', ${['a', 'b', 'c', 'd'].slice(0, inputs.length).join(', ')})`,
  });

export const summation: Family = {
  einsum: {
    gradient: 'smooth',
    rows: [
      row('ij,jk->ik', [
        [3, 4],
        [4, 5],
      ]),
      row('ij,jk', [
        [3, 4],
        [4, 5],
      ]),
      row('jk,ij', [
        [4, 5],
        [3, 4],
      ]),
      row('bij,bjk->bik', [
        [2, 3, 4],
        [2, 4, 5],
      ]),
      row('bhid,bhjd->bhij', [
        [2, 2, 3, 4],
        [2, 2, 5, 4],
      ]),
      row('bhij,bjhd->bihd', [
        [1, 2, 3, 4],
        [1, 4, 2, 5],
      ]),
      row('ij->ji', [[3, 5]]),
      row('ba', [[3, 5]]),
      row('ij->', [[3, 5]]),
      row('ij->j', [[3, 5]]),
      row('ii', [[4, 4]]),
      row('ii->i', [[4, 4]]),
      row('iji->j', [[3, 2, 3]]),
      row('iii->i', [[3, 3, 3]]),
      row('iijj->ij', [[2, 2, 3, 3]]),
      row('i,i', [[5], [5]]),
      row('i,j->ij', [[3], [5]]),
      row('i,i->i', [[5], [5]]),
      row('ij,ij->', [
        [3, 5],
        [3, 5],
      ]),
      row('ij,kl->', [
        [2, 3],
        [3, 2],
      ]),
      row('...ij,...jk->...ik', [
        [2, 1, 3, 4],
        [5, 4, 2],
      ]),
      row('...ij,jk', [
        [2, 3, 4],
        [4, 2],
      ]),
      row('i...,...i->...', [
        [3, 2, 4],
        [2, 4, 3],
      ]),
      row('...i->i', [[2, 3, 4]]),
      row('...', [[2, 3]]),
      row('b...c->c...b', [[2, 3, 1, 4]]),
      row('ik,jkl,il->ij', [
        [2, 3],
        [4, 3, 5],
        [2, 5],
      ]),
      row('ij,jk,kl,lm->im', [
        [5, 2],
        [2, 6],
        [6, 3],
        [3, 4],
      ]),
      row('ij,jk,ki', [
        [2, 3],
        [3, 4],
        [4, 2],
      ]),
      row('i,i,i->', [[4], [4], [4]]),
      row('Ab,bC', [
        [2, 3],
        [3, 4],
      ]),
      row(' i j , j k -> k i ', [
        [2, 3],
        [3, 4],
      ]),
      row('ij,jk->ik', [
        [3, 1],
        [4, 5],
      ]),
      row('bi,bi->bi', [
        [1, 4],
        [3, 1],
      ]),
      row(',ij->ij', [[], [2, 3]]),
      row('ij,jk->ik', [
        [3, 0],
        [0, 2],
      ]),
      row('ij,jk->ik', [
        [1, 1],
        [1, 1],
      ]),
      ofInputs('ij,jk->ik', [integers(-9, 9, [3, 4]), integers(-9, 9, [4, 5], 2)]),
      ofInputs('i,i->i', [integers(-9, 9, [4]), integers(-9, 9, [4], 2)]),
    ],
    special: [
      ofInputs('ij,jk->ik', [
        exactly([1, 2, Infinity, 0, Number.NaN, 1, 2 ** -149, 1], [4, 2]),
        exactly([1, 0, -0, 2, 1, -Infinity], [2, 3]),
      ]),
    ],
  },
};
