/** Cases of the views: alone, chained, and read through by elementwise operations. */

import { checkpoint, recompute } from '../../src/autodiff/checkpoint.js';
import type { Tensor } from '../../src/graph/tensor.js';
import type { ViewName } from '../../src/graph/vocabulary.js';
import {
  add,
  detach,
  exp,
  expand,
  flip,
  matmul,
  mul,
  permute,
  relu,
  reshape,
  slice,
  sub,
  sum,
  tanh,
  transpose,
} from '../../src/ops/index.js';
import { bools, type Case, distinct, integers, normal, type PrimitiveCases } from './case.js';

const view = (name: string, shape: readonly number[], build: (x: Tensor) => Tensor): Case => ({
  name,
  inputs: [normal(shape)],
  build,
});

const smooth = (...cases: readonly Case[]): PrimitiveCases => ({ gradient: 'smooth', cases });

export const viewCases: { readonly [Name in ViewName]: PrimitiveCases } = {
  reshape: smooth(
    view('split', [12], (x) => reshape(x, [3, 4])),
    view('join', [2, 3, 5], (x) => reshape(x, [-1])),
    view('to rank 0', [1, 1], (x) => reshape(x, [])),
    view('from rank 0', [], (x) => reshape(x, [1, 1, 1])),
    view('nothing', [2, 0, 3], (x) => reshape(x, [0, 7])),
    view('of a permuted tensor', [4, 5, 6], (x) => reshape(permute(x, [2, 0, 1]), [8, 15])),
    view('of an expanded tensor', [3, 1], (x) => mul(reshape(expand(x, [3, 4]), [12]), 2)),
    view('of a slice', [6, 8], (x) => reshape(slice(x, { start: [1, 2], end: [5, 7] }), [20])),
    view('through a sum', [4, 6, 5], (x) => reshape(sum(permute(x, [1, 2, 0]), 1), [3, 8])),
    view('large', [64, 3, 28, 28], (x) => reshape(x, [64, -1])),
  ),
  permute: smooth(
    view('a transpose', [3, 5], (x) => transpose(x)),
    view('a large transpose', [257, 129], (x) => transpose(x)),
    view('the last dimension first', [2, 3, 4, 5], (x) => permute(x, [3, 0, 1, 2])),
    view('rank 5', [2, 3, 2, 4, 3], (x) => permute(x, [4, 2, 0, 3, 1])),
    view('nothing', [0, 4], (x) => transpose(x)),
    view('before arithmetic', [5, 7], (x) => mul(transpose(x), transpose(x))),
    view('a value and its transpose', [6, 6], (x) => {
      const doubled = mul(x, 2);
      return add(doubled, mul(transpose(doubled), doubled));
    }),
    view('twice', [4, 5, 6], (x) => permute(permute(mul(x, 3), [1, 2, 0]), [1, 2, 0])),
  ),
  expand: smooth(
    view('rank 0', [], (x) => expand(x, [3, 4])),
    view('a row', [1, 5], (x) => expand(x, [4, 5])),
    view('a column', [4, 1], (x) => expand(x, [4, 5])),
    view('leading dimensions', [3], (x) => expand(x, [2, 1, 3])),
    view('to nothing', [1, 4], (x) => expand(x, [0, 4])),
    view('channels', [1, 6, 1, 1], (x) => mul(expand(x, [3, 6, 5, 7]), 2)),
    view('two at once', [1, 3, 1, 4], (x) => expand(x, [5, 3, 6, 4])),
    view('of a transpose', [3, 1, 2], (x) => expand(transpose(x), [3, 2, 9])),
  ),
  slice: smooth(
    view('the middle', [10], (x) => slice(x, { start: [3], end: [7] })),
    view('every third', [11], (x) => slice(x, { start: [1], step: [3] })),
    view('rows and columns', [7, 9], (x) => slice(x, { start: [1, 2], end: [6, 9], step: [2, 3] })),
    view('nothing', [4, 5], (x) => slice(x, { start: [2, 0], end: [2, 5] })),
    view('one element', [4, 5], (x) => slice(x, { start: [3, 4] })),
    view('of a slice', [12], (x) => slice(slice(x, { start: [1], step: [2] }), { step: [2] })),
    view('of a transpose', [5, 8], (x) => slice(transpose(x), { start: [1, 0], step: [3, 2] })),
    view('reversed', [5, 4], (x) => flip(x, [0])),
    view('reversed in both', [5, 4], (x) => flip(x, [0, 1])),
    view('nothing reversed', [0, 4], (x) => flip(x, [0, 1])),
    view('reversed, every second', [9], (x) => slice(flip(x, [0]), { step: [2] })),
    view('differences', [3, 9], (x) => sub(slice(x, { start: [0, 1] }), slice(x, { end: [3, 8] }))),
    view('before arithmetic', [6, 7], (x) => mul(flip(x, [1]), slice(add(x, 1), { start: [0] }))),
    view('of arithmetic', [6, 7], (x) => slice(mul(x, x), { start: [1, 1], step: [2, 2] })),
    view('rank 5', [3, 2, 4, 3, 5], (x) =>
      slice(x, { start: [1, 0, 1, 0, 2], step: [1, 1, 2, 2, 1] }),
    ),
    view('halves swapped and multiplied', [2, 8], (x) => {
      const left = slice(x, { end: [2, 4] });
      const right = slice(x, { start: [0, 4] });
      return mul(add(left, right), sub(right, left));
    }),
  ),
  checkpoint: smooth(
    view('of elementwise operations', [3, 5], (x) => checkpoint(() => exp(mul(x, x)))),
    view('of a product', [4, 4], (x) => checkpoint(() => tanh(matmul(exp(x), x)))),
    view('of what was computed before', [3, 5], (x) => {
      const before = tanh(x);
      return mul(
        checkpoint(() => exp(mul(before, x))),
        before,
      );
    }),
    view('within another', [2, 3], (x) =>
      checkpoint(() => tanh(checkpoint(() => exp(mul(x, 0.5))))),
    ),
    view('of its own input', [2, 3], (x) => checkpoint(() => x)),
  ),
  recompute: smooth(view('after arithmetic', [4, 5], (x) => mul(exp(recompute(x, tanh(x))), x))),
  detach: {
    gradient: 'none',
    cases: [
      view('alone', [3, 4], (x) => detach(x)),
      view('in arithmetic', [3, 4], (x) => detach(mul(x, 2))),
    ],
    special: [
      {
        name: 'beside its source',
        inputs: [distinct([5, 5])],
        build: (x) => mul(x, detach(relu(x))),
      },
      { name: 'an input as it is', inputs: [normal([5])], build: (x) => x },
      { name: 'one input twice', inputs: [normal([5])], build: (x) => [x, x, detach(x)] },
      { name: 'a transposed int32', inputs: [integers(0, 99, [4, 6])], build: (x) => transpose(x) },
      { name: 'a reversed bool', inputs: [bools([4, 6])], build: (x) => flip(x, [1]) },
    ],
  },
};
