/** Checks of the options that layers and optimisers take. */

import { ValueError } from '../graph/errors.js';
import { nearestName } from '../text/nearest-name.js';

/** Throws ValueError unless `options` is an object whose names are among `known`, with the nearest that is. */
export function checkOptionNames(owner: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ValueError(
      `${owner}: the options are ${options}; expected an object, such as { ${known[0]}: ... }`,
    );
  }
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

/** Throws ValueError unless every value is a whole number, of either sign. */
export function checkInteger(owner: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isSafeInteger(value)) continue;
    throw new ValueError(`${owner}: ${name} is ${value}; expected a whole number`);
  }
}

/** Throws ValueError unless `least <= value < below` and `value <= most`; the ends are named in the message. */
export function checkNumber(
  owner: string,
  value: Readonly<Record<string, number>>,
  {
    least = 0,
    below = Number.POSITIVE_INFINITY,
    most = Number.MAX_VALUE,
  }: { least?: number; below?: number; most?: number } = {},
): void {
  for (const [name, number] of Object.entries(value)) {
    if (typeof number === 'number' && number >= least && number < below && number <= most) continue;
    const atLeast = least === -Number.MAX_VALUE ? '' : ` of at least ${least}`;
    const lessThan = below === Number.POSITIVE_INFINITY ? '' : ` and less than ${below}`;
    const atMost = most === Number.MAX_VALUE ? '' : ` and at most ${most}`;
    throw new ValueError(
      `${owner}: ${name} is ${number}; expected a finite number${atLeast}${lessThan}${atMost}`,
    );
  }
}
