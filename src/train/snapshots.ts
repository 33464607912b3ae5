/** Copies of all that training changes, taken now and then, so that broken steps can be repeated. */

import type { AnyModule, StateDict } from '../nn/index.js';
import type { Optimizer } from '../optim/index.js';

/** Steps from one copy to the next: rare enough to cost nothing, few enough to repeat quickly. */
const INTERVAL = 100;

interface Snapshot {
  readonly step: number;
  readonly model: StateDict;
  readonly generators: StateDict;
  readonly optimizer: StateDict;
}

export class Snapshots {
  readonly #model: AnyModule;
  readonly #optimizer: Optimizer;
  #older: Snapshot | null = null;
  #newer: Snapshot | null = null;

  constructor(model: AnyModule, optimizer: Optimizer) {
    this.#model = model;
    this.#optimizer = optimizer;
  }

  /** To be called before every step; copies at the first one and at every hundredth. */
  before(step: number): void {
    if (this.#newer && step % INTERVAL !== 0) return;
    const model = this.#model.stateDict();
    const generators = this.#model.generatorState();
    this.#older = this.#newer;
    this.#newer = { step, model, generators, optimizer: this.#optimizer.stateDict() };
  }

  /** Puts back the newest copy that is proven when `broken` is the step that was seen to fail; its step. */
  restore(broken: number): number {
    // NOTE: a bad gradient shows only in the loss of the step after, so a copy is proven two steps on.
    const snapshot = this.#newer && broken - this.#newer.step < 2 ? this.#older : this.#newer;
    const chosen = snapshot ?? this.#newer;
    if (!chosen) throw new Error('internal: no snapshot was taken before the first step');
    this.#model.loadStateDict(chosen.model);
    this.#model.loadGeneratorState(chosen.generators);
    this.#optimizer.loadStateDict(chosen.optimizer);
    return chosen.step;
  }
}
