/** Adam (Kingma and Ba 2015) and AdamW, which decays weights apart from the gradient (Loshchilov and Hutter 2019). */

import type { Tensor } from '../graph/tensor.js';
import { checkNumber, checkOptionNames } from '../nn/options.js';
import { fill } from '../ops/creation.js';
import { add, div, maximum, mul, sqrt, sub } from '../ops/elementwise.js';
import { type Member, Optimizer, type Update } from './optimizer.js';
import { groupsOf, type OptimizerGroup, type Trained } from './parameter-groups.js';
import { checkBetas, towards, withDecay } from './rule-parts.js';

export interface AdamOptions {
  /** Learning rate. Default: 1e-3. */
  lr?: number;
  /** Decay of the running means of the gradient and of its square. Default: [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the denominator. Default: 1e-8. */
  eps?: number;
  /** Default: 0 in Adam, 0.01 in AdamW. */
  weightDecay?: number;
  /** Divide by the largest mean square so far (Reddi, Kale and Kumar 2018). Default: false. */
  amsgrad?: boolean;
  /** Climb instead: the gradients' signs are turned first. Default: false. */
  maximize?: boolean;
}

type AdamSettings = Required<AdamOptions>;
type AdamGroup = OptimizerGroup<AdamSettings>;

/** The factors of one step that all parameters of a group share, as scalars. */
interface StepFactors {
  /** lr / (1 - beta1^t) */
  readonly stepSize: Tensor;
  /** 1 / sqrt(1 - beta2^t) */
  readonly scale: Tensor;
}

abstract class AdaptiveMoments extends Optimizer<AdamSettings> {
  readonly #steps = this.groups.map((group) =>
    this.stateOfGroup(group, 'step', { dtype: 'int32' }),
  );
  /** 1 - beta^t for both betas, kept as such: 1 minus a rounded power would lose its digits. */
  readonly #corrections = this.groups.map((group) =>
    [1, 2].map((beta) => this.stateOfGroup(group, `bias_correction${beta}`)),
  );
  readonly #means = this.groups.map((group) => this.stateOfParameters(group, 'exp_avg'));
  readonly #squares = this.groups.map((group) => this.stateOfParameters(group, 'exp_avg_sq'));
  readonly #largest = this.groups.map((group) =>
    group.settings.amsgrad ? this.stateOfParameters(group, 'max_exp_avg_sq') : [],
  );

  /** The parameter and its gradient as the update sees them: where each of the two decays weights. */
  protected abstract decayed(group: AdamGroup, member: Member): [Tensor, Tensor];

  protected updateGroup(group: AdamGroup, members: readonly Member[], update: Update): void {
    const { betas, eps, amsgrad } = group.settings;
    const { stepSize, scale } = this.#advance(group, update);
    const means = this.#means[group.index];
    const squares = this.#squares[group.index];
    const largest = this.#largest[group.index];
    for (const member of members) {
      const i = member.index;
      const [parameter, gradient] = this.decayed(group, member);
      const average = towards(means[i], gradient, 1 - betas[0]);
      const square = towards(squares[i], mul(gradient, gradient), 1 - betas[1]);
      const divisor = amsgrad ? maximum(largest[i], square) : square;
      const spread = add(mul(sqrt(divisor), scale), eps);
      update(means[i], average);
      update(squares[i], square);
      if (amsgrad) update(largest[i], divisor);
      update(member.parameter, sub(parameter, div(mul(average, stepSize), spread)));
    }
  }

  #advance({ index, settings, lrVariable }: AdamGroup, update: Update): StepFactors {
    const corrections = this.#corrections[index];
    const [first, second] = corrections.map((correction, i) =>
      towards(correction, fill(1, []), 1 - settings.betas[i]),
    );
    const factors = { stepSize: div(lrVariable, first), scale: div(1, sqrt(second)) };
    update(this.#steps[index], add(this.#steps[index], 1));
    update(corrections[0], first);
    update(corrections[1], second);
    return factors;
  }
}

function readOptions(owner: string, options: AdamOptions): AdamSettings {
  checkOptionNames(owner, options, ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad', 'maximize']);
  const { maximize = false } = options;
  const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0, amsgrad = false } = options;
  checkBetas(owner, betas);
  checkNumber(owner, { lr, eps, weightDecay });
  return { lr, betas, eps, weightDecay, amsgrad, maximize };
}

/**
 * Adam; weight decay, if any, is added to the gradient.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
 */
export class Adam extends AdaptiveMoments {
  constructor(parameters: Trained<AdamOptions>, options: AdamOptions = {}) {
    super(groupsOf(parameters, { owner: 'Adam', options, read: readOptions }));
  }

  protected decayed({ settings }: AdamGroup, { parameter, gradient }: Member): [Tensor, Tensor] {
    return [parameter, withDecay(gradient, parameter, settings.weightDecay)];
  }
}

/**
 * Adam with weight decay applied to the parameter itself, scaled by the learning rate.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const optimizer = new AdamW(model.parameters(), { lr: 1e-3, weightDecay: 0.05 });
 */
export class AdamW extends AdaptiveMoments {
  constructor(parameters: Trained<AdamOptions>, options: AdamOptions = {}) {
    const given = { weightDecay: 0.01, ...options };
    super(groupsOf(parameters, { owner: 'AdamW', options: given, read: readOptions }));
  }

  protected decayed(group: AdamGroup, { parameter, gradient }: Member): [Tensor, Tensor] {
    const { weightDecay } = group.settings;
    if (weightDecay === 0) return [parameter, gradient];
    return [mul(parameter, sub(1, mul(group.lrVariable, weightDecay))), gradient];
  }
}
