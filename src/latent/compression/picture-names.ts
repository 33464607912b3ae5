/** Names of pictures in few bytes: each tells how much of the one before it repeats, and new letters are those that usually follow. */

import { ClassCounts } from './adaptive-counts.js';
import type { RangeDecoder, RangeEncoder } from './range-coder.js';

/** In bytes of UTF-8. */
const LONGEST = 1024;
/** Behind the last byte of a name. */
const END = 256;
/** What has happened is likely to happen again: names of a folder are alike. */
const LEARNING = 32;

export function encodeNames(names: readonly string[], encoder: RangeEncoder): void {
  const counts = new NameCounts();
  let before: Uint8Array = new Uint8Array();
  for (const name of names) {
    const bytes = new TextEncoder().encode(name);
    let same = 0;
    while (same < bytes.length && bytes[same] === before[same]) same++;
    counts.repeated.encode(same, encoder);
    for (let i = same; i <= bytes.length; i++) {
      counts.after(bytes[i - 1]).encode(bytes[i] ?? END, encoder);
    }
    before = bytes;
  }
}

/**
 * Reads `count` names. A file may come from a stranger: what `damaged` makes is thrown for names that are none, that
 * are there twice or lead out of a folder.
 */
export function decodeNames(
  count: number,
  decoder: RangeDecoder,
  damaged: (happened: string) => Error,
): string[] {
  const counts = new NameCounts();
  const names = new Set<string>();
  const bytes: number[] = [];
  for (let n = 1; n <= count; n++) {
    const same = counts.repeated.decode(decoder);
    if (same > bytes.length) throw damaged(`name ${n} repeats ${same} bytes of ${bytes.length}`);
    bytes.length = same;
    for (;;) {
      const byte = counts.after(bytes.at(-1)).decode(decoder);
      if (byte === END) break;
      bytes.push(byte);
      if (bytes.length > LONGEST) throw damaged(`name ${n} ${tooLong}`);
    }
    let name: string;
    try {
      name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        Uint8Array.from(bytes),
      );
    } catch {
      throw damaged(`name ${n} is no UTF-8`);
    }
    const wrong = names.has(name) ? 'is there twice' : nameProblem(name);
    if (wrong !== null) throw damaged(`name ${n}, ${JSON.stringify(name)}, ${wrong}`);
    names.add(name);
  }
  return [...names];
}

const tooLong = `has more than ${LONGEST} bytes`;

/** What is wrong with a path below the folder of pictures; null when nothing is. */
export function nameProblem(name: string): string | null {
  if (new TextEncoder().encode(name).length > LONGEST) return tooLong;
  // Control characters, and what Windows gives a meaning.
  if ([...name].some((letter) => letter < ' ' || '\\:*?"<>|\x7f'.includes(letter))) {
    return 'has a character that names of files may not have everywhere';
  }
  const parts = name.split('/');
  if (parts.some((part) => part === '' || /^\.+$/.test(part))) {
    return 'is no path below a folder';
  }
  return null;
}

/** What is learnt of names. */
class NameCounts {
  readonly repeated = new ClassCounts(LONGEST + 1, LEARNING);
  private readonly letters = new Map<number, ClassCounts>();

  /** The letters that follow one; undefined stands before the first. */
  after(letter = END): ClassCounts {
    const known = this.letters.get(letter) ?? new ClassCounts(END + 1, LEARNING);
    this.letters.set(letter, known);
    return known;
  }
}
