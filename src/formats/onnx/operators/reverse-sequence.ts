/** ONNX's ReverseSequence. */

import { normalizeDim } from '../../../graph/shape.js';
import { cast, iota, less, sub, where } from '../../../ops/elementwise.js';
import { gather } from '../../../ops/gather.js';
import { expand, reshape } from '../../../ops/view.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** The first elements of each sequence in reverse, as many as its length says; the rest stays. */
function reverseSequence(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const time = normalizeDim(node.attributes.int('time_axis', 0), x.rank, 'time_axis');
  const batch = normalizeDim(node.attributes.int('batch_axis', 1), x.rank, 'batch_axis');
  const extents = x.shape.map((extent, dim) => (dim === batch ? extent : 1));
  const lengths = expand(reshape(cast(node.tensor(1), 'int32'), extents), x.shape);
  const place = iota(x.shape, time);
  const index = where(less(place, lengths), sub(sub(lengths, 1), place), place);
  return Value.of(gather(x, { dim: time, index }), type);
}

export const reverseSequenceOperators: OperatorTable = { ReverseSequence: reverseSequence };
