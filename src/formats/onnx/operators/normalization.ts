/** ONNX's normalisations: by mean and variance, by norms, over neighbouring channels. */

import { ValueError } from '../../../graph/errors.js';
import { normalizeDim, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { Variable } from '../../../graph/variable.js';
import { repeatInterleave } from '../../../ops/concatenate.js';
import { add, div, equal, mul, sqrt, sub, where } from '../../../ops/elementwise.js';
import { norm } from '../../../ops/norm.js';
import {
  batchNorm,
  groupNorm,
  layerNorm,
  localResponseNorm,
  moments,
} from '../../../ops/normalization.js';
import { mean } from '../../../ops/reduction.js';
import { flip, reshape } from '../../../ops/view.js';
import { elementTypeOf, nameOfCode } from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

const epsilonOf = ({ attributes }: OperatorNode): number => attributes.float('epsilon', 1e-5);

/**
 * By the given statistics, or by the batch's own: as the file says for statistics that are computed or given
 * with the call; where they are state of the model, it is the model that is in training or not.
 */
function normalizeBatch(node: OperatorNode): Value | readonly Value[] {
  const { type, shape } = node.input(0);
  const [weight, bias, runningMean, runningVar] = [1, 2, 3, 4].map((i) => flat(node.tensor(i)));
  const eps = epsilonOf(node);
  const momentum = node.attributes.float('momentum', 0.9);
  const isAsked = inTraining(node);
  const state = [3, 4].map((place) => node.tensor(place));
  const [meanState, varState] = state;
  const isState = meanState instanceof Variable && varState instanceof Variable;
  const asksForStatistics = node.outputs.slice(1).includes(true);
  const trains = (isState && node.training) || (isAsked && (!isState || asksForStatistics));
  const x = channelled(node);
  const y = (given: Tensor) => Value.computed(reshape(given, shape), type);
  if (!trains) return y(batchNorm(x, { weight, bias, runningMean, runningVar, eps }));
  const channels = x.shape[1];
  if (!asksForStatistics && isState && meanState.rank === 1) {
    const options = { weight, bias, eps, training: true, momentum: 1 - momentum };
    return y(batchNorm(x, { ...options, runningMean: meanState, runningVar: varState }));
  }
  const found = moments(
    x,
    x.shape.map((_, dim) => dim).filter((dim) => dim !== 1),
  );
  const [batchMean, batchVar] = [flat(found.mean), flat(found.variance)];
  // PyTorch's training refuses a single value per channel; ONNX gives the bias.
  const own =
    x.size > channels
      ? { training: true }
      : { training: false, runningMean: batchMean, runningVar: batchVar };
  const moved = (running: Tensor, batch: Tensor) =>
    add(mul(running, momentum), mul(batch, 1 - momentum));
  const statistics = [moved(runningMean, batchMean), moved(runningVar, batchVar)];
  // Before version 14 the batch's own statistics come behind.
  const saved = node.opset < 14 ? [batchMean, batchVar] : [];
  const types = [3, 4, 3, 4].map((place) => node.input(place).type);
  return [
    y(batchNorm(x, { weight, bias, eps, ...own })),
    ...[...statistics, ...saved].map((one, i) => Value.computed(one, types[i])),
  ];
}

const flat = (x: Tensor): Tensor => reshape(x, [x.size]);

/** Before version 14 whoever asks for statistics is training; before version 7 an attribute can deny it. */
function inTraining({ opset, attributes, outputs }: OperatorNode): boolean {
  if (opset < 6) attributes.ints('consumed_inputs');
  if (opset >= 14) return attributes.flag('training_mode', false);
  const testing = opset < 7 && attributes.flag('is_test', false);
  return !testing && outputs.slice(1).includes(true);
}

/** The input with channels second: a vector is one channel, and old models may count each element as one. */
function channelled(node: OperatorNode): Tensor {
  const x = node.tensor(0);
  const spatial = node.opset >= 9 || node.attributes.flag('spatial', true);
  if (x.rank === 1) return reshape(x, [x.size, 1]);
  return spatial ? x : reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]);
}

/** Each channel of each image by itself: as many groups as channels. */
function normalizeInstances(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  if (node.opset < 6) node.attributes.ints('consumed_inputs');
  const [weight, bias] = [node.tensor(1), node.tensor(2)];
  const y = groupNorm(x, { numGroups: x.shape[1], weight, bias, eps: epsilonOf(node) });
  return Value.computed(y, type);
}

