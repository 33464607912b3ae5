/** Module: the base of layers and networks; it finds parameters by walking fields and names what runs. */

import type { Tensor } from '../graph/tensor.js';
import { currentScope, guard, withScope } from '../graph/trace.js';
import { Variable } from '../graph/variable.js';
import { Generator } from '../ops/random.js';
import { noteCall } from './observed-calls.js';
import { Parameter } from './parameter.js';
import {
  copyState,
  type LoadedState,
  type LoadStateOptions,
  loadState,
  type StateDict,
  type StateSource,
} from './state-dict.js';

/** A module whatever it takes and gives. */
export type AnyModule = Module<never[], unknown>;

/** The modules whose forward is running, outermost first. */
const running: AnyModule[] = [];
/** Errors that already say where they happened. */
const located = new WeakSet<Error>();

/**
 * A layer or network: parameters, buffers and submodules are its plain fields (or arrays of them).
 *
 * Subclasses write `forward`; callers use `call`, so that errors and kernels carry the layer's path.
 * From one tensor to one tensor unless said otherwise: `Module<[Tensor, Tensor], { mean: Tensor }>`.
 *
 *     class Head extends Module {
 *       readonly fc = new Linear(84, 10);
 *       forward(x: Tensor) { return this.fc.call(relu(x)); }
 *     }
 */
export abstract class Module<Inputs extends readonly unknown[] = [Tensor], Output = Tensor> {
  #training = true;

  /** What the module computes. Call it through `call`. */
  abstract forward(...inputs: Inputs): Output;

  /** Runs `forward` as a layer; what it throws says the layer's path first. */
  call(...inputs: Inputs): Output {
    const callee = {
      module: this,
      path: currentScope,
      layer: () => this.describe(),
      inputs: () => inputs,
    };
    return this.within(() => noteCall(callee, () => this.forward(...inputs)));
  }

  /** Runs `build`, for another way through the module than `forward`, so that what it calls gets its path. */
  protected within<Result>(build: () => Result): Result {
    const caller = running.at(-1);
    const name = caller?.namedModules().find(([, module]) => module === this)?.[0] ?? '';
    return withScope(name, () => {
      running.push(this);
      try {
        return build();
      } catch (error) {
        if (error instanceof Error) locate(error, this);
        throw error;
      } finally {
        running.pop();
      }
    });
  }

  /** A few words for messages: the class and its sizes. */
  describe(): string {
    return this.constructor.name;
  }

