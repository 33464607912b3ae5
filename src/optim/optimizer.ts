/** Optimizer: the base of optimisers: what every one has in common around its update rule. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, sameShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { activeTrace, trace } from '../graph/trace.js';
import { Variable } from '../graph/variable.js';
import { checkNumber } from '../nn/options.js';
import { copyState, loadState, type StateDict, type StateSource } from '../nn/state-dict.js';
import { where } from '../ops/elementwise.js';

export interface StepOptions {
  /** A bool scalar; where it is false the step changes neither parameters nor the optimiser's state. */
  when?: Tensor;
}

/** Gives a variable its next value, unless the step's condition is false. */
export type Update = (variable: Variable, value: Tensor) => void;

export abstract class Optimizer {
  /** What is trained, in the order in which `step` takes gradients. */
  readonly parameters: readonly Variable[];
  /** The learning rate inside the graph. */
  protected readonly lrVariable: Variable;
  #lr: number;

  constructor(parameters: readonly Variable[], lr: number) {
    if (parameters.length === 0) {
      throw new ValueError('an optimizer needs parameters, got none; pass model.parameters()');
    }
    parameters.forEach((parameter, i) => {
      if (!(parameter instanceof Variable) || parameter.dtype !== 'float32') {
        throw new ValueError(`an optimizer trains float32 variables; parameter ${i} is none`);
      }
      if (parameters.indexOf(parameter) !== i) {
        throw new ValueError(
          `an optimizer takes each parameter once; number ${i} is number ` +
            `${parameters.indexOf(parameter)} again`,
        );
      }
    });
    checkNumber('optimizer', { lr });
    this.parameters = [...parameters];
    this.#lr = lr;
    this.lrVariable = new Variable(new Float32Array([lr]), [], 'float32');
  }

  /** The learning rate of the next steps; setting it compiles nothing. */
  get lr(): number {
    return this.#lr;
  }

  set lr(lr: number) {
    checkNumber('optimizer', { lr });
    this.#lr = lr;
    this.lrVariable.set([lr]);
  }

  /**
   * One update of every parameter from its gradient; inside compile() it becomes part of the program.
   *
   * Throws ShapeError when the gradients do not fit the parameters one by one.
   *
   *     optimizer.step(grad(loss, optimizer.parameters));
   */
  step(grads: readonly Tensor[], { when }: StepOptions = {}): void {
    this.#check(grads, when);
    const update: Update = (variable, value) =>
      variable.assign(when ? where(when, value, variable) : value);
    if (activeTrace()) {
      this.update(grads, update);
      return;
    }
    // Outside compile() everything is computed before the first variable changes, because the
    // gradients, still lazy, read the variables.
    const { assignments } = trace(() => this.update(grads, update)).trace;
    const values = [...assignments].map(([variable, value]) => [variable, value.data()] as const);
    for (const [variable, value] of values) (variable as Variable).set(value);
  }

  /** A copy of all that the next steps depend on: the learning rate and the optimiser's own state. */
  stateDict(): StateDict {
    return copyState(this.#state());
  }

  /**
   * Takes over the state of an optimiser of the same kind over the same parameters.
   *
   * Throws ValueError, with nothing changed, when a key is missing or unexpected or a shape differs.
   */
  loadStateDict(source: StateSource): void {
    loadState(this.#state(), source, { owner: this.constructor.name });
    this.#lr = this.lrVariable.data()[0];
  }

  /** The update rule: calls `update` once for each variable that changes. */
  protected abstract update(grads: readonly Tensor[], update: Update): void;

  /** The optimiser's own variables, by the names that files use. */
  protected abstract namedState(): readonly [string, Variable][];

  #state(): Map<string, Variable> {
    return new Map<string, Variable>([['lr', this.lrVariable], ...this.namedState()]);
  }

  #check(grads: readonly Tensor[], when: Tensor | undefined): void {
    if (grads.length !== this.parameters.length) {
      throw new ShapeError(
        `step: expected ${this.parameters.length} gradients, one for each parameter, ` +
          `got ${grads.length}; pass grad(loss, optimizer.parameters)`,
      );
    }
    grads.forEach((gradient, i) => {
      const { shape } = this.parameters[i];
      if (sameShape(gradient.shape, shape) && gradient.dtype === 'float32') return;
      throw new ShapeError(
        `step: gradient ${i} is ${gradient.dtype} ${formatShape(gradient.shape)}, its parameter ` +
          `float32 ${formatShape(shape)}; pass the gradients in the order of optimizer.parameters`,
      );
    });
    if (when && (when.dtype !== 'bool' || when.size !== 1)) {
      throw new ShapeError(
        `step: when must be one bool, got ${when.dtype} ${formatShape(when.shape)}`,
      );
    }
  }
}

/** One zeroed variable for each parameter. */
export function zerosLike(parameters: readonly Variable[]): Variable[] {
  return parameters.map(
    ({ shape, size }) => new Variable(new Float32Array(size), shape, 'float32'),
  );
}

/** Names for the state that belongs to each parameter: `0.exp_avg`, `1.exp_avg`, ... */
export function namedPerParameter(
  name: string,
  variables: readonly Variable[],
): [string, Variable][] {
  return variables.map((variable, i) => [`${i}.${name}`, variable]);
}
