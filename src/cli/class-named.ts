/** classNamed: the class that a user means by a number or a name. */

import { nearestName } from '../text/nearest-name.js';
import { UsageError } from './usage.js';

export interface NamedClasses {
  /** Their names, where they are known. */
  readonly labels: readonly string[] | null;
  readonly count: number;
}

/** The index that a number or a name means; names may be parts of labels. Throws UsageError for others. */
export function classNamed(option: string, text: string, { labels, count }: NamedClasses): number {
  if (/^\d+$/.test(text) && !labels?.includes(text)) {
    if (Number(text) < count) return Number(text);
    throw new UsageError(`${option} ${text}: the classes are numbered from 0 to ${count - 1}`);
  }
  const wanted = text.toLowerCase();
  const lower = (labels ?? []).map((label) => label.toLowerCase());
  const exact = lower.indexOf(wanted);
  if (exact >= 0) return exact;
  const within = lower.findIndex((label) => label.split(/, */).includes(wanted));
  if (within >= 0) return within;
  const near = nearestName(text, labels ?? []);
  throw new UsageError(
    `${option} ${text}: there is no class of that name; ` +
      (near
        ? `did you mean "${near}"?`
        : labels
          ? 'give one as the labels have it, or its number'
          : 'give its number, or the names of the classes with --labels FILE'),
  );
}
