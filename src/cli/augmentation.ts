/** --augment: the random changes of training pictures. */

import { InvalidArgumentError } from 'commander';
import { transformNames } from '../data/index.js';
import { nearestName } from '../text/nearest-name.js';

/** What is usual for a data set: none for digits, which mirrors would turn into other signs. */
const usual: Readonly<Record<string, readonly string[]>> = {
  cifar10: ['flip', 'crop'],
  cifar100: ['flip', 'crop'],
};

/** The names of the transforms of a data set, when none are given. */
export const usualAugmentation = (data: string): readonly string[] => usual[data] ?? [];

/** Names of transforms with commas between them, or `none`. */
export function augmentation(text: string): readonly string[] {
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !transformNames.includes(name));
  if (unknown === undefined) return names;
  const near = nearestName(unknown, [...transformNames, 'none']);
  throw new InvalidArgumentError(
    `${near ? `Did you mean "${near}" for "${unknown}"?` : `"${unknown}" is none.`} ` +
      `It can be none, or ${transformNames.join(', ')} with commas between them.`,
  );
}
