/** What a user may write after an option, and the error for anything else. */

import { InvalidArgumentError } from 'commander';
import { nearestName } from '../text/nearest-name.js';

/** A command line that cannot be meant as it is written. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** A whole number of `least` or more. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number of ${least} or more.`);
  };

/** A positive number that float32 can hold, such as 1e-3. */
export function positiveNumber(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value > 0 && Math.fround(value) > 0 && Math.fround(value) < Number.POSITIVE_INFINITY) {
    return value;
  }
  throw new InvalidArgumentError('Expected a number greater than zero, such as 1e-3.');
}

/** Zero or a positive number that float32 can hold. */
export function numberFromZero(text: string): number {
  if (/^0+(\.0*)?$/.test(text)) return 0;
  try {
    return positiveNumber(text);
  } catch {
    throw new InvalidArgumentError('Expected a number of zero or more, such as 1e-4.');
  }
}

/** One of `names`; another one is answered with the nearest. */
export const oneOf =
  (names: readonly string[]) =>
  (text: string): string => {
    if (names.includes(text)) return text;
    const near = nearestName(text, names);
    throw new InvalidArgumentError(
      `${near ? `Did you mean "${near}"?` : ''} It can be ${names.join(', ')}.`.trim(),
    );
  };

/** `name` if it is one of `names`; throws UsageError with the nearest one otherwise. */
export function requireName(what: string, name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  const near = nearestName(name, names);
  throw new UsageError(
    `there is no ${what} "${name}"; ` +
      (near ? `did you mean "${near}"?` : `it can be ${names.join(', ')}`),
  );
}

/** Extents such as 3x224x224. */
export function extents(text: string): number[] {
  const values = text.split(/[x×]/).map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  if (values.every((value) => Number.isSafeInteger(value) && value > 0)) return values;
  throw new InvalidArgumentError('Expected extents with x between them, such as 3x224x224.');
}
