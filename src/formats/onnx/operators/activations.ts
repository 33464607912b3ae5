/** ONNX's activation functions. */

import { ValueError } from '../../../graph/errors.js';
import type { Tensor } from '../../../graph/tensor.js';
import {
  elu,
  gelu,
  hardswish,
  leakyRelu,
  mish,
  softplus,
  softsign,
} from '../../../ops/activations.js';
import { clamp } from '../../../ops/arithmetic.js';
import {
  add,
  div,
  exp,
  greater,
  less,
  mul,
  relu,
  sigmoid,
  sub,
  where,
} from '../../../ops/elementwise.js';
import { reshape } from '../../../ops/view.js';
import type { ElementType } from '../element-type.js';
import type { Operator, OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import { ofFloats } from './elementwise.js';

/** With attributes, which are floats with defaults. */
const withFloats =
  <Name extends string>(
    defaults: Readonly<Record<Name, number>>,
    compute: (x: Tensor, options: Record<Name, number>) => Tensor,
  ): Operator =>
  (node) => {
    const names = Object.keys(defaults) as Name[];
    const options = Object.fromEntries(
      names.map((name) => [name, node.attributes.float(name, defaults[name])]),
    ) as Record<Name, number>;
    return ofFloats((x) => compute(x, options))(node);
  };

/** gamma alpha (exp(x) - 1) below 0, gamma x above; the constants may be any. */
const selu = (x: Tensor, { alpha, gamma }: { alpha: number; gamma: number }): Tensor =>
  mul(where(greater(x, 0), x, mul(sub(exp(where(greater(x, 0), 0, x)), 1), alpha)), gamma);

/** Slopes broadcast to x from the right; in the first versions one for each channel. */
function prelu(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  if (node.opset < 6) node.attributes.ints('consumed_inputs');
  const slope = node.tensor(1);
  const perChannel = node.opset < 7 && slope.rank === 1 && slope.size === x.shape[1] && x.rank > 2;
  const shaped = perChannel
    ? reshape(slope, [slope.size, ...x.shape.slice(2).map(() => 1)])
    : slope;
  return Value.computed(where(less(x, 0), mul(x, shaped), x), type);
}

/** Bounds are attributes before version 11, inputs after it. */
function clip(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  if (node.opset < 6) node.attributes.ints('consumed_inputs');
  const bound = (name: 'min' | 'max', place: number): Tensor | number | undefined => {
    if (node.opset < 11) {
      return node.attributes.has(name) ? node.attributes.float(name) : undefined;
    }
    return node.optional(place) && scalarOf(node, place, type);
  };
  const [min, max] = [bound('min', 1), bound('max', 2)];
  return Value.of(min === undefined && max === undefined ? x : clamp(x, { min, max }), type);
}

function scalarOf(node: OperatorNode, place: number, type: ElementType): Tensor {
  const value = node.requireType(place, (other) => other === type, type);
  if (value.tensor.size === 1) return reshape(value.tensor, []);
  throw new ValueError(`input ${place} (${value}) must be a single number`);
}

const shrink = (x: Tensor, { bias, lambd }: { bias: number; lambd: number }): Tensor =>
  where(less(x, -lambd), add(x, bias), where(greater(x, lambd), sub(x, bias), 0));

export const activationOperators: OperatorTable = {
  Relu: (node) => {
    if (node.opset < 6) node.attributes.ints('consumed_inputs');
    const { tensor, type } = node.input(0);
    return Value.of(relu(tensor), type);
  },
  LeakyRelu: withFloats({ alpha: 0.01 }, (x, { alpha }) => leakyRelu(x, { negativeSlope: alpha })),
  PRelu: prelu,
  Elu: withFloats({ alpha: 1 }, (x, { alpha }) => elu(x, { alpha })),
  Celu: withFloats({ alpha: 1 }, (x, { alpha }) => mul(elu(div(x, alpha)), alpha)),
  Selu: (node) =>
    withFloats(
      node.opset < 6
        ? { alpha: 1.6732, gamma: 1.0507 }
        : { alpha: 1.6732632423543772, gamma: 1.0507009873554805 },
      selu,
    )(node),
  ThresholdedRelu: withFloats({ alpha: 1 }, (x, { alpha }) => where(greater(x, alpha), x, 0)),
  HardSigmoid: withFloats({ alpha: 0.2, beta: 0.5 }, (x, { alpha, beta }) =>
    clamp(add(mul(x, alpha), beta), { min: 0, max: 1 }),
  ),
  HardSwish: ofFloats(hardswish),
  Softplus: ofFloats((x) => softplus(x)),
  Softsign: ofFloats(softsign),
  Mish: ofFloats(mish),
  Swish: withFloats({ alpha: 1 }, (x, { alpha }) => mul(x, sigmoid(mul(x, alpha)))),
  Shrink: withFloats({ bias: 0, lambd: 0.5 }, shrink),
  Gelu: (node) => {
    const approximate = node.attributes.choice('approximate', ['none', 'tanh'], 'none');
    return ofFloats((x) => gelu(x, { approximate }))(node);
  },
  Clip: { run: clip, bufferInputs: [1, 2] },
};
