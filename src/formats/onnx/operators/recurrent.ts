/** ONNX's recurrent layers RNN, GRU and LSTM, built step by step. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { elu, leakyRelu, softplus, softsign } from '../../../ops/activations.js';
import { clamp } from '../../../ops/arithmetic.js';
import { stack } from '../../../ops/concatenate.js';
import { fill } from '../../../ops/creation.js';
import { add, greater, mul, relu, sigmoid, sub, tanh, where } from '../../../ops/elementwise.js';
import { matmul } from '../../../ops/matmul.js';
import { select } from '../../../ops/slicing.js';
import { permute, reshape, slice, transpose } from '../../../ops/view.js';
import type { Operator, OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

type Activation = (x: Tensor) => Tensor;

/** Their names in any case, and their alpha and beta where they have some. */
const activations: Readonly<Record<string, (alpha?: number, beta?: number) => Activation>> = {
  relu: () => relu,
  tanh: () => tanh,
  sigmoid: () => sigmoid,
  softsign: () => softsign,
  softplus: () => (x) => softplus(x),
  leakyrelu:
    (alpha = 0.01) =>
    (x) =>
      leakyRelu(x, { negativeSlope: alpha }),
  elu:
    (alpha = 1) =>
    (x) =>
      elu(x, { alpha }),
  affine:
    (alpha = 1, beta = 0) =>
    (x) =>
      add(mul(x, alpha), beta),
  hardsigmoid:
    (alpha = 0.2, beta = 0.5) =>
    (x) =>
      clamp(add(mul(x, alpha), beta), { min: 0, max: 1 }),
};

/** What one direction computes with. */
interface Weights {
  /** [gates H, I], [gates H, H] and [gates H] each. */
  readonly w: Tensor;
  readonly r: Tensor;
  readonly wb: Tensor;
  readonly rb: Tensor;
  /** LSTM: [3 H] of input, output and forget gate; undefined for none. */
  readonly peephole: Tensor | undefined;
  readonly activations: readonly Activation[];
}

/** The state after a step: what goes out, and for LSTM the cell. */
type State = readonly Tensor[];

interface Cell {
  readonly gates: number;
  readonly defaults: readonly string[];
  readonly step: (node: OperatorNode, x: Tensor, state: State, weights: Weights) => State;
  /** Places of the initial states among the inputs. */
  readonly initial: readonly number[];
}

/** Part `i` of x [N, gates H]. */
function gate(x: Tensor, i: number, size: number): Tensor {
  const dims = x.rank - 1;
  const start = [...new Array<number>(dims).fill(0), i * size];
  return slice(x, { start, end: [...x.shape.slice(0, dims), (i + 1) * size] });
}

const linear = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
  add(matmul(x, transpose(weight)), bias);

function clipped(node: OperatorNode, x: Tensor): Tensor {
  if (!node.attributes.has('clip')) return x;
  const limit = node.attributes.float('clip');
  return clamp(x, { min: -limit, max: limit });
}

const rnnCell: Cell = {
  gates: 1,
  defaults: ['Tanh'],
  initial: [5],
  step: (node, x, [h], { w, r, wb, rb, activations: [f] }) => [
    f(clipped(node, add(linear(x, w, wb), linear(h, r, rb)))),
  ],
};

/** Gates in the order z, r, h. */
const gruCell: Cell = {
  gates: 3,
  defaults: ['Sigmoid', 'Tanh'],
  initial: [5],
  step: (node, x, [h], { w, r, wb, rb, activations: [f, g] }) => {
    const size = h.shape[1];
    const input = linear(x, w, wb);
    const linearFirst = node.attributes.flag('linear_before_reset', false);
    const hidden = linear(h, r, rb);
    const sums = (i: number) => f(clipped(node, add(gate(input, i, size), gate(hidden, i, size))));
    const [update, reset] = [sums(0), sums(1)];
    const rows = { start: [2 * size, 0], end: r.shape };
    const recalled = linearFirst
      ? mul(reset, gate(hidden, 2, size))
      : linear(mul(reset, h), slice(r, rows), slice(rb, { start: [2 * size], end: rb.shape }));
    const next = g(clipped(node, add(gate(input, 2, size), recalled)));
    return [add(mul(sub(1, update), next), mul(update, h))];
  },
};

/** Gates in the order i, o, f, c. */
const lstmCell: Cell = {
  gates: 4,
  defaults: ['Sigmoid', 'Tanh', 'Tanh'],
  initial: [5, 6],
  step: (node, x, [h, c], { w, r, wb, rb, peephole, activations: [f, g, out] }) => {
    const size = h.shape[1];
    const whole = add(linear(x, w, wb), linear(h, r, rb));
    const sums = (i: number, peeped?: Tensor) => {
      const own = gate(whole, i, size);
      const seen = peephole && peeped ? add(own, mul(gate(peephole, i, size), peeped)) : own;
      return clipped(node, seen);
    };
    const input = f(sums(0, c));
    const forget = node.attributes.flag('input_forget', false) ? sub(1, input) : f(sums(2, c));
    const cell = add(mul(forget, c), mul(input, g(sums(3))));
    return [mul(f(sums(1, cell)), out(cell)), cell];
  },
};

