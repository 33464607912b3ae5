/** RollBack: goes back to the last healthy checkpoint of a game that went wrong, and on from there more slowly. */

import { ValueError } from '../../graph/errors.js';
import type { NoiseSource } from '../../nn/index.js';
import { checkCount } from '../../nn/options.js';
import type { Optimizer } from '../../optim/index.js';
import type { CheckpointFolder } from '../checkpoint-folder.js';

export interface RollBackOptions {
  /** How often at most. Default: 3. */
  readonly attempts?: number;
  /** What learning rates are multiplied with each time. Default: 0.5. */
  readonly lrFactor?: number;
}

interface State {
  readonly cuts: number;
  readonly rates: readonly number[];
}

/** Whatever makes a game go back; ends it where it cannot. */
export class GameWentWrong extends Error {}

/** A part of the training: how often it has gone back belongs to its state. */
export class RollBack {
  readonly attempts: number;
  readonly #factor: number;
  readonly #optimizers: readonly Optimizer[];
  readonly #noise: NoiseSource;
  /** Learning rates as the schedule wants them. */
  #rates: readonly number[];
  #cuts = 0;

  constructor(
    { attempts = 3, lrFactor = 0.5 }: RollBackOptions,
    { optimizers, noise }: { optimizers: readonly Optimizer[]; noise: NoiseSource },
  ) {
    checkCount('trainAdversarial', 'rollBack.attempts', attempts);
    if (!(lrFactor > 0 && lrFactor <= 1)) {
      throw new ValueError(
        `trainAdversarial: rollBack.lrFactor is ${lrFactor}; use 0.5, or up to 1`,
      );
    }
    this.attempts = attempts;
    this.#factor = lrFactor;
    this.#optimizers = optimizers;
    this.#noise = noise;
    this.#rates = optimizers.map(({ lr }) => lr);
  }

  /** How often it went back so far. */
  get cuts(): number {
    return this.#cuts;
  }

  /** Sets the learning rates of a step: those that `schedule` sets, cut. */
  before(schedule: () => void): void {
    this.#set(this.#rates);
    schedule();
    this.#rates = this.#optimizers.map(({ lr }) => lr);
    const share = this.#factor ** this.#cuts;
    this.#set(this.#rates.map((rate) => rate * share));
  }

  /**
   * Puts the training back to its newest checkpoint that was written by `healthySteps`; `resume` loads it.
   * Later ones are removed. False where there is none.
   */
  async goBack(
    checkpoints: CheckpointFolder,
    { healthySteps, resume }: { healthySteps: number; resume: () => Promise<number> },
  ): Promise<boolean> {
    const { rm } = await import('node:fs/promises');
    const cuts = this.#cuts + 1;
    const steps = await checkpoints.steps();
    if (!steps.some((step) => step <= healthySteps)) return false;
    for (const step of steps) {
      if (step > healthySteps) await rm(await checkpoints.pathOf(step), { force: true });
    }
    await resume();
    this.#cuts = cuts;
    this.#drawOtherNumbers();
    return true;
  }

  stateDict(): State {
    return { cuts: this.#cuts, rates: this.#rates };
  }

  loadStateDict({ cuts, rates }: State): void {
    this.#cuts = cuts;
    this.#rates = rates;
  }

  #set(rates: readonly number[]): void {
    this.#optimizers.forEach((optimizer, i) => {
      optimizer.lr = rates[i];
    });
  }

  /** Streams of noise from 2 on belong to games that went back. */
  #drawOtherNumbers(): void {
    const { state } = this.#noise.generator;
    const words = Int32Array.from(state.data());
    words[3] = 1 + this.#cuts;
    state.set(words);
  }
}
