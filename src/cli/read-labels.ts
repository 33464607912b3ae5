/** Reads the names of classes from a file: a line for each, or a JSON array. */

import { FormatError } from '../formats/index.js';
import { readInputFile } from './read-input-file.js';

const expected = 'a name on each line, as in ImageNet’s synset_words.txt, or a JSON array of names';

/**
 * The names in the file, in the order of the classes.
 *
 * Lines may begin with a WordNet number (`n02123045 tabby, tabby cat`); JSON may be an array, or an object
 * from indices to names, alone or behind such a number. Throws FormatError for anything else, and when
 * there are not `count` of them.
 */
export async function readLabels(path: string, count: number): Promise<string[]> {
  const text = new TextDecoder().decode(await readInputFile(path, expected)).replace(/^\uFEFF/, '');
  const labels = /^\s*[[{]/.test(text) ? fromJson(text, path) : fromLines(text);
  if (labels.length !== count) {
    throw new FormatError(path, {
      happened: `it names ${labels.length} classes`,
      expected: `${count}, as many as the network tells apart`,
      mend: 'give the file of labels that belongs to the network',
    });
  }
  return labels;
}

function fromLines(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/^n\d{8}[\s,]+/, ''));
}

function fromJson(text: string, path: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(path, `it begins as JSON but is none (${reason})`);
  }
  if (typeof value !== 'object' || value === null) throw refused(path, 'it is no list');
  const isList = Array.isArray(value);
  const entries = Object.entries(value).sort(([a], [b]) => Number(a) - Number(b));
  return entries.map(([index, entry], place) => {
    // As Keras has them: {"0": ["n01440764", "tench"]}.
    const name = Array.isArray(entry) ? entry.at(-1) : entry;
    if (typeof name === 'string' && (isList || Number(index) === place)) return name;
    throw refused(path, `entry ${index} is no name in its place: ${JSON.stringify(entry)}`);
  });
}

const refused = (path: string, happened: string): FormatError =>
  new FormatError(path, { happened, expected, mend: 'correct the file, or leave --labels out' });