/** The activations of a direction, each with the next alpha and beta of the node's lists. */
function activationsOf(node: OperatorNode, cell: Cell, direction: number): Activation[] {
  const { attributes } = node;
  const alphas = attributes.floats('activation_alpha') ?? [];
  const betas = attributes.floats('activation_beta') ?? [];
  const count = cell.defaults.length;
  const names = attributes.strings('activations') ?? [...cell.defaults, ...cell.defaults];
  return names.slice(direction * count, (direction + 1) * count).map((name, i) => {
    const make = activations[name.toLowerCase()];
    if (make) return make(alphas[direction * count + i], betas[direction * count + i]);
    throw new ValueError(
      `there is no activation "${name}"; expected Tanh, Sigmoid, Relu or the like`,
    );
  });
}

/** Runs X [T, N, I] through one direction: outputs [T, N, H] in the order of X, and the last state. */
function runDirection(
  node: OperatorNode,
  cell: Cell,
  { x, direction, isReverse, lengths }: DirectionParts,
): { readonly outputs: Tensor; readonly last: State } {
  const part = (place: number) => select(node.tensor(place), { dim: 0, index: direction });
  const [w, r] = [part(1), part(2)];
  const hidden = r.shape[1];
  const rows = cell.gates * hidden;
  const bias = node.optional(3) ? part(3) : fill(0, [2 * rows]);
  const weights: Weights = {
    w,
    r,
    wb: slice(bias, { start: [0], end: [rows] }),
    rb: slice(bias, { start: [rows], end: [2 * rows] }),
    peephole: node.optional(7) && part(7),
    activations: activationsOf(node, cell, direction),
  };
  const [steps, batch] = x.shape;
  let state: State = cell.initial.map((place) => {
    const given = node.optional(place);
    if (!given) return fill(0, [batch, hidden]);
    const first = batchFirst(node) ? permute(given.tensor, [1, 0, 2]) : given.tensor;
    return select(first, { dim: 0, index: direction });
  });
  const outputs = new Array<Tensor>(steps);
  for (let i = 0; i < steps; i++) {
    const at = isReverse ? steps - 1 - i : i;
    const next = cell.step(node, select(x, { dim: 0, index: at }), state, weights);
    // Behind the end of a sequence nothing goes out and the state stays.
    const isWithin = lengths && greater(reshape(lengths, [batch, 1]), at);
    outputs[at] = isWithin ? where(isWithin, next[0], 0) : next[0];
    const before = state;
    state = isWithin ? next.map((one, s) => where(isWithin, one, before[s])) : next;
  }
  const whole = steps === 0 ? fill(0, [0, batch, hidden]) : stack(outputs, 0);
  return { outputs: whole, last: state };
}

interface DirectionParts {
  readonly x: Tensor;
  readonly direction: number;
  readonly isReverse: boolean;
  readonly lengths: Tensor | undefined;
}

const batchFirst = (node: OperatorNode): boolean =>
  node.opset >= 14 && node.attributes.flag('layout', false);

const recurrent =
  (cell: Cell): Operator =>
  (node) => {
    const { tensor: given, type } = node.input(0);
    if (given.rank !== 3) {
      throw new ShapeError(`input 0 is ${formatShape(given.shape)}; expected [T, N, I]`);
    }
    node.attributes.int('hidden_size', node.tensor(2).shape[2]);
    const isBatchFirst = batchFirst(node);
    const x = isBatchFirst ? permute(given, [1, 0, 2]) : given;
    const directions = ['forward', 'reverse', 'bidirectional'] as const;
    const named = node.attributes.choice('direction', directions, 'forward');
    const reversed = { forward: [false], reverse: [true], bidirectional: [false, true] }[named];
    const lengths = node.optional(4)?.tensor;
    const parts = reversed.map((isReverse, direction) =>
      runDirection(node, cell, { x, direction, isReverse, lengths }),
    );
    const outputs = stack(
      parts.map((part) => part.outputs),
      1,
    );
    const states = cell.initial.map((_, i) =>
      stack(
        parts.map(({ last }) => last[i]),
        0,
      ),
    );
    const ordered = isBatchFirst
      ? [permute(outputs, [2, 0, 1, 3]), ...states.map((state) => permute(state, [1, 0, 2]))]
      : [outputs, ...states];
    return ordered.map((one) => Value.computed(one, type));
  };

export const recurrentOperators: OperatorTable = {
  RNN: recurrent(rnnCell),
  GRU: recurrent(gruCell),
  LSTM: recurrent(lstmCell),
};
