/** Adam (Kingma and Ba 2015) and AdamW, which decays weights apart from the gradient (Loshchilov and Hutter 2019). */

import type { Tensor } from '../graph/tensor.js';
import { Variable } from '../graph/variable.js';
import { checkNumber, checkOptionNames } from '../nn/options.js';
import { fill } from '../ops/creation.js';
import { add, div, mul, sqrt, sub } from '../ops/elementwise.js';
import { namedPerParameter, Optimizer, type Update, zerosLike } from './optimizer.js';

export interface AdamOptions {
  /** Learning rate. Default: 1e-3. */
  lr?: number;
  /** Decay of the running means of the gradient and of its square. Default: [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Added to the denominator. Default: 1e-8. */
  eps?: number;
  /** Default: 0 in Adam, 0.01 in AdamW. */
  weightDecay?: number;
}

/** The factors of one step that all parameters share, as scalars. */
interface StepFactors {
  /** lr / (1 - beta1^t) */
  readonly stepSize: Tensor;
  /** 1 / sqrt(1 - beta2^t) */
  readonly scale: Tensor;
}

abstract class AdaptiveMoments extends Optimizer {
  protected readonly weightDecay: number;
  readonly #betas: readonly [number, number];
  readonly #eps: number;
  readonly #steps = new Variable(new Int32Array(1), [], 'int32');
  /** 1 - beta^t for both betas, kept as such: 1 minus a rounded power would lose its digits. */
  readonly #corrections = [0, 1].map(() => new Variable(new Float32Array(1), [], 'float32'));
  readonly #means: readonly Variable[];
  readonly #squares: readonly Variable[];

  constructor(parameters: readonly Variable[], options: AdamOptions & { owner: string }) {
    const { owner, ...given } = options;
    const { lr = 1e-3, betas = [0.9, 0.999], eps = 1e-8, weightDecay = 0 } = given;
    checkOptionNames(owner, given, ['lr', 'betas', 'eps', 'weightDecay']);
    checkNumber(owner, { 'betas[0]': betas[0], 'betas[1]': betas[1] }, { below: 1 });
    checkNumber(owner, { eps, weightDecay });
    super(parameters, lr);
    this.weightDecay = weightDecay;
    this.#betas = betas;
    this.#eps = eps;
    this.#means = zerosLike(parameters);
    this.#squares = zerosLike(parameters);
  }

  /** The parameter and its gradient as the update sees them: where each of the two decays weights. */
  protected abstract decayed(parameter: Tensor, gradient: Tensor): [Tensor, Tensor];

  protected update(grads: readonly Tensor[], update: Update): void {
    const { stepSize, scale } = this.#advance(update);
    const [beta1, beta2] = this.#betas;
    this.parameters.forEach((variable, i) => {
      const [parameter, gradient] = this.decayed(variable, grads[i]);
      const average = towards(this.#means[i], gradient, 1 - beta1);
      const square = towards(this.#squares[i], mul(gradient, gradient), 1 - beta2);
      const spread = add(mul(sqrt(square), scale), this.#eps);
      update(this.#means[i], average);
      update(this.#squares[i], square);
      update(variable, sub(parameter, div(mul(average, stepSize), spread)));
    });
  }

  protected namedState(): readonly [string, Variable][] {
    return [
      ['step', this.#steps],
      ['bias_correction1', this.#corrections[0]],
      ['bias_correction2', this.#corrections[1]],
      ...namedPerParameter('exp_avg', this.#means),
      ...namedPerParameter('exp_avg_sq', this.#squares),
    ];
  }

  #advance(update: Update): StepFactors {
    const [first, second] = this.#corrections.map((correction, i) =>
      towards(correction, fill(1, []), 1 - this.#betas[i]),
    );
    const factors = { stepSize: div(this.lrVariable, first), scale: div(1, sqrt(second)) };
    update(this.#steps, add(this.#steps, 1));
    update(this.#corrections[0], first);
    update(this.#corrections[1], second);
    return factors;
  }
}

/** beta * mean + (1 - beta) * value, in an order in which each operation has the value in it. */
function towards(mean: Tensor, value: Tensor, share: number): Tensor {
  return add(mean, mul(sub(value, mean), share));
}

/**
 * Adam; weight decay, if any, is added to the gradient.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
 */
export class Adam extends AdaptiveMoments {
  constructor(parameters: readonly Variable[], options: AdamOptions = {}) {
    super(parameters, { ...options, owner: 'Adam' });
  }

  protected decayed(parameter: Tensor, gradient: Tensor): [Tensor, Tensor] {
    if (this.weightDecay === 0) return [parameter, gradient];
    return [parameter, add(gradient, mul(parameter, this.weightDecay))];
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
  constructor(parameters: readonly Variable[], options: AdamOptions = {}) {
    super(parameters, { weightDecay: 0.01, ...options, owner: 'AdamW' });
  }

  protected decayed(parameter: Tensor, gradient: Tensor): [Tensor, Tensor] {
    if (this.weightDecay === 0) return [parameter, gradient];
    return [mul(parameter, sub(1, mul(this.lrVariable, this.weightDecay))), gradient];
  }
}
