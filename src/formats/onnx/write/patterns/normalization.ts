/** Normalisations as single operators: by running statistics, of each image, of layers, of groups, of neighbours. */

import { type Shape, sameShape } from '../../../../graph/shape.js';
import type { Tensor } from '../../../../graph/tensor.js';
import { ones, zeros } from '../../../../ops/creation.js';
import { float, int } from '../graph-builder.js';
import {
  isNumber,
  made,
  numberOf,
  operandsOf,
  operator,
  type Pattern,
  partner,
  type Step,
  same,
  scaled,
  shaped,
} from '../match.js';
import { meanOf } from './reductions.js';

/** What normalisations share: (shifted - rest) / sqrt(variance + eps) * weight + bias. */
interface Normalized {
  readonly shifted: Tensor;
  readonly rest: Tensor;
  readonly variance: Tensor;
  readonly eps: number;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** The variance and what is added to it in 1 / sqrt(variance + eps). */
function inverseOf(tensor: Tensor): { variance: Tensor; eps: number } | null {
  const quotient = operandsOf(tensor, 'div');
  const root = quotient && isNumber(quotient[0], 1) ? operandsOf(quotient[1], 'sqrt') : null;
  const sum = root && operandsOf(root[0], 'add');
  const eps = sum && numberOf(sum[1]);
  return sum && eps !== null ? { variance: sum[0], eps } : null;
}

/** One factor and one summand for each channel, both as small as the statistics. */
function scaledAndShifted(tensor: Tensor): Normalized | null {
  const sum = operandsOf(tensor, 'add');
  const product = sum && operandsOf(sum[0], 'mul');
  if (!sum || !product) return null;
  const [[shifted, scale], offset] = [product, sum[1]];
  const factors = operandsOf(scale, 'mul');
  const inverse = inverseOf(factors ? factors[0] : scale);
  const difference = operandsOf(offset, 'sub');
  const negated = operandsOf(offset, 'neg');
  const moved = difference ? difference[1] : negated?.[0];
  const rest = moved ? partner(operandsOf(moved, 'mul'), scale) : null;
  if (!inverse || !rest) return null;
  return {
    ...inverse,
    shifted,
    rest,
    weight: factors ? factors[1] : null,
    bias: difference ? difference[0] : null,
  };
}

/** Standardised first, then multiplied and added to element by element. */
function standardizedFirst(tensor: Tensor): Normalized | null {
  const sum = operandsOf(tensor, 'add');
  const product = operandsOf(sum ? sum[0] : tensor, 'mul');
  const inner = product ? product[0] : sum ? sum[0] : tensor;
  const difference = operandsOf(inner, 'sub');
  const left = difference && operandsOf(difference[0], 'mul');
  const rest = left && partner(operandsOf(difference[1], 'mul'), left[1]);
  const inverse = left && inverseOf(left[1]);
  if (!left || !rest || !inverse) return null;
  return {
    ...inverse,
    shifted: left[0],
    rest,
    weight: product ? product[1] : null,
    bias: sum ? sum[1] : null,
  };
}

/** What is normalised and over which dimensions, where the statistics are its own. */
function ownStatistics({ shifted, rest, variance }: Normalized): {
  x: Tensor;
  dims: readonly number[];
} | null {
  // Any shift leaves the result as it is; the one that is taken only keeps it exact.
  const shift = operandsOf(shifted, 'sub');
  const mean = meanOf(rest);
  if (!shift || !mean || !same(mean.x, shifted) || !mean.keepDims) return null;
  const kept = operandsOf(variance, 'where');
  const spread = kept && operandsOf(kept[2], 'sub');
  const negative = kept && operandsOf(kept[0], 'less');
  const isKept = negative && same(negative[0], kept[2]) && isNumber(negative[1], 0);
  if (!isKept || !isNumber(kept[1], 0)) return null;
  const squares = spread && meanOf(spread[0]);
  if (!squares || !isSquare(squares.x, shifted) || !isSquare(spread[1], rest)) return null;
  return sameShape(squares.dims, mean.dims) ? { x: shift[0], dims: mean.dims } : null;
}

function isSquare(tensor: Tensor, of: Tensor): boolean {
  return operandsOf(tensor, 'mul')?.every((factor) => same(factor, of)) ?? false;
}

const channelsOnly = (x: Shape): number[] => x.map((extent, dim) => (dim === 1 ? extent : 1));

/** Weight and bias as vectors; where there are none, those that change nothing. */
function vectors({ weight, bias }: Normalized, shape: Shape): [Tensor, Tensor] {
  return [weight ? shaped(weight, shape) : ones(shape), bias ? shaped(bias, shape) : zeros(shape)];
}

const fits = (tensor: Tensor | null, shape: Shape): boolean =>
  tensor === null || sameShape(tensor.shape, shape);

export const batchNorm: Pattern = (tensor) => {
  const found = scaledAndShifted(tensor);
  if (!found || tensor.rank < 2 || ownStatistics(found)) return null;
  const { shifted: x, rest, variance, weight, bias, eps } = found;
  const perChannel = channelsOnly(x.shape);
  const small = [rest, variance, weight, bias];
  if (!sameShape(x.shape, tensor.shape) || !small.every((part) => fits(part, perChannel))) {
    return null;
  }
  const channels = [x.shape[1]];
  const inputs = [...vectors(found, channels), shaped(rest, channels), shaped(variance, channels)];
  return operator('BatchNormalization', [x, ...inputs], { epsilon: float(eps) });
};

export const instanceNorm: Pattern = (tensor) => {
  const found = scaledAndShifted(tensor);
  const own = found && ownStatistics(found);
  if (!found || !own || tensor.rank < 3) return null;
  const { x, dims } = own;
  const perChannel = channelsOnly(x.shape);
  const spatial = x.shape.map((_, dim) => dim).slice(2);
  if (!sameShape(dims, spatial) || !sameShape(x.shape, tensor.shape)) return null;
  if (!fits(found.weight, perChannel) || !fits(found.bias, perChannel)) return null;
  return operator('InstanceNormalization', [x, ...vectors(found, [x.shape[1]])], {
    epsilon: float(found.eps),
  });
};

export const layerNorm: Pattern = (tensor, { opset }) => {
  const found = opset >= 17 ? standardizedFirst(tensor) : null;
  const own = found && ownStatistics(found);
  if (!found || !own) return null;
  const { x, dims } = own;
  const first = x.rank - dims.length;
  const over = x.shape.slice(first);
  if (dims.some((dim, i) => dim !== first + i) || !sameShape(x.shape, tensor.shape)) return null;
  // Repeating put dimensions of 1 in front.
  const whole = [...new Array<number>(first).fill(1), ...over];
  const isOver = (part: Tensor | null) => fits(part, over) || fits(part, whole);
  if (!isOver(found.weight) || !isOver(found.bias)) return null;
  return operator('LayerNormalization', [x, ...vectors(found, over)], {
    axis: int(-dims.length),
    epsilon: float(found.eps),
  });
};

export const groupNorm: Pattern = (tensor, { opset }) => {
  const reshaped = made(tensor, 'reshape');
  const found = reshaped && scaledAndShifted(reshaped.inputs[0]);
  const own = found && ownStatistics(found);
  if (!found || !own || tensor.rank < 2 || own.x.rank !== 4) return null;
  if (own.x.size !== tensor.size) return null;
  const [batch, groups, inGroup] = own.x.shape;
  const x = shaped(own.x, tensor.shape);
  const perChannel = [1, groups, inGroup, 1];
  const channels = groups * inGroup;
  if (!sameShape(own.dims, [2, 3]) || !sameShape(tensor.shape.slice(0, 2), [batch, channels])) {
    return null;
  }
  if (!fits(found.weight, perChannel) || !fits(found.bias, perChannel)) return null;
  const epsilon = float(found.eps);
  if (opset >= 21) {
    const inputs = [x, ...vectors(found, [channels])];
    return operator('GroupNormalization', inputs, { num_groups: int(groups), epsilon });
  }
  const toX = channelsOnly(tensor.shape).slice(1);
  return {
    inputs: [own.x, ones([groups]), zeros([groups]), ...vectors(found, toX)],
    emit: (graph, [grouped, one, zero, weight, bias]) => {
      const normal = graph.node('InstanceNormalization', [grouped, one, zero], { epsilon });
      const back = graph.node('Reshape', [normal, graph.shape(tensor.shape)]);
      return graph.node('Add', [graph.node('Mul', [back, weight]), bias]);
    },
  };
};

/** x times (k + alpha / size * sum of the neighbours' squares) to a power below 0. */
export const localResponseNorm: Pattern = (tensor): Step | null => {
  const factors = operandsOf(tensor, 'mul');
  const exponential = factors && operandsOf(factors[1], 'exp');
  if (!exponential || tensor.rank !== 4) return null;
  const power = scaled(exponential[0]);
  const log = operandsOf(power.x, 'log');
  const sum = log && operandsOf(log[0], 'add');
  const bias = sum && numberOf(sum[1]);
  if (!sum || bias === null || sum[0].size !== tensor.size) return null;
  const share = scaled(sum[0]);
  const window = made(shaped(share.x, windowShape(tensor)), 'windowSum');
  if (!window) return null;
  const x = factors[0];
  const [size, wide] = window.attributes.kernel;
  const padded = made(window.inputs[0], 'pad');
  const before = (size - 1) / 2;
  const around = [0, 0, before, 0];
  const centred =
    padded &&
    padded.attributes.value === 0 &&
    sameShape(padded.attributes.low, around) &&
    sameShape(padded.attributes.high, around);
  const inner = size === 1 ? window.inputs[0] : centred ? padded.inputs[0] : null;
  const plainWindow = [wide, ...window.attributes.stride, ...window.attributes.dilation];
  if (x.size !== tensor.size || !inner || plainWindow.some((n) => n !== 1)) return null;
  const squares = shaped(inner, x.shape);
  return isSquare(squares, x)
    ? operator('LRN', [x], {
        size: int(size),
        alpha: float(share.by * size),
        beta: float(-power.by),
        bias: float(bias),
      })
    : null;
};

/** Channels as rows, as windows over channels take them. */
const windowShape = ({ shape: [batch, channels, ...spatial] }: Tensor): Shape => [
  batch,
  1,
  channels,
  spatial.reduce((product, extent) => product * extent, 1),
];
