/** The mathematical functions of four floats: formulas that kernels contain, and functions that they call. */

import { type Func, instruction, type ModuleBuilder, unsigned, type V128 } from './assembler.js';
import { type DoubleFunction, doubleFunctions, type Emitter, ofTwo } from './double-math.js';
import { type FormulaName, formulas } from './exponentials.js';
import type { Features } from './features.js';
import { type LogarithmName, logarithms } from './logarithms.js';

export { multiplyAdd } from './multiply-add.js';

type CalledFunction = LogarithmName | DoubleFunction;

export type MathFunction = FormulaName | CalledFunction;

/** Writes the functions that the kernels of one module need, those they call when first asked for. */
export class MathLibrary {
  readonly #module: ModuleBuilder;
  readonly #features: Features;
  readonly #functions = new Map<CalledFunction, Func>();

  constructor(module: ModuleBuilder, features: Features) {
    this.#module = module;
    this.#features = features;
  }

  /** The function's value, computed in `f`. */
  apply(f: Func, name: MathFunction, ...args: readonly V128[]): V128 {
    if (isFormula(name)) return formulas[name](this.#features, f, f.hold(args[0]));
    return instruction('v128', [0x10, ...unsigned(this.#function(name).index)], ...args);
  }

  #function(name: CalledFunction): Func {
    const known = this.#functions.get(name);
    if (known) return known;
    const params = ofTwo.has(name) ? (['v128', 'v128'] as const) : (['v128'] as const);
    const f = this.#module.function({ params, result: 'v128' });
    this.#functions.set(name, f);
    this.#emitters[name](f, ...params.map((type, i) => f.param(i, type)));
    return f;
  }

  readonly #emitters: { readonly [Name in CalledFunction]: Emitter } = {
    ...doubleFunctions,
    log: (f, x) => f.return(logarithms.log(this.#features, f, x)),
    log1p: (f, x) => f.return(logarithms.log1p(this.#features, f, x)),
  };
}

const isFormula = (name: MathFunction): name is FormulaName => name in formulas;
