/** The values on the stack of a pickle: those of the file, and what stands for classes and functions. */

import type { FormatError } from '../format-error.js';
import type { TorchStorage } from './torch-storage.js';
import type { TorchTensor } from './torch-tensor.js';

/** Any value of a pickle while it is read; a tuple is a frozen array. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | TorchTensor
  | TorchStorage
  | KnownGlobal
  | readonly PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>;

/** Makes the error that refuses what an opcode asks for; `mend` where it is not that the file is damaged. */
export type Refuse = (happened: string, mend?: string) => FormatError;

/** A class or function that a pickle may name, and our own code in its place. */
export class KnownGlobal {
  /** As Python calls it, such as `collections.OrderedDict`. */
  readonly name: string;
  /** What a call with these positional arguments gives; without it, it can only be named. */
  readonly call?: (args: readonly PickleValue[], refuse: Refuse) => PickleValue;

  constructor(name: string, call?: KnownGlobal['call']) {
    this.name = name;
    this.call = call;
  }
}

export function isTuple(value: PickleValue | undefined): value is readonly PickleValue[] {
  return Array.isArray(value) && Object.isFrozen(value);
}

export function isList(value: PickleValue | undefined): value is PickleValue[] {
  return Array.isArray(value) && !Object.isFrozen(value);
}

/** A tuple of `items`, which nothing changes any more. */
export function tuple(items: PickleValue[]): readonly PickleValue[] {
  return Object.freeze(items);
}

/** A whole number from 0, such as a size. */
export function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
