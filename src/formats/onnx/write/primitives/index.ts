/** Each primitive as ONNX's operators, for what no pattern makes a larger one of. */

import { ValueError } from '../../../../graph/errors.js';
import type { Tensor } from '../../../../graph/tensor.js';
import type { PrimitiveName } from '../../../../graph/vocabulary.js';
import { permute, reshape } from '../../../../ops/view.js';
import { type GraphBuilder, int, ints, type ValueRef } from '../graph-builder.js';
import { numberOf, operator, type Step, shaped } from '../match.js';
import { reduce } from '../patterns/reductions.js';
import { type Applied, broadcastOperands, elementwise, type Writer } from './applied.js';
import { comparison, floorDivide, remainder, where } from './elementwise.js';
import { gather, scatter } from './indexed.js';
import { pad, slice } from './slices.js';

/** Without padding and with all groups in the channels, as ONNX has them. */
function conv2d({ inputs, attributes, tensor }: Applied<'conv2d'>): Step {
  const [x, filters] = inputs;
  const [group, batch, channels, height, width] = x.shape;
  const [, out, perGroup, ...kernel] = filters.shape;
  const joined = reshape(permute(x, [1, 0, 2, 3, 4]), [batch, group * channels, height, width]);
  const weight = shaped(filters, [group * out, perGroup, ...kernel]);
  return {
    inputs: [joined, weight],
    emit: (graph, refs) => {
      const y = graph.node('Conv', refs, {
        kernel_shape: ints(kernel),
        strides: ints(attributes.stride),
        dilations: ints(attributes.dilation),
        group: int(group),
      });
      const apart = [batch, group, out, ...tensor.shape.slice(3)];
      const split = graph.node('Reshape', [y, graph.shape(apart)]);
      return graph.node('Transpose', [split], { perm: ints([1, 0, 2, 3, 4]) });
    },
  };
}

/** One operator for [N, C, H, W] -> [N, ...], whatever N is. */
function reshaped({ inputs, attributes: { shape } }: Applied<'reshape'>): Step {
  const [x] = inputs;
  if (shape.length === 2 && x.rank > 1 && shape[0] === x.shape[0] && x.size > 0) {
    return operator('Flatten', [x], { axis: int(1) });
  }
  return {
    inputs: [x],
    emit: (graph, [input]) => graph.node('Reshape', [input, graph.shape(shape)]),
  };
}

const withInt64 = (x: Tensor, emit: (graph: GraphBuilder, input: ValueRef) => ValueRef): Step => ({
  inputs: [x],
  emit: (graph, [input]) => graph.cast(emit(graph, input), 'int32'),
});

const through = ({ inputs }: Applied<PrimitiveName>): Step => operator('Identity', [inputs[0]]);

/** What must not happen while a model is written, since constants are computed. */
function notOfInputs({ tensor }: Applied<PrimitiveName>): Step {
  throw new Error(`internal: ${tensor} depends on no input`);
}

const windowed = ({ tensor, inputs }: Applied<PrimitiveName>): Step => {
  throw new ValueError(
    `it takes sums over windows that leave elements out (${inputs[0]} -> ${tensor}, with a dilation), which ` +
      `ONNX has from operator set 19 on; pass { opset: 19 }`,
  );
};

export const writers: { readonly [Name in PrimitiveName]: Writer<Name> } = {
  neg: elementwise('Neg'),
  abs: elementwise('Abs'),
  sign: elementwise('Sign'),
  exp: elementwise('Exp'),
  log: elementwise('Log'),
  sqrt: elementwise('Sqrt'),
  tanh: elementwise('Tanh'),
  sigmoid: elementwise('Sigmoid'),
  expm1: ({ inputs }) => ({
    inputs: [inputs[0]],
    // Equal to exp(x) - 1, and exact where that would cancel.
    emit: (graph, [x]) => {
      const half = graph.node('Tanh', [graph.node('Mul', [x, graph.scalar(0.5, 'float32')])]);
      const sum = graph.node('Add', [graph.node('Exp', [x]), graph.scalar(1, 'float32')]);
      return graph.node('Mul', [half, sum]);
    },
  }),
  log1p: ({ inputs }) => ({
    inputs: [inputs[0]],
    emit: (graph, [x]) => graph.node('Log', [graph.node('Add', [x, graph.scalar(1, 'float32')])]),
  }),
  erf: elementwise('Erf'),
  floor: elementwise('Floor'),
  round: elementwise('Round'),
  sin: elementwise('Sin'),
  cos: elementwise('Cos'),
  atan: elementwise('Atan'),
  not: elementwise('Not'),
  add: elementwise('Add'),
  sub: elementwise('Sub'),
  mul: elementwise('Mul'),
  div: elementwise('Div'),
  pow: elementwise('Pow'),
  floorDivide,
  remainder,
  maximum: elementwise('Max'),
  minimum: elementwise('Min'),
  less: ({ tensor, inputs }) => {
    const [a, b] = broadcastOperands(tensor, inputs);
    const isTurned = numberOf(a) !== null && numberOf(b) === null;
    return isTurned ? operator('Greater', [b, a]) : operator('Less', [a, b]);
  },
  equal: comparison('Equal'),
  and: elementwise('And'),
  or: elementwise('Or'),
  where,
  cast: ({ inputs, attributes: { dtype } }) => ({
    inputs: [inputs[0]],
    emit: (graph, [x]) => graph.cast(x, dtype),
  }),
  iota: notOfInputs,
  reshape: reshaped,
  permute: ({ inputs, attributes: { order } }) =>
    operator('Transpose', [inputs[0]], { perm: ints(order) }),
  expand: ({ inputs, attributes: { shape } }) => ({
    inputs: [inputs[0]],
    emit: (graph, [x]) => graph.node('Expand', [x, graph.expansion(shape)]),
  }),
  slice,
  detach: through,
  checkpoint: through,
  recompute: through,
  sum: ({ inputs: [x], attributes: { dims }, options }) =>
    reduce('ReduceSum', { x, dims, keepDims: true }, options),
  max: ({ inputs: [x], attributes: { dims }, options }) =>
    reduce('ReduceMax', { x, dims, keepDims: true }, options),
  argmax: ({ inputs: [x], attributes: { dim } }) =>
    withInt64(x, (graph, input) => graph.node('ArgMax', [input], { axis: int(dim) })),
  concatenate: ({ inputs, attributes: { dim } }) => operator('Concat', inputs, { axis: int(dim) }),
  matmul: ({ inputs }) => operator('MatMul', inputs),
  conv2d,
  pad,
  windowSum: windowed,
  windowMax: windowed,
  windowArgmax: windowed,
  gather,
  scatter,
  argsort: ({ inputs: [x], attributes: { descending } }) =>
    withInt64(x, (graph, input) => {
      const attributes = { axis: int(1), largest: int(descending ? 1 : 0) };
      const count = graph.ints([x.shape[1]]);
      return graph.nodeOf('TopK', [input, count], { attributes, outputs: 2 })[1];
    }),
  uniform: () => {
    throw new ValueError(
      'it draws random numbers, which an ONNX file cannot hold as they are; give them as an input, or ' +
        'call eval() on the layers that draw (dropout)',
    );
  },
};
