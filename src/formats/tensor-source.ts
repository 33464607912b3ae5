/** What every reader of weights gives: named tensors, listed at once and read one at a time. */

import type { DType, TypedArray } from '../graph/dtype.js';
import { nearestName } from '../text/nearest-name.js';
import { FormatError } from './format-error.js';
import { listed, quoted } from './quoted-name.js';

/** One tensor of a file: row-major `data` of `shape`. */
export interface SafetensorsTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** What is known of a tensor before its data is read. */
export interface TensorEntry {
  /** The dtype that it is read as. */
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The element type as the file calls it, such as 'F16'. */
  readonly storage: string;
}

/** An open file of named tensors. */
export interface TensorSource {
  /** The format's name, such as 'safetensors' or 'npz'. */
  readonly format: string;
  /** All tensors by name, in the order of the file. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** The texts that the file carries besides its tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Reads one tensor; nothing of it is kept, so whoever goes through a file needs the memory of one.
   *
   * @throws {FormatError} when there is no tensor `name`, or its data is damaged or does not fit the dtype.
   */
  read(name: string): Promise<SafetensorsTensor>;
  /** Closes the file. */
  close(): Promise<void>;
}

/** The error of a file that has no tensor `name`. */
export function noSuchTensor(
  name: string,
  entries: ReadonlyMap<string, TensorEntry>,
  fileName: string,
): FormatError {
  const near = nearestName(name, entries.keys());
  return new FormatError(fileName, {
    happened: `there is no tensor ${quoted(name)}`,
    expected:
      entries.size === 0 ? 'no tensor, for it has none' : `one of ${listed([...entries.keys()])}`,
    mend: near === undefined ? 'take one of these' : `did you mean ${quoted(near)}?`,
  });
}
