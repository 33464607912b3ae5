/** Names of parts, from the paths of their layers. */

import { layersOf } from './blocks.js';
import { type Series, stepsOf } from './structure.js';

/** The path that all layers of a series have in common, such as `inception3a`; empty where there is none. */
export function commonName(series: Series): string {
  const paths = stepsOf(series.map(withoutHeads))
    .flatMap(({ block }) => layersOf(block))
    .map(({ path }) => path.split('.'));
  const [first = []] = paths;
  const differs = first.findIndex((part, i) => paths.some((path) => path[i] !== part));
  const name = first.slice(0, differs < 0 ? first.length : differs).join('.');
  // A place in a list says nothing.
  return /^\d*$/.test(name) ? '' : name;
}

/** Heads are modules of their own. */
const withoutHeads = (part: Series[number]): Series[number] =>
  part.type === 'fork' && part.join ? { ...part, join: { ...part.join, heads: [] } } : part;

/** From the first to the last name, such as `layer1.0–2` or `Mixed_6c–Mixed_6d`; empty where one is. */
export function nameRange(names: readonly string[]): string {
  const [first, last] = [names[0], names[names.length - 1]];
  if (first === '' || last === '' || first === last) return '';
  const parts = first.split('.');
  const stem = parts.slice(0, -1).join('.');
  const same =
    stem !== '' && last.startsWith(`${stem}.`) && /^\d+$/.test(last.slice(stem.length + 1));
  return same ? `${first}–${last.slice(stem.length + 1)}` : `${first}–${last}`;
}
