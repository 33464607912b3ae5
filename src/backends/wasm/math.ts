/** The mathematical functions of four floats: formulas that kernels contain, and functions that they call. */

import { type Func, instruction, type ModuleBuilder, unsigned, type V128 } from './assembler.js';
import { type DoubleFunction, doubleFunctions, ofTwo } from './double-math.js';
import { exponentials } from './exponentials.js';
import type { Features } from './features.js';
import { logarithms } from './logarithms.js';

export { multiplyAdd } from './formula.js';

const formulas = { ...exponentials, ...logarithms };

type FormulaName = keyof typeof formulas;

export type MathFunction = FormulaName | DoubleFunction;

/** Writes the functions that the kernels of one module need, those they call when first asked for. */
export class MathLibrary {
  readonly #module: ModuleBuilder;
  readonly #features: Features;
  readonly #functions = new Map<DoubleFunction, Func>();

  constructor(module: ModuleBuilder, features: Features) {
    this.#module = module;
    this.#features = features;
  }

  /** The function's value, computed in `f`. */
  apply(f: Func, name: MathFunction, ...args: readonly V128[]): V128 {
    if (isFormula(name)) return formulas[name](this.#features, f, f.hold(args[0]));
    return instruction('v128', [0x10, ...unsigned(this.#function(name).index)], ...args);
  }

  #function(name: DoubleFunction): Func {
    const known = this.#functions.get(name);
    if (known) return known;
    const params = ofTwo.has(name) ? (['v128', 'v128'] as const) : (['v128'] as const);
    const f = this.#module.function({ params, result: 'v128' });
    this.#functions.set(name, f);
    doubleFunctions[name](f, ...params.map((type, i) => f.param(i, type)));
    return f;
  }
}

const isFormula = (name: MathFunction): name is FormulaName => name in formulas;