function normalizeGroups(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const numGroups = node.attributes.int('num_groups');
  stashType(node);
  // Up to version 20 scale and bias are of groups, not of channels.
  const spread = (given: Tensor) =>
    node.opset < 21 ? repeatInterleave(given, Math.max(x.shape[1] / numGroups, 1)) : given;
  const [weight, bias] = [spread(node.tensor(1)), spread(node.tensor(2))];
  return Value.computed(groupNorm(x, { numGroups, weight, bias, eps: epsilonOf(node) }), type);
}

/** The type of what is computed on the way, a float; all floats are computed in float32 here. */
function stashType({ attributes }: OperatorNode): 'float32' | 'float64' | 'float16' | 'bfloat16' {
  const code = attributes.int('stash_type', 1);
  const type = elementTypeOf(code);
  const known = (['float32', 'float64', 'float16', 'bfloat16'] as const).find((t) => t === type);
  if (known) return known;
  throw new ValueError(`attribute 'stash_type' is ${nameOfCode(code)}; expected a float`);
}

/** The dimensions from `axis` on. */
function lastDims({ attributes }: OperatorNode, x: Tensor): number[] {
  const first = normalizeDim(attributes.int('axis', -1), x.rank, 'axis');
  return x.shape.map((_, dim) => dim).slice(first);
}

function normalizeLayer(node: OperatorNode): readonly Value[] {
  const { tensor: x, type } = node.input(0);
  const dims = lastDims(node, x);
  const eps = epsilonOf(node);
  const stash = stashType(node);
  const normal = layerNorm(x, { normalizedShape: x.shape.slice(dims[0]), eps });
  const scaled = mul(normal, node.tensor(1));
  const bias = node.optional(2)?.tensor;
  const { mean: center, variance } = moments(x, dims);
  return [
    Value.computed(bias ? add(scaled, bias) : scaled, type),
    Value.computed(center, stash),
    Value.computed(div(1, sqrt(add(variance, eps))), stash),
  ];
}

function normalizeByRootMeanSquare(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const squares = mean(mul(x, x), lastDims(node, x), { keepDims: true });
  stashType(node);
  const normal = div(x, sqrt(add(squares, epsilonOf(node))));
  return Value.computed(mul(normal, node.tensor(1)), type);
}

function normalizeLocalResponse(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const { attributes } = node;
  const options = {
    size: attributes.int('size'),
    alpha: attributes.float('alpha', 1e-4),
    beta: attributes.float('beta', 0.75),
    k: attributes.float('bias', 1),
  };
  const plane = reshape(x, [x.shape[0], x.shape[1], sizeOf(x.shape.slice(2))]);
  // The larger part of an even neighbourhood lies behind here, before in the operation.
  const turned = (y: Tensor) => (options.size % 2 === 0 ? flip(y, [1]) : y);
  const y = turned(localResponseNorm(turned(plane), options));
  return Value.computed(reshape(y, x.shape), type);
}

function normalizeByNorm(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const dim = normalizeDim(node.attributes.int('axis', -1), x.rank, 'axis');
  const length = norm(x, dim, { p: node.attributes.int('p', 2), keepDims: true });
  // Vectors of zeros stay zeros.
  return Value.computed(div(x, where(equal(length, 0), 1, length)), type);
}

function normalizeMeanVariance(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const axes = node.attributes.ints('axes', [0, 2, 3]);
  const { mean: center, variance } = moments(
    x,
    axes.map((axis) => normalizeDim(axis, x.rank, 'axes')),
  );
  return Value.computed(div(sub(x, center), add(sqrt(variance), 1e-9)), type);
}

export const normalizationOperators: OperatorTable = {
  BatchNormalization: { run: normalizeBatch, bufferInputs: [3, 4] },
  InstanceNormalization: normalizeInstances,
  GroupNormalization: normalizeGroups,
  LayerNormalization: normalizeLayer,
  RMSNormalization: normalizeByRootMeanSquare,
  LRN: normalizeLocalResponse,
  LpNormalization: normalizeByNorm,
  MeanVarianceNormalization: normalizeMeanVariance,
};
