/** Training state: all that training changes, as one set of named tensors and one JSON object, taken out and put back. */

import { ValueError } from '../graph/errors.js';
import { Module, type StateDict, type StateSource, type StateTensor } from '../nn/index.js';

/** Something that training changes and that can be put back: an optimiser, an average of weights. */
export interface Stateful {
  stateDict(): StateDict;
  loadStateDict(source: StateSource): unknown;
}

/** The same with a state that JSON holds, such as a schedule that waits for a plateau. */
export interface PlainStateful {
  stateDict(): unknown;
  loadStateDict(state: never): unknown;
}

/** What training changes, by name. A network's random generators belong to it. */
export type Parts = Readonly<Record<string, Module | Stateful | PlainStateful>>;

export interface TrainingState {
  /** By the name of the part and its own name for the tensor: 'model/conv1.weight'. */
  readonly tensors: ReadonlyMap<string, StateTensor>;
  /** The states that JSON holds, by the name of the part. */
  readonly plain: Readonly<Record<string, unknown>>;
}

/** Behind the name of a network: the states of its random generators. */
const generators = '.generators';

/** A copy of all parts as they are now. */
export function takeState(parts: Parts): TrainingState {
  const tensors = new Map<string, StateTensor>();
  const plain: Record<string, unknown> = {};
  const put = (part: string, state: StateDict): void => {
    for (const [name, tensor] of Object.entries(state)) tensors.set(`${part}/${name}`, tensor);
  };
  for (const [name, part] of Object.entries(parts)) {
    const state: unknown = part.stateDict();
    if (isTensors(state)) put(name, state);
    else plain[name] = state;
    if (part instanceof Module) put(name + generators, part.generatorState());
  }
  return { tensors, plain };
}

/**
 * Puts a state back that `takeState` took of the same parts.
 *
 * Throws ValueError when a part is missing, unknown, or of other shapes.
 */
export function putState(parts: Parts, { tensors, plain }: TrainingState): void {
  const known = new Set(Object.keys(parts).flatMap((name) => [name, name + generators]));
  const given = new Map<string, Map<string, StateTensor>>();
  for (const [path, tensor] of tensors) {
    const end = path.indexOf('/');
    const [part, name] = [path.slice(0, end), path.slice(end + 1)];
    if (!known.has(part)) throw unknownPart(part, parts);
    given.set(part, (given.get(part) ?? new Map<string, StateTensor>()).set(name, tensor));
  }
  for (const name of Object.keys(plain)) if (!known.has(name)) throw unknownPart(name, parts);
  for (const [name, part] of Object.entries(parts)) {
    const state = given.get(name) ?? new Map<string, StateTensor>();
    if (part instanceof Module) {
      part.loadStateDict(state);
      part.loadGeneratorState(given.get(name + generators) ?? new Map());
    } else if (Object.hasOwn(plain, name)) {
      (part as PlainStateful).loadStateDict(plain[name] as never);
    } else (part as Stateful).loadStateDict(state);
  }
}

function isTensors(state: unknown): state is StateDict {
  const values = typeof state === 'object' && state !== null ? Object.values(state) : [];
  return values.every(
    (value) => typeof value === 'object' && value !== null && ArrayBuffer.isView(value.data),
  );
}

const unknownPart = (name: string, parts: Parts): ValueError =>
  new ValueError(
    `this training state has a part "${name}", but what is trained here is ` +
      `${Object.keys(parts).join(', ')}; resume with the same networks and optimisers`,
  );
