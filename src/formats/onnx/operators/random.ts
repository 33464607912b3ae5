/** ONNX's operators that draw random numbers: other ones in every run, the same ones after the same seeds. */

import { ValueError } from '../../../graph/errors.js';
import type { Shape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { add, cast, cos, less, log, mul, neg, sqrt, sub } from '../../../ops/elementwise.js';
import { uniform } from '../../../ops/random.js';
import {
  type ElementType,
  elementTypeOf,
  elementTypes,
  isFloat,
  nameOfCode,
} from '../element-type.js';
import type { DescribedOperator, OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** The type that `dtype` names. */
function typeOf(node: OperatorNode, otherwise: ElementType): ElementType {
  // The attribute seed is of another generator; numbers follow from `manualSeed` here.
  node.attributes.has('seed');
  if (!node.attributes.has('dtype')) return otherwise;
  const code = node.attributes.int('dtype');
  const type = elementTypeOf(code);
  if (type !== undefined) return type;
  throw new ValueError(`attribute 'dtype' asks for ${nameOfCode(code)}`);
}

/** By Box and Muller (1958); 1 - u is never 0. */
function normal(shape: Shape, node: OperatorNode): Tensor {
  const [radius, angle] = [uniform(shape, node.generator), uniform(shape, node.generator)];
  return mul(sqrt(mul(neg(log(sub(1, radius))), 2)), cos(mul(angle, 2 * Math.PI)));
}

const distributions = {
  uniform: (shape: Shape, node: OperatorNode): Tensor => {
    const [low, high] = [node.attributes.float('low', 0), node.attributes.float('high', 1)];
    return add(mul(uniform(shape, node.generator), high - low), low);
  },
  normal: (shape: Shape, node: OperatorNode): Tensor =>
    add(
      mul(normal(shape, node), node.attributes.float('scale', 1)),
      node.attributes.float('mean', 0),
    ),
} as const;

const drawn = (kind: keyof typeof distributions, isLike: boolean): DescribedOperator => ({
  isRandom: true,
  run: (node) => {
    const like = isLike ? node.input(0) : undefined;
    const shape = like?.shape ?? node.attributes.ints('shape', []);
    const type = typeOf(node, like?.type ?? 'float32');
    if (!isFloat(type)) throw new ValueError(`random numbers of ${type}; expected floats`);
    return Value.computed(distributions[kind](shape, node), type);
  },
});

/** 1 with the probability that an element of the input is. */
const bernoulli: DescribedOperator = {
  isRandom: true,
  run: (node) => {
    const x = node.input(0);
    const type = typeOf(node, x.type);
    const isOne = less(uniform(x.shape, node.generator), x.tensor);
    return Value.of(cast(isOne, elementTypes[type].dtype), type);
  },
};

export const randomOperators: OperatorTable = {
  RandomUniform: drawn('uniform', false),
  RandomUniformLike: drawn('uniform', true),
  RandomNormal: drawn('normal', false),
  RandomNormalLike: drawn('normal', true),
  Bernoulli: bernoulli,
};
