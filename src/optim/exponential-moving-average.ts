/** ExponentialMovingAverage: averaged weights beside those that are trained (Polyak and Juditsky 1992). */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { activeTrace, guard } from '../graph/trace.js';
import { Variable } from '../graph/variable.js';
import { checkNumber, checkOptionNames } from '../nn/options.js';
import { copyState, loadState, type StateDict, type StateSource } from '../nn/state-dict.js';
import { fill } from '../ops/creation.js';
import { add, cast, div, maximum, mul, sub, where } from '../ops/elementwise.js';
import type { StepOptions } from './optimizer.js';

export interface AverageOptions {
  /** The average's weight in the next average, less than 1. Default: 0.999. */
  decay?: number;
  /** Begin with less: the decay of update t, counted from 0, is at most (1 + t) / (10 + t). Default: false. */
  warmup?: boolean;
}

/**
 * average = decay * average + (1 - decay) * parameter, after each step; it begins with the
 * parameters' present values.
 *
 * Throws ValueError when there are no float32 variables or an option is unknown or out of range.
 *
 *     const average = new ExponentialMovingAverage(model.parameters(), { decay: 0.999 });
 *     average.update(); // inside compile(), after optimizer.step(...)
 */
export class ExponentialMovingAverage {
  readonly parameters: readonly Variable[];
  /** The averages, in the order of the parameters. */
  readonly averages: readonly Variable[];
  readonly #decay: number;
  readonly #warmup: boolean;
  readonly #updates = new Variable(new Int32Array(1), [], 'int32');
  /** The parameters' own values while the averages are in their place. */
  #trained: readonly ArrayLike<number>[] | null = null;

  constructor(parameters: readonly Variable[], options: AverageOptions = {}) {
    checkOptionNames('ExponentialMovingAverage', options, ['decay', 'warmup']);
    const { decay = 0.999, warmup = false } = options;
    checkNumber('ExponentialMovingAverage', { decay }, { below: 1 });
    if (parameters.length === 0) {
      throw new ValueError('ExponentialMovingAverage: got no parameters; pass model.parameters()');
    }
    parameters.forEach((parameter, i) => {
      if (parameter instanceof Variable && parameter.dtype === 'float32') return;
      throw new ValueError(
        `ExponentialMovingAverage: it averages float32 variables; parameter ${i} is none`,
      );
    });
    this.parameters = [...parameters];
    this.averages = parameters.map(
      (parameter) => new Variable(Float32Array.from(parameter.data()), parameter.shape, 'float32'),
    );
    this.#decay = decay;
    this.#warmup = warmup;
  }

  /**
   * Draws the averages towards the parameters, as they are after the step so far; where `when` is
   * false nothing changes.
   *
   * Throws ValueError while the averages are applied.
   *
   *     average.update({ when: isfinite(loss) });
   */
  update({ when }: StepOptions = {}): void {
    guard(() => this.#trained === null);
    if (this.#trained) {
      throw new ValueError(
        "ExponentialMovingAverage: the averages are in the parameters' place; restore() first",
      );
    }
    const share = this.#share();
    const steps: [Variable, Tensor][] = this.parameters.map((parameter, i) => [
      this.averages[i],
      add(this.averages[i], mul(sub(parameter, this.averages[i]), share)),
    ]);
    steps.push([this.#updates, add(this.#updates, 1)]);
    const values = steps.map(([variable, value]) => (when ? where(when, value, variable) : value));
    // Outside compile() all is computed before the first variable changes.
    if (!activeTrace()) for (const value of values) value.data();
    steps.forEach(([variable], i) => {
      variable.assign(values[i]);
    });
  }

  /**
   * Puts the averages in the parameters' place, to evaluate or save them.
   *
   * Throws ValueError when they are there already.
   *
   *     average.apply();
   *     evaluate(model);
   *     average.restore();
   */
  apply(): void {
    if (this.#trained) {
      throw new ValueError('ExponentialMovingAverage: the averages are applied already');
    }
    this.#trained = this.parameters.map((parameter) => parameter.data());
    this.parameters.forEach((parameter, i) => {
      parameter.set(this.averages[i].data());
    });
  }

  /**
   * Puts the trained values back.
   *
   * Throws ValueError unless the averages are applied.
   */
  restore(): void {
    const trained = this.#trained;
    if (!trained) {
      throw new ValueError('ExponentialMovingAverage: there is nothing to restore; apply() first');
    }
    this.parameters.forEach((parameter, i) => {
      parameter.set(trained[i]);
    });
    this.#trained = null;
  }

  /** A copy of the averages and of the number of updates. */
  stateDict(): StateDict {
    return copyState(this.#state());
  }

  /**
   * Goes on from the state of an average over the same parameters.
   *
   * Throws ValueError, with nothing changed, when a key is missing or unexpected or a shape differs.
   */
  loadStateDict(source: StateSource): void {
    loadState(this.#state(), source, { owner: 'ExponentialMovingAverage' });
  }

  /** 1 - decay of this update: computed as such, since 1 minus a rounded decay would lose digits. */
  #share(): Tensor {
    const least = fill(1 - this.#decay, []);
    if (!this.#warmup) return least;
    return maximum(div(9, add(cast(this.#updates, 'float32'), 10)), least);
  }

  #state(): Map<string, Variable> {
    return new Map<string, Variable>([
      ['updates', this.#updates],
      ...this.averages.map((average, i): [string, Variable] => [`${i}.average`, average]),
    ]);
  }
}
