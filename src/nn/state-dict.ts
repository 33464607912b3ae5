/** State dictionaries: named copies of variables' values, taken out and put back. */

import { allocate, type DType, type TypedArray } from '../graph/dtype.js';
import { ValueError } from '../graph/errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../graph/shape.js';
import type { Variable } from '../graph/variable.js';

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
  const missing = [...variables.keys()].filter((name) => !given.has(name) && !isBatchCounter(name));
  const unexpected = [...given.keys()].filter((name) => !variables.has(name));
  const misshaped = [...variables].flatMap(([name, { shape }]) => {
    const tensor = given.get(name);
    if (!tensor) return [];
    if (sameShape(tensor.shape, shape) && tensor.data.length === sizeOf(shape)) return [];
    const elements = sameShape(tensor.shape, shape) ? ` with ${tensor.data.length} elements` : '';
    return [
      `${name} (expected ${formatShape(shape)}, got ${formatShape(tensor.shape)}${elements})`,
    ];
  });
  const problems: string[] = [];
  if (strict && missing.length > 0) {
    problems.push(`missing: ${listed(missing.map((name) => withShape(name, variables)))}`);
  }
  if (strict && unexpected.length > 0) {
    problems.push(`unexpected: ${listed(unexpected.map((name) => withShape(name, given)))}`);
  }
  if (misshaped.length > 0) problems.push(`of another shape: ${listed(misshaped)}`);
  if (problems.length > 0) {
    const lenient = misshaped.length === 0 ? ', or pass { strict: false } to take what fits' : '';
    throw new ValueError(
      `${method}: this state does not fit ${owner}; ${problems.join('; ')}. ` +
        `Load a state that was saved from the same ${owner}${lenient}`,
    );
  }
  for (const [name, variable] of variables) {
    const tensor = given.get(name);
    if (tensor) variable.set(tensor.data);
  }
  return { missing, unexpected };
}

/** Files from before PyTorch 0.4.1 have no count of batches, and PyTorch does not miss it in them. */
const isBatchCounter = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name);

function withShape(name: string, tensors: ReadonlyMap<string, { readonly shape: Shape }>): string {
  return `${name} ${formatShape(tensors.get(name)!.shape)}`;
}

/** The first names, and how many more there are: a wrong file may hold hundreds. */
function listed(names: readonly string[]): string {
  const shown = 8;
  const more = names.length > shown ? ` and ${names.length - shown} more` : '';
  return names.slice(0, shown).join(', ') + more;
}
