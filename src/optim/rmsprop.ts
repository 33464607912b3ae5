/** RMSprop: gradients divided by the root of their running mean square (Tieleman and Hinton 2012), as PyTorch writes it. */

import { checkNumber, checkOptionNames } from '../nn/options.js';
import { add, div, maximum, mul, sqrt, sub } from '../ops/elementwise.js';
import { type Member, Optimizer, type Update } from './optimizer.js';
import { groupsOf, type OptimizerGroup, type Trained } from './parameter-groups.js';
import { towards, withDecay } from './rule-parts.js';

export interface RmspropOptions {
  /** Learning rate. Default: 1e-2. */
  lr?: number;
  /** Decay of the running mean of the gradient's square. Default: 0.99. */
  alpha?: number;
  /** Added to the denominator. Default: 1e-8. */
  eps?: number;
  /** Times the parameter, added to its gradient. Default: 0. */
  weightDecay?: number;
  /** The share of the last direction that is kept. Default: 0. */
  momentum?: number;
  /** Divide by an estimate of the deviation instead: the mean is subtracted. Default: false. */
  centered?: boolean;
  /** Climb instead: the gradients' signs are turned first. Default: false. */
  maximize?: boolean;
}

type RmspropSettings = Required<RmspropOptions>;

/**
 * square = alpha * square + (1 - alpha) * gradient^2; parameter -= lr * gradient / (sqrt(square) + eps).
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const optimizer = new RMSprop(model.parameters(), { lr: 1e-3, momentum: 0.9 });
 */
export class RMSprop extends Optimizer<RmspropSettings> {
  readonly #squares = this.groups.map((group) => this.stateOfParameters(group, 'square_avg'));
  readonly #means = this.groups.map((group) =>
    group.settings.centered ? this.stateOfParameters(group, 'grad_avg') : [],
  );
  readonly #directions = this.groups.map((group) =>
    group.settings.momentum > 0 ? this.stateOfParameters(group, 'momentum_buffer') : [],
  );

  constructor(parameters: Trained<RmspropOptions>, options: RmspropOptions = {}) {
    super(groupsOf(parameters, { owner: 'RMSprop', options, read: readOptions }));
  }

  protected updateGroup(
    { index: g, settings, lrVariable }: OptimizerGroup<RmspropSettings>,
    members: readonly Member[],
    update: Update,
  ): void {
    const { alpha, eps, weightDecay, momentum, centered } = settings;
    for (const { index: i, parameter, gradient: given } of members) {
      const gradient = withDecay(given, parameter, weightDecay);
      const square = towards(this.#squares[g][i], mul(gradient, gradient), 1 - alpha);
      update(this.#squares[g][i], square);
      let variance = square;
      if (centered) {
        const mean = towards(this.#means[g][i], gradient, 1 - alpha);
        update(this.#means[g][i], mean);
        // Rounding may leave the difference a little below zero, where there is no root.
        variance = maximum(sub(square, mul(mean, mean)), 0);
      }
      let direction = div(gradient, add(sqrt(variance), eps));
      if (momentum > 0) {
        direction = add(mul(this.#directions[g][i], momentum), direction);
        update(this.#directions[g][i], direction);
      }
      update(parameter, sub(parameter, mul(direction, lrVariable)));
    }
  }
}

function readOptions(owner: string, options: RmspropOptions): RmspropSettings {
  const names = ['lr', 'alpha', 'eps', 'weightDecay', 'momentum', 'centered', 'maximize'];
  checkOptionNames(owner, options, names);
  const { maximize = false } = options;
  const { lr = 1e-2, alpha = 0.99, eps = 1e-8, weightDecay = 0, momentum = 0 } = options;
  checkNumber(owner, { lr, alpha, eps, weightDecay, momentum });
  return { lr, alpha, eps, weightDecay, momentum, centered: options.centered ?? false, maximize };
}
