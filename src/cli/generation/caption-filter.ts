/** Conditions on lines of a list of captions: which pictures have a property. */

import type { CaptionEntry } from '../../data/index.js';
import { UsageError } from '../usage.js';

export type EntryFilter = (entry: CaptionEntry) => boolean;

/**
 * Lines that fulfil all conditions of `text`, which has commas between them: `smile` wants the word in any text of the
 * line, `tags=smile` in that field alone, `!tear` wants it nowhere; `*` stands for any letters.
 *
 * Throws UsageError for an empty condition.
 *
 *     const isGlad = entryFilter('--with', 'subgroup=face-*,smile,!tear');
 */
export function entryFilter(option: string, text: string): EntryFilter {
  const conditions = text.split(',').map((part) => condition(option, part.trim()));
  return (entry) => conditions.every((holds) => holds(entry));
}

function condition(option: string, text: string): EntryFilter {
  if (text.startsWith('!')) {
    const holds = condition(option, text.slice(1));
    return (entry) => !holds(entry);
  }
  const [, field, words] = /^(?:(\w+)=)?(.*)$/s.exec(text) ?? [];
  if (!words) {
    throw new UsageError(
      `${option}: a condition is empty; expected words with commas between them, such as face,!tear`,
    );
  }
  const pattern = words.split('*').map(escaped).join('[\\p{L}\\p{N}-]*');
  const word = new RegExp(`(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`, 'iu');
  return (entry) => {
    const texts = field === undefined ? Object.values(entry) : [entry[field]];
    return texts.some((value) => typeof value === 'string' && word.test(value));
  };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
