/** PlateauSchedule: a learning rate that falls when a metric stops getting better. */

import { ValueError } from '../graph/errors.js';
import { checkNumber, checkOptionNames } from '../nn/options.js';

export interface PlateauOptions {
  /** The first learning rate. */
  lr: number;
  /** Whether the metric gets better by falling or by rising. Default: 'min'. */
  mode?: 'min' | 'max';
  /** The factor of each change, less than 1. Default: 0.1. */
  factor?: number;
  /** Updates without improvement that are let pass. Default: 10. */
  patience?: number;
  /** How much better is better. Default: 1e-4. */
  threshold?: number;
  /** Whether `threshold` is a share of the best value or a difference to it. Default: 'rel'. */
  thresholdMode?: 'rel' | 'abs';
  /** Updates after a change in which none is counted as bad. Default: 0. */
  cooldown?: number;
  /** The lowest learning rate. Default: 0. */
  minLr?: number;
  /** A change smaller than this is not made. Default: 1e-8. */
  eps?: number;
}

/** All that the next updates depend on; it survives JSON. */
export interface PlateauState {
  readonly lr: number;
  /** The best metric so far, null before the first. */
  readonly best: number | null;
  readonly badUpdates: number;
  readonly cooldownLeft: number;
}

/**
 * PyTorch's ReduceLROnPlateau; a metric that is NaN is no improvement.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const plateau = new PlateauSchedule({ lr: 0.1, patience: 3 });
 *     optimizer.lr = plateau.update(validationLoss);
 */
export class PlateauSchedule {
  readonly #options: Required<PlateauOptions>;
  #state: PlateauState;

  constructor(options: PlateauOptions) {
    const defaults = {
      mode: 'min',
      factor: 0.1,
      patience: 10,
      threshold: 1e-4,
      thresholdMode: 'rel',
      cooldown: 0,
      minLr: 0,
      eps: 1e-8,
    } as const;
    checkOptionNames('PlateauSchedule', options, ['lr', ...Object.keys(defaults)]);
    const { mode, thresholdMode, factor, ...numbers } = { ...defaults, ...options };
    checkNumber('PlateauSchedule', { factor }, { below: 1 });
    checkNumber('PlateauSchedule', numbers);
    checkChoice('mode', mode, ['min', 'max']);
    checkChoice('thresholdMode', thresholdMode, ['rel', 'abs']);
    this.#options = { mode, thresholdMode, factor, ...numbers };
    this.#state = { lr: numbers.lr, best: null, badUpdates: 0, cooldownLeft: 0 };
  }

  /** The present learning rate. */
  get lr(): number {
    return this.#state.lr;
  }

  /** Takes the metric of one more epoch and returns the learning rate from now on. */
  update(metric: number): number {
    const { patience, cooldown, factor, minLr, eps } = this.#options;
    let { lr, best, badUpdates, cooldownLeft } = this.#state;
    if (this.#better(metric, best)) {
      best = metric;
      badUpdates = 0;
    } else badUpdates++;
    if (cooldownLeft > 0) {
      cooldownLeft--;
      badUpdates = 0;
    }
    if (badUpdates > patience) {
      const lower = Math.max(lr * factor, minLr);
      if (lr - lower > eps) lr = lower;
      cooldownLeft = cooldown;
      badUpdates = 0;
    }
    this.#state = { lr, best, badUpdates, cooldownLeft };
    return lr;
  }

  /** A copy of the state, to go on later. */
  stateDict(): PlateauState {
    return { ...this.#state };
  }

  /**
   * Goes on from a state of a schedule with the same options.
   *
   * Throws ValueError, with nothing changed, when a number is missing or out of range.
   */
  loadStateDict({ lr, best, badUpdates, cooldownLeft }: PlateauState): void {
    checkNumber('PlateauSchedule', { lr, badUpdates, cooldownLeft });
    if (best !== null && typeof best !== 'number') {
      throw new ValueError(`PlateauSchedule: best is ${best}; expected a number or null`);
    }
    this.#state = { lr, best, badUpdates, cooldownLeft };
  }

  #better(metric: number, best: number | null): boolean {
    const { mode, threshold, thresholdMode } = this.#options;
    const direction = mode === 'min' ? -1 : 1;
    if (best === null) return direction * metric > Number.NEGATIVE_INFINITY;
    // As PyTorch: a share of the best value, whatever its sign.
    const margin = thresholdMode === 'rel' ? threshold * best : threshold;
    return direction * metric > direction * (best + direction * margin);
  }
}

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new ValueError(
    `PlateauSchedule: ${name} is ${value}; expected ${choices.map((c) => `'${c}'`).join(' or ')}`,
  );
}