  /** True in training mode; reading it makes compiled functions depend on the mode. */
  get training(): boolean {
    guard(() => this.#training);
    return this.#training;
  }

  /** Switches this module and all inside it to training mode, or with `false` out of it. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.#training = mode;
    return this;
  }

  /** Switches to evaluation: the same as `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** This module (with an empty name) and every one inside it, outer ones first; each once. */
  namedModules(): [string, AnyModule][] {
    const found = new Map<AnyModule, string>();
    const visit = (module: AnyModule, path: string) => {
      if (found.has(module)) return;
      found.set(module, path);
      for (const [name, field] of module.#flatFields()) {
        if (field instanceof Module) visit(field, joined(path, name));
      }
    };
    visit(this, '');
    return [...found].map(([module, path]) => [path, module]);
  }

  /** Every parameter with its path, in field order, a module's own before those inside it; each once. */
  namedParameters(): [string, Parameter][] {
    return this.#namedVariables().filter((entry): entry is [string, Parameter] => {
      return entry[1] instanceof Parameter;
    });
  }

  /** Every parameter, in the order of `namedParameters`. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** Every variable that is no parameter, with its path: state that training does not differentiate. */
  namedBuffers(): [string, Variable][] {
    return this.#namedVariables().filter(([, variable]) => !(variable instanceof Parameter));
  }

  /** Every buffer, in the order of `namedBuffers`. */
  buffers(): Variable[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  /** Every parameter and buffer by its name in `stateDict()`: one that two fields share has two names. */
  namedState(): Map<string, Variable> {
    const state = new Map<string, Variable>();
    const visit = (module: AnyModule, path: string, outer: readonly AnyModule[]) => {
      const fields = module.#flatFields();
      const variables = fields.filter(([, field]) => field instanceof Variable);
      const parameters = variables.filter(([, field]) => field instanceof Parameter);
      const buffers = variables.filter(([, field]) => !(field instanceof Parameter));
      for (const [name, variable] of [...parameters, ...buffers]) {
        state.set(joined(path, name), variable as Variable);
      }
      for (const [name, field] of fields) {
        if (!(field instanceof Module) || outer.includes(field)) continue;
        visit(field, joined(path, name), [...outer, field]);
      }
    };
    visit(this, '', [this]);
    return state;
  }

  /**
   * A copy of all parameters and buffers under PyTorch's names.
   *
   *     const { 'conv1.weight': { shape, data } } = model.stateDict();
   */
  stateDict(): StateDict {
    return copyState(this.namedState());
  }

  /**
   * Takes over the values of a state dictionary, such as the tensors of a safetensors file.
   *
   * Throws ValueError, with nothing changed, when a shape differs or, unless `strict` is false, a key
   * is missing or unexpected.
   *
   *     model.loadStateDict(decodeSafetensors(bytes, path).tensors);
   */
  loadStateDict(source: StateSource, { strict = true }: LoadStateOptions = {}): LoadedState {
    return loadState(this.namedState(), source, { owner: this.constructor.name, strict });
  }

  /** Every generator of random numbers, such as a dropout layer's, with its path; each once. */
  namedGenerators(): [string, Generator][] {
    return this.#namedFieldsOf((field) => field instanceof Generator);
  }

  /**
   * A copy of the states of all generators, such as `drop.generator`: with `stateDict()`, from which
   * it is kept apart because PyTorch has none of it, all that the next training steps depend on.
   *
   *     const state = model.generatorState();
   *     model.loadGeneratorState(state); // the masks that follow are the same again
   */
  generatorState(): StateDict {
    return copyState(this.#generatorStates());
  }

  /**
   * Lets the generators go on from the states that `generatorState` gave.
   *
   * Throws ValueError, with nothing changed, when a shape differs or, unless `strict` is false, a key
   * is missing or unexpected.
   */
  loadGeneratorState(source: StateSource, { strict = true }: LoadStateOptions = {}): LoadedState {
    const options = { owner: this.constructor.name, method: 'loadGeneratorState', strict };
    return loadState(this.#generatorStates(), source, options);
  }

  /** The fields to search, by name; a container overrides it to name its contents differently. */
  protected namedFields(): readonly [string, unknown][] {
    return Object.entries(this);
  }

  /** Fields with arrays taken apart: `layers: [a, b]` is `layers.0` and `layers.1`. */
  #flatFields(): [string, unknown][] {
    const flat = ([name, field]: readonly [string, unknown]): [string, unknown][] =>
      Array.isArray(field)
        ? field.flatMap((element, i) => flat([`${name}.${i}`, element]))
        : [[name, field]];
    return this.namedFields().flatMap(flat);
  }

  #namedVariables(): [string, Variable][] {
    return this.#namedFieldsOf((field) => field instanceof Variable);
  }

  #namedFieldsOf<Field>(isSought: (field: unknown) => field is Field): [string, Field][] {
    const found = new Map<Field, string>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, field] of module.#flatFields()) {
        if (isSought(field) && !found.has(field)) found.set(field, joined(path, name));
      }
    }
    return [...found].map(([field, path]) => [path, field]);
  }

  #generatorStates(): Map<string, Variable> {
    return new Map(this.namedGenerators().map(([path, { state }]) => [path, state]));
  }
}

/** Puts the layer's path before the message, once: the innermost layer that sees the error. */
function locate(error: Error, module: AnyModule): void {
  if (located.has(error)) return;
  located.add(error);
  const path = currentScope();
  const place = path === '' ? module.describe() : `${path} (${module.describe()})`;
  const { message, stack } = error;
  error.message = `${place}: ${message}`;
  // The stack, which is what an uncaught error prints, holds a copy of the message.
  if (stack) error.stack = stack.replace(message, () => error.message);
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
