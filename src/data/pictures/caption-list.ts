/** Lists of pictures and what they show: one JSON object in each line of a file (Node). */

import { DataError } from '../dataset.js';
import { nodeModules, readBytes } from '../kept-files.js';
import { byName, type PictureSet } from './picture-set.js';

/** One line of the list. */
export type CaptionEntry = Readonly<Record<string, unknown>>;

export interface CaptionListOptions {
  /** Where the picture of a line lies, from the list's folder. Default: its `file_name`, or `image`. */
  readonly picture?: (entry: CaptionEntry) => string;
  /** What the line tells of it. Default: its `caption`, or `text`. */
  readonly caption?: (entry: CaptionEntry) => string;
  /** The name of its class. Default: all are of one class. */
  readonly label?: (entry: CaptionEntry) => string;
}

/**
 * Pictures with captions from a file like `captions.jsonl`, in the order of its lines. Pictures are looked for
 * when they are decoded.
 *
 * Throws DataError, with the number of the line, for one that is no JSON object or lacks a name, and for a list
 * without lines.
 *
 *     const signs = await openCaptionList('openmoji/captions.jsonl', {
 *       picture: ({ hex }) => `color/${hex}.png`,
 *       caption: ({ annotation }) => String(annotation),
 *     });
 */
export async function openCaptionList(
  path: string,
  options: CaptionListOptions = {},
): Promise<PictureSet> {
  const { picture = firstOf('file_name', 'image'), caption = firstOf('caption', 'text') } = options;
  const { label = () => 'picture' } = options;
  const { path: paths } = nodeModules();
  const lines = new TextDecoder().decode(await readBytes(path)).split('\n');
  const entries = lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const entry = parse(line, `${path}, line ${i + 1}`);
    const told = (what: string, tell: (entry: CaptionEntry) => string): string => {
      const value: unknown = tell(entry);
      if (typeof value === 'string' && value !== '') return value;
      throw new DataError(
        `${path}, line ${i + 1}: there is no ${what}; expected an object such as ` +
          '{"file_name": "tom.png", "caption": "a cat"}; mend the line, or say where to find it',
      );
    };
    return [
      {
        file: told('picture', picture),
        text: told('caption', caption),
        label: told('class', label),
      },
    ];
  });
  if (entries.length === 0) {
    throw new DataError(`${path}: the list is empty; expected a JSON object in each line`);
  }
  const classes = [...new Set(entries.map((entry) => entry.label))].sort(byName);
  const numbers = new Map(classes.map((name, i) => [name, i]));
  return {
    ...{
      name: paths.basename(paths.dirname(paths.resolve(path))),
      classes,
      length: entries.length,
    },
    files: entries.map(({ file }) => ({
      name: file,
      source: paths.join(paths.dirname(path), file),
    })),
    labels: Int32Array.from(entries, (entry) => numbers.get(entry.label)!),
    captions: entries.map(({ text }) => text),
  };
}

const firstOf =
  (...names: readonly string[]) =>
  (entry: CaptionEntry): string =>
    entry[names.find((name) => name in entry) ?? ''] as string;

function parse(line: string, where: string): CaptionEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new DataError(`${where}: it is no JSON; expected an object; mend the line`, {
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as CaptionEntry;
  }
  throw new DataError(`${where}: it is no JSON object; expected {"file_name": ...}; mend the line`);
}
