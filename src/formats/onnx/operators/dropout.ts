/** ONNX's Dropout: nothing when a model is used, a mask from the seed of the node in training mode. */

import { ValueError } from '../../../graph/errors.js';
import { type Shape, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { fill, tensor } from '../../../ops/creation.js';
import { checkProbability } from '../../../ops/dropout.js';
import { cast, mul, where } from '../../../ops/elementwise.js';
import { MersenneTwister } from '../../../random/mersenne-twister.js';
import { elementTypes } from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** Ratio and training mode are inputs from version 12 on; before it, there is no training mode. */
function dropout(node: OperatorNode): Value[] {
  const { attributes, opset } = node;
  const x = node.input(0);
  const inputs = opset >= 12;
  const ratio = inputs ? (node.number(1) ?? 0.5) : attributes.float('ratio', 0.5);
  if (opset < 7) attributes.flag('is_test', false);
  if (opset < 6) attributes.ints('consumed_inputs');
  checkProbability('ratio', ratio);
  const training = inputs && (node.number(2) ?? 0) !== 0;
  const seed = inputs && attributes.has('seed') ? attributes.int('seed') : null;
  // In the first versions, the mask has the type of x.
  const maskType = opset < 10 ? x.type : 'bool';
  const kept = training && ratio !== 0 ? maskOf(x.shape, ratio, seed) : fill(1, x.shape, 'bool');
  const mask = Value.of(cast(kept, elementTypes[maskType].dtype), maskType);
  if (!training || ratio === 0) return [x, mask];
  return [Value.computed(mul(where(kept, x.tensor, 0), 1 / (1 - ratio)), x.type), mask];
}

/** What is kept, as ONNX's reference draws it: the same mask in every run. */
function maskOf(shape: Shape, ratio: number, seed: number | null): Tensor {
  if (seed === null) {
    throw new ValueError(
      `training mode without the attribute 'seed' would give another mask in every run; ` +
        `give a seed, or export the model for inference`,
    );
  }
  const random = new MersenneTwister(seed);
  const kept = Uint8Array.from({ length: sizeOf(shape) }, () => Number(random.uniform() >= ratio));
  return tensor(kept, shape, 'bool');
}

export const dropoutOperators: OperatorTable = {
  Dropout: { run: dropout, hostInputs: [1, 2] },
};
