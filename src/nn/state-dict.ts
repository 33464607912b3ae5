/** State dictionaries: named copies of variables' values, taken out and put back. */

import { allocate, type DType, type TypedArray } from '../graph/dtype.js';
import { ValueError } from '../graph/errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../graph/shape.js';
import type { Variable } from '../graph/variable.js';
import { nearestName } from '../text/nearest-name.js';

/** One tensor of a state dictionary: row-major `data` of `shape`. */
export interface StateTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: TypedArray;
}

export type StateDict = Record<string, StateTensor>;

/** What a state dictionary may come in: an object, or the map that a safetensors file is read into. */
export type StateSource = Readonly<StateDict> | ReadonlyMap<string, StateTensor>;

export interface LoadStateOptions {
  /** Throw when a key is missing or unexpected. Default: true. */
  strict?: boolean;
}

/** The keys that loading passed over; both are empty after a strict load. */
export interface LoadedState {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** Copies the variables' present values. */
export function copyState(variables: ReadonlyMap<string, Variable>): StateDict {
  const state: StateDict = {};
  for (const [name, variable] of variables) {
    const data = allocate(variable.dtype, variable.size);
    data.set(variable.data());
    state[name] = { shape: [...variable.shape], dtype: variable.dtype, data };
  }
  return state;
}

/**
 * Writes `source` into the variables of the same names; `owner` and `method` are named in messages.
 *
 * Throws ValueError, with every variable as it was, when a shape does not fit or, unless `strict` is
 * false, when a key is missing or unexpected.
 */
export function loadState(
  variables: ReadonlyMap<string, Variable>,
  source: StateSource,
  {
    owner,
    method = 'loadStateDict',
    strict = true,
  }: LoadStateOptions & { owner: string; method?: string },
): LoadedState {
  const given = source instanceof Map ? source : new Map(Object.entries(source));
  const loaded = checkState(variables, given, { owner, method, strict });
  for (const [name, variable] of variables) {
    const tensor = given.get(name);
    if (tensor) variable.set(tensor.data);
  }
  return loaded;
}

/** Who loads what, for messages. */
export interface StateCheck extends LoadStateOptions {
  readonly owner: string;
  readonly method: string;
  /** Such as a file's name. Default: `this state`. */
  readonly what?: string;
}

/** A tensor whose values may still have to be read. */
interface Given {
  readonly shape: Shape;
  readonly data?: { readonly length: number };
}

/**
 * Looks that `given` fits `variables` before anything is written.
 *
 * Throws ValueError when a shape does not fit or, unless `strict` is false, when a key is missing or unexpected.
 */
export function checkState(
  variables: ReadonlyMap<string, Variable>,
  given: ReadonlyMap<string, Given>,
  { owner, method, what = 'this state', strict = true }: StateCheck,
): LoadedState {
  const missing = [...variables.keys()].filter((name) => !given.has(name) && !isBatchCounter(name));
  const unexpected = [...given.keys()].filter((name) => !variables.has(name));
  const misshaped = [...variables].flatMap(([name, { shape }]) => {
    const tensor = given.get(name);
    if (!tensor) return [];
    const found = tensor.data?.length ?? sizeOf(shape);
    if (sameShape(tensor.shape, shape) && found === sizeOf(shape)) return [];
    const elements = sameShape(tensor.shape, shape) ? ` with ${found} elements` : '';
    return [
      `${name} (expected ${formatShape(shape)}, got ${formatShape(tensor.shape)}${elements})`,
    ];
  });
  const problems: string[] = [];
  if (strict && missing.length > 0) {
    const told = missing.slice(0, shown).map((name) => {
      const near = nearestName(name, unexpected.slice(0, compared));
      const fits = near && sameShape(given.get(near)!.shape, variables.get(name)!.shape);
      return withShape(name, variables) + (fits ? ` (is it ${near}?)` : '');
    });
    problems.push(`missing: ${listed(told, missing.length)}`);
  }
  if (strict && unexpected.length > 0) {
    const told = unexpected.slice(0, shown).map((name) => withShape(name, given));
    problems.push(`unexpected: ${listed(told, unexpected.length)}`);
  }
  if (misshaped.length > 0) {
    problems.push(`of another shape: ${listed(misshaped.slice(0, shown), misshaped.length)}`);
  }
  if (problems.length > 0) {
    const lenient = misshaped.length === 0 ? ', or pass { strict: false } to take what fits' : '';
    throw new ValueError(
      `${method}: ${what} does not fit ${owner}; ${problems.join('; ')}. ` +
        `Load a state that was saved from the same ${owner}${lenient}`,
    );
  }
  return { missing, unexpected };
}

/** Files from before PyTorch 0.4.1 have no count of batches, and PyTorch does not miss it in them. */
const isBatchCounter = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name);

function withShape(name: string, tensors: ReadonlyMap<string, { readonly shape: Shape }>): string {
  return `${name} ${formatShape(tensors.get(name)!.shape)}`;
}

/** With how many a missing name is compared, which takes its time. */
const compared = 1000;
/** How many names are told: a wrong file may hold hundreds. */
const shown = 8;

/** The first names, and how many more there are. */
function listed(names: readonly string[], total: number): string {
  return names.join(', ') + (total > names.length ? ` and ${total - names.length} more` : '');
}
