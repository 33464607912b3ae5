/** Adadelta: steps in the units of the parameters themselves (Zeiler 2012), as PyTorch writes it. */

import { checkNumber, checkOptionNames } from '../nn/options.js';
import { add, div, mul, sqrt, sub } from '../ops/elementwise.js';
import { type Member, Optimizer, type Update } from './optimizer.js';
import { groupsOf, type OptimizerGroup, type Trained } from './parameter-groups.js';
import { towards, withDecay } from './rule-parts.js';

export interface AdadeltaOptions {
  /** Times the step. Default: 1. */
  lr?: number;
  /** Decay of the running means of the squared gradient and the squared step. Default: 0.9. */
  rho?: number;
  /** Added under both roots. Default: 1e-6. */
  eps?: number;
  /** Times the parameter, added to its gradient. Default: 0. */
  weightDecay?: number;
  /** Climb instead: the gradients' signs are turned first. Default: false. */
  maximize?: boolean;
}

type AdadeltaSettings = Required<AdadeltaOptions>;

/**
 * step = sqrt(mean of step^2 + eps) / sqrt(mean of gradient^2 + eps) * gradient; parameter -= lr * step.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const optimizer = new Adadelta(model.parameters());
 */
export class Adadelta extends Optimizer<AdadeltaSettings> {
  readonly #squares = this.groups.map((group) => this.stateOfParameters(group, 'square_avg'));
  readonly #deltas = this.groups.map((group) => this.stateOfParameters(group, 'acc_delta'));

  constructor(parameters: Trained<AdadeltaOptions>, options: AdadeltaOptions = {}) {
    super(groupsOf(parameters, { owner: 'Adadelta', options, read: readOptions }));
  }

  protected updateGroup(
    { index: g, settings, lrVariable }: OptimizerGroup<AdadeltaSettings>,
    members: readonly Member[],
    update: Update,
  ): void {
    const { rho, eps, weightDecay } = settings;
    for (const { index: i, parameter, gradient: given } of members) {
      const gradient = withDecay(given, parameter, weightDecay);
      const square = towards(this.#squares[g][i], mul(gradient, gradient), 1 - rho);
      const ratio = div(sqrt(add(this.#deltas[g][i], eps)), sqrt(add(square, eps)));
      const delta = mul(ratio, gradient);
      update(this.#squares[g][i], square);
      update(this.#deltas[g][i], towards(this.#deltas[g][i], mul(delta, delta), 1 - rho));
      update(parameter, sub(parameter, mul(delta, lrVariable)));
    }
  }
}

function readOptions(owner: string, options: AdadeltaOptions): AdadeltaSettings {
  checkOptionNames(owner, options, ['lr', 'rho', 'eps', 'weightDecay', 'maximize']);
  const { maximize = false } = options;
  const { lr = 1, rho = 0.9, eps = 1e-6, weightDecay = 0 } = options;
  checkNumber(owner, { rho }, { below: 1 });
  checkNumber(owner, { lr, eps, weightDecay });
  return { lr, rho, eps, weightDecay, maximize };
}
