/** ONNX's Dropout: nothing when a model is used, a mask in training. */

import { type Shape, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { fill, tensor } from '../../../ops/creation.js';
import { checkProbability } from '../../../ops/dropout.js';
import { cast, less, mul, not, where } from '../../../ops/elementwise.js';
import { uniform } from '../../../ops/random.js';
import { MersenneTwister } from '../../../random/mersenne-twister.js';
import { elementTypes } from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/**
 * Ratio and training mode are inputs from version 12 on; before it, there is no training mode in the file.
 *
 * A model in training drops with masks of its own. One that is not follows the file where training mode is
 * given with the call; where it is a constant of the file, it was meant for training.
 */
function dropout(node: OperatorNode): Value[] {
  const { attributes, opset } = node;
  const x = node.input(0);
  const hasInputs = opset >= 12;
  const ratio = hasInputs ? (node.number(1) ?? 0.5) : attributes.float('ratio', 0.5);
  if (opset < 7) attributes.flag('is_test', false);
  if (opset < 6) attributes.ints('consumed_inputs');
  checkProbability('ratio', ratio);
  const seed = hasInputs && attributes.has('seed') ? attributes.int('seed') : null;
  const mode = hasInputs ? node.optional(2) : undefined;
  const isAsked = mode !== undefined && node.number(2) !== 0;
  const drops = node.training || (isAsked && mode.isGiven);
  // In the first versions, the mask has the type of x.
  const maskType = opset < 10 ? x.type : 'bool';
  const masked = (kept: Tensor) => Value.of(cast(kept, elementTypes[maskType].dtype), maskType);
  if (!drops || ratio === 0) return [x, masked(fill(1, x.shape, 'bool'))];
  const kept =
    node.training || seed === null
      ? not(less(uniform(x.shape, node.generator), ratio))
      : maskOf(x.shape, ratio, seed);
  const scale = ratio === 1 ? 0 : 1 / (1 - ratio);
  return [Value.computed(mul(x.tensor, where(kept, scale, 0)), x.type), masked(kept)];
}

/** What is kept, as ONNX's reference draws it: the same mask in every run. */
function maskOf(shape: Shape, ratio: number, seed: number): Tensor {
  const random = new MersenneTwister(seed);
  const kept = Uint8Array.from({ length: sizeOf(shape) }, () => Number(random.uniform() >= ratio));
  return tensor(kept, shape, 'bool');
}

export const dropoutOperators: OperatorTable = {
  Dropout: { run: dropout, hostInputs: [1, 2], isRandom: true },
};
