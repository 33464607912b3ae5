/** Adagrad: steps that shrink with the sum of squared gradients (Duchi, Hazan and Singer 2011), as PyTorch writes it. */

import { checkNumber, checkOptionNames } from '../nn/options.js';
import { add, cast, div, mul, sqrt, sub } from '../ops/elementwise.js';
import { type Member, Optimizer, type Update } from './optimizer.js';
import { groupsOf, type OptimizerGroup, type Trained } from './parameter-groups.js';
import { withDecay } from './rule-parts.js';

export interface AdagradOptions {
  /** Learning rate. Default: 1e-2. */
  lr?: number;
  /** The rate in step t, counted from 0, is lr / (1 + t * lrDecay). Default: 0. */
  lrDecay?: number;
  /** Times the parameter, added to its gradient. Default: 0. */
  weightDecay?: number;
  /** What the sums of squares begin with. Default: 0. */
  initialAccumulatorValue?: number;
  /** Added to the denominator. Default: 1e-10. */
  eps?: number;
  /** Climb instead: the gradients' signs are turned first. Default: false. */
  maximize?: boolean;
}

type AdagradSettings = Required<AdagradOptions>;

/**
 * total += gradient^2; parameter -= lr / (1 + t * lrDecay) * gradient / (sqrt(total) + eps).
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const optimizer = new Adagrad(model.parameters(), { lr: 1e-2 });
 */
export class Adagrad extends Optimizer<AdagradSettings> {
  readonly #steps = this.groups.map((group) =>
    this.stateOfGroup(group, 'step', { dtype: 'int32' }),
  );
  readonly #totals = this.groups.map((group) =>
    this.stateOfParameters(group, 'sum', group.settings.initialAccumulatorValue),
  );

  constructor(parameters: Trained<AdagradOptions>, options: AdagradOptions = {}) {
    super(groupsOf(parameters, { owner: 'Adagrad', options, read: readOptions }));
  }

  protected updateGroup(
    { index: g, settings, lrVariable }: OptimizerGroup<AdagradSettings>,
    members: readonly Member[],
    update: Update,
  ): void {
    const { lrDecay, weightDecay, eps } = settings;
    const step = this.#steps[g];
    const rate =
      lrDecay === 0 ? lrVariable : div(lrVariable, add(mul(cast(step, 'float32'), lrDecay), 1));
    for (const { index: i, parameter, gradient: given } of members) {
      const gradient = withDecay(given, parameter, weightDecay);
      const total = add(this.#totals[g][i], mul(gradient, gradient));
      update(this.#totals[g][i], total);
      update(parameter, sub(parameter, div(mul(gradient, rate), add(sqrt(total), eps))));
    }
    update(step, add(step, 1));
  }
}

function readOptions(owner: string, options: AdagradOptions): AdagradSettings {
  const names = ['lr', 'lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps', 'maximize'];
  checkOptionNames(owner, options, names);
  const { maximize = false } = options;
  const { lr = 1e-2, lrDecay = 0, weightDecay = 0, eps = 1e-10 } = options;
  const { initialAccumulatorValue = 0 } = options;
  checkNumber(owner, { lr, lrDecay, weightDecay, initialAccumulatorValue, eps });
  return { lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize };
}
