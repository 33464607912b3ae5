/** Gated recurrent units over sequences [N, T, C] (Cho et al. 2014, arXiv:1406.1078). */

import type { Tensor } from '../../../graph/tensor.js';
import { Module } from '../../../nn/module.js';
import { Parameter } from '../../../nn/parameter.js';
import { split, stack } from '../../../ops/concatenate.js';
import { zeros } from '../../../ops/creation.js';
import { add, mul, sub } from '../../../ops/elementwise.js';
import { matmul } from '../../../ops/matmul.js';
import { unbind } from '../../../ops/slicing.js';
import { type Activation, activationOf } from '../activations.js';
import type { BuildLayer, LayerWeight } from '../layer.js';

interface GruParts {
  readonly kernel: LayerWeight;
  readonly recurrent: LayerWeight;
  readonly bias: LayerWeight | null;
  readonly activation: Activation;
  readonly gate: Activation;
  readonly backwards: boolean;
  /** Give every state, or the last alone. */
  readonly sequences: boolean;
}

class Gru extends Module {
  /** [inputSize, 3 * hiddenSize]: update gate, reset gate, candidate. */
  readonly kernel: Parameter;
  /** [hiddenSize, 3 * hiddenSize] */
  readonly recurrentKernel: Parameter;
  /** [3 * hiddenSize], or null. */
  readonly bias: Parameter | null;
  readonly #parts: GruParts;

  constructor(parts: GruParts) {
    super();
    const { kernel, recurrent, bias } = parts;
    this.kernel = new Parameter(kernel.shape, kernel.data);
    this.recurrentKernel = new Parameter(recurrent.shape, recurrent.data);
    this.bias = bias && new Parameter(bias.shape, bias.data);
    this.#parts = parts;
  }

  /** [N, T, C] -> [N, hiddenSize], or [N, T, hiddenSize]. */
  forward(x: Tensor): Tensor {
    const { activation, gate, backwards, sequences } = this.#parts;
    const [units] = this.recurrentKernel.shape;
    const [toUpdate, toReset, toCandidate] = split(this.recurrentKernel, units, 1);
    const product = matmul(x, this.kernel);
    const steps = unbind(this.bias ? add(product, this.bias) : product, 1);
    if (backwards) steps.reverse();
    let state = zeros([x.shape[0], units]);
    const states = steps.map((step) => {
      const [update, reset, candidate] = split(step, units, 1);
      const z = gate(add(update, matmul(state, toUpdate)));
      const r = gate(add(reset, matmul(state, toReset)));
      const next = activation(add(candidate, matmul(mul(r, state), toCandidate)));
      state = add(mul(z, state), mul(sub(1, z), next));
      return state;
    });
    return sequences ? stack(states, 1) : state;
  }

  override describe(): string {
    return `GRU ${this.kernel.shape[0]} -> ${this.recurrentKernel.shape[0]}`;
  }
}

const same: Activation = (x) => x;

export const gru: BuildLayer = async ({ config, order, weight }) => {
  const units = config.number('units', 0);
  config.expect('reset_after', false);
  config.expect('return_state', false);
  config.expect('stateful', false);
  config.expect('dropout', 0);
  config.expect('recurrent_dropout', 0);
  const gate = config.activation('recurrent_activation', 'hard_sigmoid');
  const activation = config.activation('activation', 'tanh');
  return new Gru({
    kernel: await weight('kernel', [null, 3 * units]),
    recurrent: await weight('recurrent_kernel', [units, 3 * units]),
    bias: config.boolean('use_bias', true) ? await weight('bias', [3 * units]) : null,
    activation: activationOf(activation, { config, order }) ?? same,
    gate: activationOf(gate, { config, order }) ?? same,
    backwards: config.boolean('go_backwards', false),
    sequences: config.boolean('return_sequences', false),
  });
};
