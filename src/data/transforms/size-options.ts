/** The size that a transform gives pictures, and its check. */

import { ValueError } from '../../graph/errors.js';

export interface SizeOptions {
  /** Pixels of the result. */
  readonly height: number;
  /** Pixels of the result. */
  readonly width: number;
}

/** The most pixels on a side. */
const LARGEST = 2 ** 14;

/** Throws ValueError for sizes that are no whole numbers from 1 to 2^14. */
export function checkSizes(owner: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes))
    checkWhole(owner, { name, value: size, least: 1 });
}

/** Throws ValueError unless the option is a whole number in its range, 0 to 2^14 unless told. */
export function checkWhole(
  owner: string,
  { name, value, least = 0, most = LARGEST }: WholeOption,
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new ValueError(
    `${owner}: ${name} is ${value}; expected a whole number from ${least} to ${most}`,
  );
}

interface WholeOption {
  readonly name: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
}
