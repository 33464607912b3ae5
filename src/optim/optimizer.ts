/** Optimizer: the base of optimisers: what every one has in common around its update rule. */

import { allocate, type DType } from '../graph/dtype.js';
import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { activeTrace, trace } from '../graph/trace.js';
import { Variable } from '../graph/variable.js';
import { isFrozen } from '../nn/freezing.js';
import { checkNumber } from '../nn/options.js';
import { copyState, loadState, type StateDict, type StateSource } from '../nn/state-dict.js';
import { neg, where } from '../ops/elementwise.js';
import type { OptimizerGroup } from './parameter-groups.js';

export interface StepOptions {
  /** A bool scalar; where it is false the step changes neither parameters nor the optimiser's state. */
  when?: Tensor;
}

/** Gives a variable its next value, unless the step's condition is false. */
export type Update = (variable: Variable, value: Tensor) => void;

/** What the settings of every update rule have. */
export interface CommonSettings {
  readonly lr: number;
  /** Turn the gradients' signs first. */
  readonly maximize?: boolean;
}

/** A parameter to update; `index` is its place in its group. */
export interface Member {
  readonly index: number;
  readonly parameter: Variable;
  /** With its sign turned where the group is to climb. */
  readonly gradient: Tensor;
}

export abstract class Optimizer<Settings extends CommonSettings = CommonSettings> {
  /** What is trained, in the order in which `step` takes gradients: group after group. */
  readonly parameters: readonly Variable[];
  /** The groups of parameters, each with a learning rate of its own; one unless more were given. */
  readonly groups: readonly OptimizerGroup<Settings>[];
  readonly #state = new Map<string, Variable>();

  constructor(groups: readonly OptimizerGroup<Settings>[]) {
    this.groups = groups;
    this.parameters = groups.flatMap(({ parameters }) => parameters);
    for (const group of groups) this.#state.set(this.#groupName(group, 'lr'), group.lrVariable);
  }

  /** The learning rate of the first group's next steps. */
  get lr(): number {
    return this.groups[0].lr;
  }

  /**
   * Sets the learning rate and compiles nothing; other groups keep the proportion to the first that
   * they had when the optimiser was made, as under PyTorch's schedulers.
   *
   * Throws ValueError when the rate is out of range or when there is no proportion to keep.
   */
  set lr(lr: number) {
    checkNumber('optimizer', { lr });
    const first = this.groups[0].settings.lr;
    if (first === 0 && this.groups.some(({ settings }) => settings.lr !== 0)) {
      throw new ValueError(
        'optimizer: the first group began with lr 0, so the others have no proportion to it; ' +
          'set the rates one by one: optimizer.groups[1].lr = ...',
      );
    }
    for (const group of this.groups) {
      const { lr: own } = group.settings;
      group.lr = own === first ? lr : lr * (own / first);
    }
  }

  /**
   * One update of every parameter from its gradient; inside compile() it becomes part of the program.
   *
   * Frozen parameters and their state stay as they are, and their gradients are not computed.
   * Throws ShapeError when the gradients do not fit the parameters one by one.
   *
   *     optimizer.step(grad(loss, optimizer.parameters));
   */
  step(grads: readonly Tensor[], { when }: StepOptions = {}): void {
    this.#check(grads, when);
    const update: Update = (variable, value) =>
      variable.assign(when ? where(when, value, variable) : value);
    const updateAll = () => {
      let first = 0;
      for (const group of this.groups) {
        const { parameters, settings } = group;
        const gradientOf = (index: number) => {
          const gradient = grads[first + index];
          return settings.maximize ? neg(gradient) : gradient;
        };
        const members = parameters
          .map((parameter, index) => ({ index, parameter, gradient: gradientOf(index) }))
          .filter(({ parameter }) => !isFrozen(parameter));
        if (members.length > 0) this.updateGroup(group, members, update);
        first += group.parameters.length;
      }
    };
    if (activeTrace()) {
      updateAll();
      return;
    }
    // Outside compile() everything is computed before the first variable changes, because the
    // gradients, still lazy, read the variables.
    const { assignments } = trace(updateAll).trace;
    const values = [...assignments].map(([variable, value]) => [variable, value.data()] as const);
    for (const [variable, value] of values) (variable as Variable).set(value);
  }

  /** A copy of all that the next steps depend on: the learning rates and the optimiser's own state. */
  stateDict(): StateDict {
    return copyState(this.#state);
  }

  /**
   * Takes over the state of an optimiser of the same kind over the same parameters.
   *
   * Throws ValueError, with nothing changed, when a key is missing or unexpected or a shape differs.
   */
  loadStateDict(source: StateSource): void {
    loadState(this.#state, source, { owner: this.constructor.name });
    for (const group of this.groups) group.readLr();
  }

  /** The update rule: calls `update` once for each variable of the group that changes. */
  protected abstract updateGroup(
    group: OptimizerGroup<Settings>,
    members: readonly Member[],
    update: Update,
  ): void;

  /** State for each of a group's parameters, saved as `0.exp_avg`, `1.exp_avg`, ... */
  protected stateOfParameters(
    { parameters }: OptimizerGroup<Settings>,
    name: string,
    value = 0,
  ): readonly Variable[] {
    return parameters.map((parameter) => {
      const number = this.parameters.indexOf(parameter);
      return this.#newState(`${number}.${name}`, { shape: parameter.shape, value });
    });
  }

  /** A scalar of state for a group, saved as `name`, or as `groups.1.name` when there are several. */
  protected stateOfGroup(
    group: OptimizerGroup<Settings>,
    name: string,
    options: { value?: number; dtype?: DType } = {},
  ): Variable {
    return this.#newState(this.#groupName(group, name), { shape: [], ...options });
  }

  #newState(
    name: string,
    { shape, value = 0, dtype = 'float32' }: { shape: Shape; value?: number; dtype?: DType },
  ): Variable {
    // Made when a step first needs it, as weights are: it is as large as they.
    const variable = new Variable(() => allocate(dtype, sizeOf(shape)).fill(value), shape, dtype);
    this.#state.set(name, variable);
    return variable;
  }

  #groupName({ index }: OptimizerGroup<Settings>, name: string): string {
    return this.groups.length === 1 ? name : `groups.${index}.${name}`;
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
