/** SGD: stochastic gradient descent with momentum, as PyTorch writes it. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { Variable } from '../graph/variable.js';
import { checkNumber, checkOptionNames } from '../nn/options.js';
import { add, mul, sub } from '../ops/elementwise.js';
import { namedPerParameter, Optimizer, type Update, zerosLike } from './optimizer.js';

export interface SgdOptions {
  /** Learning rate. */
  lr: number;
  /** The share of the last direction that is kept. Default: 0. */
  momentum?: number;
  /** Look ahead along the momentum (Nesterov 1983). Default: false. */
  nesterov?: boolean;
  /** Times the parameter, added to its gradient. Default: 0. */
  weightDecay?: number;
}

/**
 * direction = momentum * direction + gradient; parameter -= lr * direction.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;
  readonly #weightDecay: number;
  /** Zeros at first, so that the first direction is the gradient itself. */
  readonly #directions: readonly Variable[];

  constructor(parameters: readonly Variable[], options: SgdOptions) {
    const { lr, momentum = 0, nesterov = false, weightDecay = 0 } = options;
    checkOptionNames('SGD', options, ['lr', 'momentum', 'nesterov', 'weightDecay']);
    checkNumber('SGD', { momentum, weightDecay });
    if (nesterov && momentum === 0) {
      throw new ValueError('SGD: nesterov needs momentum; set momentum, for example to 0.9');
    }
    super(parameters, lr);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#weightDecay = weightDecay;
    this.#directions = momentum > 0 ? zerosLike(parameters) : [];
  }

  protected update(grads: readonly Tensor[], update: Update): void {
    this.parameters.forEach((parameter, i) => {
      const gradient = this.#weightDecay
        ? add(grads[i], mul(parameter, this.#weightDecay))
        : grads[i];
      let direction = gradient;
      if (this.#momentum > 0) {
        const kept = add(mul(this.#directions[i], this.#momentum), gradient);
        direction = this.#nesterov ? add(gradient, mul(kept, this.#momentum)) : kept;
        update(this.#directions[i], kept);
      }
      update(parameter, sub(parameter, mul(direction, this.lrVariable)));
    });
  }

  protected namedState(): readonly [string, Variable][] {
    return namedPerParameter('momentum_buffer', this.#directions);
  }
}
