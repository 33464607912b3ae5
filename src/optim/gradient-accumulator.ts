/** GradientAccumulator: gradients of several batches make one update, for batches larger than memory. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { Variable } from '../graph/variable.js';
import { checkCount, checkOptionNames } from '../nn/options.js';
import { copyState, loadState, type StateDict, type StateSource } from '../nn/state-dict.js';
import { fill } from '../ops/creation.js';
import { add, mul } from '../ops/elementwise.js';
import type { Optimizer } from './optimizer.js';

export interface GradientAccumulatorOptions {
  /** Batches for one update. */
  batches: number;
}

/**
 * Adds up the gradients of `batches` batches and updates with their mean: for equal batches and a loss that is
 * a mean, the update of one batch that is as large as all of them.
 *
 * A compiled step is one program, so there are two: `add` for all batches but the last, `step` for that one.
 * Throws ValueError for an option that does not fit.
 *
 *     const accumulator = new GradientAccumulator(optimizer, { batches: 4 });
 *     const gradients = (x, y) => grad(lossOf(x, y), optimizer.parameters);
 *     const more = compile((x, y) => (accumulator.add(gradients(x, y)), []));
 *     const last = compile((x, y) => (accumulator.step(gradients(x, y)), []));
 *     for (const [i, [x, y]] of batches.entries()) (accumulator.isLast(i) ? last : more)(x, y);
 */
export class GradientAccumulator {
  readonly batches: number;
  readonly #optimizer: Optimizer;
  readonly #sums: readonly Variable[];

  constructor(optimizer: Optimizer, options: GradientAccumulatorOptions) {
    checkOptionNames('GradientAccumulator', options, ['batches']);
    checkCount('GradientAccumulator', 'batches', options.batches);
    this.batches = options.batches;
    this.#optimizer = optimizer;
    this.#sums = optimizer.parameters.map(
      ({ shape, size }) => new Variable(() => new Float32Array(size), shape, 'float32'),
    );
  }

  /** Whether step number `step`, counted from 0, is the last of those that make an update. */
  isLast(step: number): boolean {
    return (step + 1) % this.batches === 0;
  }

  /** Adds the gradients of a batch that is not the last. */
  add(gradients: readonly Tensor[]): void {
    this.#check(gradients);
    this.#sums.forEach((sum, i) => {
      sum.assign(add(sum, gradients[i]));
    });
  }

  /** Updates with the mean of what was added and of the last batch's gradients, and begins anew. */
  step(gradients: readonly Tensor[]): void {
    this.#check(gradients);
    const means = this.#sums.map((sum, i) => mul(add(sum, gradients[i]), 1 / this.batches));
    this.#optimizer.step(means);
    for (const sum of this.#sums) sum.assign(fill(0, sum.shape));
  }

  /** A copy of what was added so far. */
  stateDict(): StateDict {
    return copyState(this.#state());
  }

  /** Goes on from the state of an accumulator over the same parameters; throws ValueError for another. */
  loadStateDict(source: StateSource): void {
    loadState(this.#state(), source, { owner: 'GradientAccumulator' });
  }

  #state(): Map<string, Variable> {
    return new Map(this.#sums.map((sum, i): [string, Variable] => [`${i}.sum`, sum]));
  }

  #check(gradients: readonly Tensor[]): void {
    if (gradients.length === this.#sums.length) return;
    throw new ValueError(
      `GradientAccumulator: expected ${this.#sums.length} gradients, one for each parameter, got ` +
        `${gradients.length}; pass grad(loss, optimizer.parameters)`,
    );
  }
}
