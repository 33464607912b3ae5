/** Checks of the options that layers and optimisers take. */

import { ValueError } from '../graph/errors.js';
import { nearestName } from '../text/nearest-name.js';

/** Throws ValueError when `options` has a name that is not among `known`, with the nearest that is. */
export function checkOptionNames(owner: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new ValueError(
      `${owner}: there is no option "${name}"; ` +
        (near ? `did you mean "${near}"?` : `use ${known.join(', ')}`),
    );
  }
}

/** Throws ValueError unless `value` is a whole number of at least 1. */
export function checkCount(owner: string, name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new ValueError(`${owner}: ${name} is ${value}; expected a whole number of at least 1`);
}

/** Throws ValueError unless `least <= value < below`; both ends are named in the message. */
export function checkNumber(
  owner: string,
  value: Readonly<Record<string, number>>,
  { least = 0, below = Number.POSITIVE_INFINITY }: { least?: number; below?: number } = {},
): void {
  for (const [name, number] of Object.entries(value)) {
    if (typeof number === 'number' && number >= least && number < below) continue;
    const range = below === Number.POSITIVE_INFINITY ? '' : ` and less than ${below}`;
    throw new ValueError(
      `${owner}: ${name} is ${number}; expected a finite number of at least ${least}${range}`,
    );
  }
}
