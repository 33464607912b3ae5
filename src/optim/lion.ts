/** Lion: steps of one size, in the direction of the sign of a running mean (Chen et al. 2023). */

import { checkNumber, checkOptionNames } from '../nn/options.js';
import { add, mul, sign, sub } from '../ops/elementwise.js';
import { type Member, Optimizer, type Update } from './optimizer.js';
import { groupsOf, type OptimizerGroup, type Trained } from './parameter-groups.js';
import { checkBetas, towards } from './rule-parts.js';

export interface LionOptions {
  /** Learning rate, a tenth to a third of what AdamW would take. Default: 1e-4. */
  lr?: number;
  /** The mean's weight in the direction, and the mean's own decay. Default: [0.9, 0.99]. */
  betas?: readonly [number, number];
  /** Times the parameter, added to the direction; three to ten times AdamW's. Default: 0. */
  weightDecay?: number;
  /** Climb instead: the gradients' signs are turned first. Default: false. */
  maximize?: boolean;
}

type LionSettings = Required<LionOptions>;

/**
 * parameter -= lr * (sign(beta1 * mean + (1 - beta1) * gradient) + weightDecay * parameter);
 * mean = beta2 * mean + (1 - beta2) * gradient.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const optimizer = new Lion(model.parameters(), { lr: 1e-4, weightDecay: 0.1 });
 */
export class Lion extends Optimizer<LionSettings> {
  readonly #means = this.groups.map((group) => this.stateOfParameters(group, 'exp_avg'));

  constructor(parameters: Trained<LionOptions>, options: LionOptions = {}) {
    super(groupsOf(parameters, { owner: 'Lion', options, read: readOptions }));
  }

  protected updateGroup(
    { index: g, settings, lrVariable }: OptimizerGroup<LionSettings>,
    members: readonly Member[],
    update: Update,
  ): void {
    const { betas, weightDecay } = settings;
    for (const { index: i, parameter, gradient } of members) {
      const mean = this.#means[g][i];
      const signs = sign(add(mul(mean, betas[0]), mul(gradient, 1 - betas[0])));
      const direction = weightDecay === 0 ? signs : add(mul(parameter, weightDecay), signs);
      update(mean, towards(mean, gradient, 1 - betas[1]));
      update(parameter, sub(parameter, mul(direction, lrVariable)));
    }
  }
}

function readOptions(owner: string, options: LionOptions): LionSettings {
  checkOptionNames(owner, options, ['lr', 'betas', 'weightDecay', 'maximize']);
  const { maximize = false } = options;
  const { lr = 1e-4, betas = [0.9, 0.99], weightDecay = 0 } = options;
  checkBetas(owner, betas);
  checkNumber(owner, { lr, weightDecay });
  return { lr, betas, weightDecay, maximize };
}
