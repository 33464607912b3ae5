/** ONNX's softmax family: Softmax, LogSoftmax, Hardmax. */

import { normalizeDim, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { cast, equal, iota } from '../../../ops/elementwise.js';
import { argmax, logSoftmax, softmax } from '../../../ops/reduction.js';
import { reshape } from '../../../ops/view.js';
import type { Operator, OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** Along one axis; before version 13 over all axes from `axis` on, as one. */
const along =
  (compute: (x: Tensor, dim: number) => Tensor): Operator =>
  (node: OperatorNode) => {
    const { tensor: x, type } = node.input(0);
    const axis = node.attributes.int('axis', node.opset < 13 ? 1 : -1);
    if (node.opset >= 13)
      return Value.computed(compute(x, normalizeDim(axis, x.rank, 'axis')), type);
    const first = axis === x.rank ? axis : normalizeDim(axis, x.rank, 'axis');
    const flat = reshape(x, [sizeOf(x.shape.slice(0, first)), sizeOf(x.shape.slice(first))]);
    return Value.computed(reshape(compute(flat, 1), x.shape), type);
  };

/** 1 at the first largest element, 0 elsewhere. */
const hardmax = (x: Tensor, dim: number): Tensor =>
  cast(equal(iota(x.shape, dim), argmax(x, dim, { keepDims: true })), 'float32');

export const softmaxOperators: OperatorTable = {
  Softmax: along(softmax),
  LogSoftmax: along(logSoftmax),
  Hardmax: along(hardmax),
};
