/** Parameter groups: sets of parameters that an optimiser trains with settings of their own. */

import { ValueError } from '../graph/errors.js';
import { Tensor } from '../graph/tensor.js';
import { Variable } from '../graph/variable.js';
import { checkNumber } from '../nn/options.js';

/** What is trained: parameters, or groups of them with options that differ from the optimiser's. */
export type Trained<Options> =
  | readonly Variable[]
  | readonly (Partial<Options> & { readonly parameters: readonly Variable[] })[];

/** Checks the options of one group and fills in defaults; `owner` is named in messages. */
export type ReadOptions<Options, Settings> = (owner: string, options: Options) => Settings;

/** One group: its parameters, its settings, and its learning rate, which may change. */
export class OptimizerGroup<Settings extends { readonly lr: number } = { readonly lr: number }> {
  /** Its place among `optimizer.groups`. */
  readonly index: number;
  readonly parameters: readonly Variable[];
  /** The options with which the group was made; `lr` is the rate it began with. */
  readonly settings: Settings;
  /** The learning rate inside the graph. */
  readonly lrVariable: Variable;
  #lr: number;

  constructor(index: number, parameters: readonly Variable[], settings: Settings) {
    this.index = index;
    this.parameters = parameters;
    this.settings = settings;
    this.#lr = settings.lr;
    this.lrVariable = new Variable(new Float32Array([settings.lr]), [], 'float32');
  }

  /** The learning rate of the group's next steps; setting it compiles nothing. */
  get lr(): number {
    return this.#lr;
  }

  set lr(lr: number) {
    checkNumber('optimizer', { lr });
    this.#lr = lr;
    this.lrVariable.set([lr]);
  }

  /** Takes the rate from the variable, into which a saved state was loaded. */
  readLr(): void {
    this.#lr = this.lrVariable.data()[0];
  }
}

/** The groups that `trained` means: plain parameters are one group with the optimiser's options. */
export function groupsOf<Options extends object, Settings extends { readonly lr: number }>(
  trained: Trained<Options>,
  {
    owner,
    options,
    read,
  }: { owner: string; options: Options; read: ReadOptions<Options, Settings> },
): OptimizerGroup<Settings>[] {
  const isList: boolean = Array.isArray(trained);
  if (!isList) {
    throw new ValueError(`${owner}: expected a list of parameters; pass model.parameters()`);
  }
  const plain = trained.filter((entry) => entry instanceof Tensor);
  if (plain.length > 0 && plain.length < trained.length) {
    throw new ValueError(
      `${owner}: expected parameters or groups of them, got both; ` +
        `put the single ones into a group: { parameters: [...] }`,
    );
  }
  if (plain.length === trained.length) {
    return [new OptimizerGroup(0, checked(plain as Variable[], []), read(owner, options))];
  }
  const earlier: Variable[] = [];
  return (trained as Exclude<Trained<Options>, readonly Variable[]>).map((given, i) => {
    const { parameters, ...own } = given;
    if (!Array.isArray(parameters)) {
      throw new ValueError(
        `${owner}: group ${i} has no parameters; write { parameters: module.parameters(), ... }`,
      );
    }
    const settings = read(`${owner}: group ${i}`, { ...options, ...own } as Options);
    const group = new OptimizerGroup(i, checked(parameters, earlier), settings);
    earlier.push(...parameters);
    return group;
  });
}

/** The parameters of one group, after those of the earlier groups. */
function checked(parameters: readonly Variable[], earlier: readonly Variable[]): Variable[] {
  if (parameters.length === 0) {
    throw new ValueError('an optimizer needs parameters, got none; pass model.parameters()');
  }
  const all = [...earlier, ...parameters];
  const numbers = new Map<Variable, number>();
  all.forEach((parameter, i) => {
    if (!(parameter instanceof Variable) || parameter.dtype !== 'float32') {
      throw new ValueError(`an optimizer trains float32 variables; parameter ${i} is none`);
    }
    const first = numbers.get(parameter);
    if (first !== undefined) {
      throw new ValueError(
        `an optimizer takes each parameter once; number ${i} is number ${first} again`,
      );
    }
    numbers.set(parameter, i);
  });
  return [...parameters];
}
