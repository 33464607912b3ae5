/** SGD: stochastic gradient descent with momentum, as PyTorch writes it. */

import { ValueError } from '../graph/errors.js';
import { checkNumber, checkOptionNames } from '../nn/options.js';
import { fill } from '../ops/creation.js';
import { add, mul, sub } from '../ops/elementwise.js';
import { type Member, Optimizer, type Update } from './optimizer.js';
import { groupsOf, type OptimizerGroup, type Trained } from './parameter-groups.js';
import { withDecay } from './rule-parts.js';

export interface SgdOptions {
  /** Learning rate. */
  lr: number;
  /** The share of the last direction that is kept. Default: 0. */
  momentum?: number;
  /** The share of the gradient that does not enter the direction, from the second step on. Default: 0. */
  dampening?: number;
  /** Look ahead along the momentum (Nesterov 1983). Default: false. */
  nesterov?: boolean;
  /** Times the parameter, added to its gradient. Default: 0. */
  weightDecay?: number;
  /** Climb instead: the gradients' signs are turned first. Default: false. */
  maximize?: boolean;
}

type SgdSettings = Required<SgdOptions>;

/**
 * direction = momentum * direction + (1 - dampening) * gradient; parameter -= lr * direction.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 */
export class SGD extends Optimizer<SgdSettings> {
  /** Zeros at first, so that the first direction is the gradient itself. */
  readonly #directions = this.groups.map((group) =>
    group.settings.momentum > 0 ? this.stateOfParameters(group, 'momentum_buffer') : [],
  );
  /** The gradient's weight in the direction: 1 in the first step, which PyTorch does not dampen. */
  readonly #weights = this.groups.map((group) =>
    group.settings.momentum > 0 && group.settings.dampening > 0
      ? this.stateOfGroup(group, 'gradient_weight', { value: 1 })
      : null,
  );

  constructor(parameters: Trained<SgdOptions>, options: SgdOptions) {
    super(groupsOf(parameters, { owner: 'SGD', options, read: readOptions }));
  }

  protected updateGroup(
    { index: g, settings, lrVariable }: OptimizerGroup<SgdSettings>,
    members: readonly Member[],
    update: Update,
  ): void {
    const { momentum, dampening, nesterov, weightDecay } = settings;
    const weight = this.#weights[g];
    for (const { index, parameter, gradient: given } of members) {
      const gradient = withDecay(given, parameter, weightDecay);
      let direction = gradient;
      if (momentum > 0) {
        const buffer = this.#directions[g][index];
        const kept = add(mul(buffer, momentum), weight ? mul(gradient, weight) : gradient);
        direction = nesterov ? add(gradient, mul(kept, momentum)) : kept;
        update(buffer, kept);
      }
      update(parameter, sub(parameter, mul(direction, lrVariable)));
    }
    if (weight) update(weight, fill(1 - dampening, []));
  }
}

function readOptions(owner: string, options: SgdOptions): SgdSettings {
  checkOptionNames(owner, options, [
    'lr',
    'momentum',
    'dampening',
    'nesterov',
    'weightDecay',
    'maximize',
  ]);
  const { maximize = false } = options;
  const { lr, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options;
  checkNumber(owner, { lr, momentum, dampening, weightDecay });
  if (nesterov && momentum === 0) {
    throw new ValueError(`${owner}: nesterov needs momentum; set momentum, for example to 0.9`);
  }
  if (nesterov && dampening !== 0) {
    throw new ValueError(`${owner}: nesterov goes without dampening; leave dampening out`);
  }
  return { lr, momentum, dampening, nesterov, weightDecay, maximize };
}
