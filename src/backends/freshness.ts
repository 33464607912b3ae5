/** Freshness: whether values computed of variables are still what the variables would give. */

import type { Variable } from '../graph/variable.js';

export class Freshness {
  readonly #variables: readonly Variable[];
  #versions: readonly number[] | null = null;

  constructor(variables: Iterable<Variable>) {
    this.#variables = [...variables];
  }

  /** Whether no variable was written since `compute` last computed the values. */
  get isFresh(): boolean {
    return this.#versions?.every((version, i) => version === this.#variables[i].version) ?? false;
  }

  /** Calls `compute`, which computes the values anew unless they are fresh. */
  refresh<Result>(compute: (isFresh: boolean) => Result): Result {
    const isFresh = this.isFresh;
    const versions = this.#variables.map(({ version }) => version);
    // What `compute` leaves behind when it throws counts for nothing.
    this.#versions = null;
    const result = compute(isFresh);
    this.#versions = versions;
    return result;
  }

  /** Says that the values are lost. */
  forget(): void {
    this.#versions = null;
  }
}
