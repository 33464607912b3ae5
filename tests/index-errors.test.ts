/** What operations on indices, shapes and products say of arguments that do not fit. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as ops from '../src/index.js';
import { compile, ShapeError, type Tensor, tensor, ValueError, zeros } from '../src/index.js';
import { refuses } from './refusal.js';

const x = zeros([3, 4]);
const number = zeros([]);
const whole = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(values, shape, 'int32');
const index = whole([0, 1, 2], [3, 1]);
const vector = whole([0, 2]);

type Refusal = readonly [name: string, call: () => unknown, ...parts: string[]];

const refusals = (kind: typeof ShapeError | typeof ValueError, cases: readonly Refusal[]): void => {
  for (const [name, call, ...parts] of cases) refuses(name, call, { kind, parts });
};

describe('indices that are known to be outside', () => {
  const beyond = whole([0, 4, 1], [3, 1]);
  const negative = whole([0, -1, 1], [3, 1]);
  const source = zeros([3, 1]);
  refusals(ValueError, [
    ['gather', () => ops.gather(x, { dim: 1, index: beyond }), 'gather', '[1, 0] is 4', '0 to 3'],
    ['gather, negative', () => ops.gather(x, { dim: 1, index: negative }), 'is -1', 'wrapIndex()'],
    ['gather of nothing', () => ops.gather(zeros([0]), { dim: 0, index: vector }), 'is 0', 'none'],
    ['takeAlongDim', () => ops.takeAlongDim(x, { index: whole([12]) }), '[0] is 12', '0 to 11'],
    ['indexSelect', () => ops.indexSelect(x, { dim: 0, index: whole([1, 3]) }), '[1] is 3'],
    ['indexAdd', () => ops.indexAdd(x, { dim: 0, index: whole([3]), source: zeros([1, 4]) }), '3'],
    ['scatter', () => ops.scatter(x, { dim: 1, index: beyond, source: 1 }), 'scatter:', 'is 4'],
    ['scatterAdd', () => ops.scatterAdd(x, { dim: 1, index: negative, source }), 'is -1', '0 to 3'],
    [
      'gatherNd: each coordinate has a range of its own',
      () => ops.gatherNd(x, { index: whole([2, 3, 3, 0], [2, 2]) }),
      '[1, 0] is 3',
      '0 to 2',
    ],
    [
      'scatterNd',
      () => ops.scatterNd(x, { index: whole([0, 4], [1, 2]), source: zeros([1]) }),
      '[0, 1] is 4',
    ],
    ['oneHot', () => ops.oneHot(whole([0, 3]), 3), '[1] is 3', '0 to 2'],
  ]);

  test('inside compile() the values come later: reading gives 0, writing is dropped', () => {
    const read = compile((from: Tensor, at: Tensor) => ops.gather(from, { dim: 0, index: at }));
    const wild = whole([-1, 1, 2]);
    assert.deepEqual([...read(tensor([5, 6], [2]), wild).data()], [0, 6, 0]);
    const write = compile((into: Tensor, at: Tensor) =>
      ops.scatter(into, { dim: 0, index: at, source: 9 }),
    );
    assert.deepEqual([...write(tensor([5, 6], [2]), wild).data()], [5, 9]);
  });

  test('wrapIndex() lets negative ones count from the end', () => {
    const last = ops.indexSelect(tensor([5, 6, 7], [3]), {
      dim: 0,
      index: ops.wrapIndex(whole([-1, 0, -3]), 3),
    });
    assert.deepEqual([...last.data()], [7, 5, 5]);
  });
});

describe('indices that do not fit', () => {
  const source = zeros([3, 1]);
  const floats = zeros([3, 1]);
  const wide = zeros([3, 1, 1], 'int32');
  const tall = zeros([4, 1], 'int32');
  refusals(ShapeError, [
    ['gather by floats', () => ops.gather(x, { dim: 1, index: floats }), 'float32', 'cast('],
    ['gather, another rank', () => ops.gather(x, { dim: 1, index: wide }), '[3, 1, 1]', '[3, 4]'],
    ['gather, more rows than there are', () => ops.gather(x, { dim: 1, index: tall }), '[4, 1]'],
    ['gather, no such dimension', () => ops.gather(x, { dim: 2, index }), 'dimension 2', '-2 to 1'],
    ['gather of a number', () => ops.gather(number, { dim: 0, index }), 'dimension 0', 'rank 0'],
    ['takeAlongDim, another rank', () => ops.takeAlongDim(x, { dim: 1, index: vector }), '[2]'],
    ['takeAlongDim, other rows', () => ops.takeAlongDim(x, { dim: 1, index: tall }), '3', '4'],
    ['indexSelect by a matrix', () => ops.indexSelect(x, { dim: 0, index }), '[3, 1]', 'vector'],
    [
      'gatherNd, too many coordinates',
      () => ops.gatherNd(x, { index: zeros([2, 3], 'int32') }),
      '[2, 3]',
      'at most 2',
    ],
    ['gatherNd, a number', () => ops.gatherNd(x, { index: zeros([], 'int32') }), 'K at most 2'],
    [
      'gatherNd, another batch',
      () => ops.gatherNd(x, { index: zeros([2, 1], 'int32'), batchDims: 1 }),
      '[2, 1]',
      'batch [3]',
    ],
    ['oneHot of floats', () => ops.oneHot(floats, 3), 'oneHot', 'int32', 'cast('],
    ['wrapIndex of floats', () => ops.wrapIndex(floats, 3), 'wrapIndex', 'cast('],
    [
      'scatter, a smaller source',
      () => ops.scatter(x, { dim: 1, index, source: zeros([2, 1]) }),
      '[2, 1]',
      'at least [3, 1]',
    ],
    [
      'scatter, another dtype',
      () => ops.scatter(x, { dim: 1, index, source: zeros([3, 1], 'int32') }),
      'int32',
      'float32',
    ],
    [
      'scatter, more rows than there are',
      () => ops.scatter(x, { dim: 1, index: tall, source: 1 }),
      '[4, 1]',
    ],
    [
      'scatterAdd of bools',
      () => ops.scatterAdd(zeros([3, 4], 'bool'), { dim: 1, index, source: zeros([3, 1], 'bool') }),
      'bool',
      'cast(',
    ],
    [
      'scatterReduce, the mean of integers',
      () =>
        ops.scatterReduce(zeros([3, 4], 'int32'), {
          dim: 1,
          index,
          source: zeros([3, 1], 'int32'),
          reduce: 'mean',
        }),
      'expected float32,',
    ],
    [
      'indexAdd, another source',
      () => ops.indexAdd(x, { dim: 0, index: vector, source }),
      '[3, 1]',
      '[2, 4]',
    ],
    ['indexAdd by a matrix', () => ops.indexAdd(x, { dim: 0, index, source }), 'vector'],
    [
      'scatterNd, another source',
      () => ops.scatterNd(x, { index: zeros([2, 1], 'int32'), source }),
      '[3, 1]',
      '[2, 4]',
    ],
    ['maskedFill by numbers', () => ops.maskedFill(x, x, 0), 'float32 [3, 4]', 'expected bool'],
    [
      'maskedFill by a larger mask',
      () => ops.maskedFill(x, zeros([2, 3, 4], 'bool'), 0),
      '[2, 3, 4]',
    ],
    ['maskedFill, no broadcast', () => ops.maskedFill(x, zeros([3], 'bool'), 0), 'broadcast'],
  ]);
  refusals(ValueError, [
    ['oneHot, no classes', () => ops.oneHot(vector, 0), 'numClasses is 0'],
    [
      'gatherNd, negative batchDims',
      () => ops.gatherNd(x, { index, batchDims: -1 }),
      'batchDims is -1',
    ],
    [
      'scatterReduce, an unknown reduction',
      // What JavaScript may pass.
      () => ops.scatterReduce(x, { dim: 1, index, source, reduce: 'max' as 'amax' }),
      '"max"',
      'amax',
    ],
  ]);
});

describe('order and accumulation', () => {
  refusals(ShapeError, [
    ['sort, no such dimension', () => ops.sort(x, { dim: 2 }), 'sort: dimension 2'],
    ['sort of a number', () => ops.sort(number), 'rank 0'],
    ['topK, k too large', () => ops.topK(x, 5), 'k is 5', 'has 4', 'at most'],
    ['topK, no such dimension', () => ops.topK(x, 1, { dim: -3 }), 'topK: dimension -3'],
    ['cumsum, no such dimension', () => ops.cumsum(x, 2), 'cumsum: dimension 2'],
    ['cumprod, no such dimension', () => ops.cumprod(x, -3), 'cumprod: dimension -3'],
    ['cummax, no such dimension', () => ops.cummax(x, 2), 'cummax: dimension 2'],
    ['cummin of a number', () => ops.cummin(number, 0), 'cummin', 'rank 0'],
  ]);
  refusals(ValueError, [
    ['topK, half of one', () => ops.topK(x, 1.5), 'k is 1.5'],
    ['topK, negative', () => ops.topK(x, -1), 'k is -1'],
  ]);
});

describe('parts and dimensions', () => {
  refusals(ShapeError, [
    ['sliceDim, no such dimension', () => ops.sliceDim(x, { dim: 2 }), 'sliceDim: dimension 2'],
    [
      'narrow, too long',
      () => ops.narrow(x, { dim: 1, start: 2, length: 3 }),
      '3 from 2',
      '[3, 4]',
    ],
    ['narrow, negative', () => ops.narrow(x, { dim: 1, start: 2, length: -1 }), '-1 from 2'],
    ['narrow, before the start', () => ops.narrow(x, { dim: 1, start: -5, length: 1 }), '-5'],
    ['select, outside', () => ops.select(x, { dim: 0, index: 3 }), 'no place 3', '-3 to 2'],
    ['select of nothing', () => ops.select(zeros([0]), { dim: 0, index: 0 }), 'empty'],
    ['unbind of a number', () => ops.unbind(number), 'unbind', 'rank 0'],
    ['roll, no such dimension', () => ops.roll(x, 1, 2), 'roll: dimension 2'],
    ['squeeze, no such dimension', () => ops.squeeze(x, 2), 'squeeze: dimension 2'],
    ['unsqueeze, too far out', () => ops.unsqueeze(x, 4), 'unsqueeze: dimension 4'],
    ['movedim, twice', () => ops.movedim(x, [0, 0], [0, 1]), '[0,0]', 'each once'],
    ['movedim, more here than there', () => ops.movedim(x, [0, 1], 0), 'as many'],
    [
      'flatten, turned round',
      () => ops.flatten(x, { startDim: 1, endDim: 0 }),
      'startDim 1',
      'swap',
    ],
    ['broadcastTo', () => ops.broadcastTo(x, [3, 5]), '[3, 4]', '[3, 5]'],
    ['meshgrid of matrices', () => ops.meshgrid([zeros([2]), x]), 'tensor 1', '[3, 4]', 'vectors'],
    ['tril of a vector', () => ops.tril(zeros([3])), 'tril', '[3]', 'unsqueeze('],
    ['triu of a number', () => ops.triu(number), 'triu', '[]'],
    ['diagonal of one dimension', () => ops.diagonal(x, { dim1: 1, dim2: -1 }), 'both 1'],
    ['diagonal of a vector', () => ops.diagonal(zeros([3])), 'diagonal: dimension 1'],
    ['diag of a volume', () => ops.diag(zeros([1, 2, 3])), '[1, 2, 3]', 'diagEmbed()'],
    ['diagEmbed of a number', () => ops.diagEmbed(number), 'diagEmbed', 'vector'],
    ['diagEmbed into one dimension', () => ops.diagEmbed(x, { dim1: 2, dim2: -1 }), 'both 2'],
    ['trace of a vector', () => ops.trace(zeros([3])), 'trace', '[3]', 'matrix'],
  ]);
  refusals(ValueError, [
    ['sliceDim, a step of 0', () => ops.sliceDim(x, { step: 0 }), 'step is 0', 'backwards'],
    ['sliceDim, half a place', () => ops.sliceDim(x, { start: 0.5 }), 'start is 0.5'],
    ['sliceDim, no number', () => ops.sliceDim(x, { end: Number.NaN }), 'end is NaN'],
    ['roll, more shifts than dimensions', () => ops.roll(x, [1, 2], 0), '2 shifts for 1'],
    ['roll, half a place', () => ops.roll(x, 0.5), '0.5'],
    ['tril, half a diagonal', () => ops.tril(x, 0.5), 'diagonal is 0.5'],
    ['diagonal, half an offset', () => ops.diagonal(x, { offset: 0.5 }), 'diagonal is 0.5'],
    ['eye, negative', () => ops.eye(-1), 'eye: -1 by -1'],
    ['arange, away from the end', () => ops.arange(-3), 'from 0 to -3', 'towards'],
    ['arange, a step of 0', () => ops.arange(3, { step: 0 }), 'steps of 0'],
    ['arange without end', () => ops.arange(Infinity), 'finite'],
    ['linspace, half a step', () => ops.linspace(0, 1, 2.5), '2.5 steps'],
    ['linspace without end', () => ops.linspace(0, Infinity, 3), 'finite'],
    [
      'meshgrid, an unknown order',
      () => ops.meshgrid([], { indexing: 'ji' as 'ij' }),
      '"ji"',
      'xy',
    ],
  ]);
});

describe('products', () => {
  const whole2 = zeros([3, 4], 'int32');
  refusals(ShapeError, [
    ['matmul, other depths', () => ops.matmul(x, x), '[3, 4] and [3, 4]', 'same K'],
    ['matmul, vectors', () => ops.matmul(zeros([3]), zeros([4])), '[3] and [4]', 'vectors [K]'],
    ['matmul, a vector on the left', () => ops.matmul(zeros([4]), x), '[4] and [3, 4]'],
    ['matmul, a vector on the right', () => ops.matmul(x, zeros([3])), '[3, 4] and [3]'],
    ['matmul, a number', () => ops.matmul(number, x), '[] and [3, 4]'],
    ['matmul, integers', () => ops.matmul(whole2, zeros([4])), 'int32 [3, 4]', 'cast('],
    ['matmul, other batches', () => ops.matmul(zeros([2, 3, 4]), zeros([3, 4, 1])), 'broadcast'],
    ['dot of matrices', () => ops.dot(x, x), 'dot', '[K] and [K]', 'matmul()'],
    ['mv, a shorter vector', () => ops.mv(x, zeros([3])), 'mv', '[M, K] and [K]'],
    ['mm of a batch', () => ops.mm(zeros([1, 3, 4]), zeros([4, 2])), 'mm', '[M, K] and [K, N]'],
    ['bmm, other batches', () => ops.bmm(zeros([1, 3, 4]), zeros([2, 4, 2])), '[B, M, K]'],
    ['outer of a matrix', () => ops.outer(x, zeros([3])), 'outer', '[M] and [N]'],
  ]);
});

describe('einsum', () => {
  const sum =
    (equation: string, ...operands: Tensor[]) =>
    () =>
      ops.einsum(equation, ...operands);
  refusals(ShapeError, [
    ['two arrows', sum('ij->i->j', x), '"ij->i->j"', 'more than one "->"'],
    ['no letter', sum('i2->i', x), '"i2"', 'letters'],
    ['two ellipses', sum('...i...', x), 'at most one'],
    ['half an ellipsis', sum('..i', x), '"..i"'],
    ['no operand', sum('i'), 'no operands'],
    ['fewer operands than terms', sum('ij,jk', x), '2 terms for 1 operands'],
    ['fewer labels than dimensions', sum('i->i', x), 'names 1', '[3, 4]', '"..."'],
    ['more labels than dimensions', sum('ijk->i', x), 'names 3', '[3, 4]'],
    ['an ellipsis, and still too many', sum('ijk...', x), 'names 3'],
    ['an output of nowhere', sum('ij->ik', x), '"k"', 'no operand'],
    ['an output twice', sum('ij->ii', x), '"i" twice'],
    ['other extents', sum('ij,jk->ik', x, zeros([3, 2])), '"j" is 4', '3 in [3, 2]'],
    ['other extents under the ellipsis', sum('...,...', x, zeros([3, 3])), '"..." is 4'],
    ['a diagonal that is none', sum('ii', x), '"i" is 3 and 4', 'equal extents'],
    ['two dtypes', sum('ij,ij', x, zeros([3, 4], 'int32')), 'float32, int32', 'cast('],
    ['bools', sum('ij', zeros([3, 4], 'bool')), 'bool', 'cast('],
  ]);
});
