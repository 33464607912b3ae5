/** The two ways in which pickles of protocol 0 write texts: with escapes, on a line of their own. */

import type { PickleReader } from './pickle-reader.js';

/** Latin-1 with `\uXXXX` and `\UXXXXXXXX`, Python's raw-unicode-escape. */
export function decodeRawUnicode(line: Uint8Array, reader: PickleReader): string {
  return latin1(line).replace(/\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g, (_, short, long) => {
    const code = Number.parseInt(short ?? long, 16);
    if (code > 0x10ffff) throw reader.damaged('a text with a character beyond Unicode lies');
    return String.fromCodePoint(code);
  });
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** A string of Python 2 as its source would have it, in quotes; its bytes are read as UTF-8. */
export function decodeStringLiteral(line: Uint8Array, reader: PickleReader): string {
  const literal = latin1(line).trim();
  const quote = literal[0];
  if (literal.length < 2 || (quote !== "'" && quote !== '"') || literal.at(-1) !== quote) {
    throw reader.damaged('a text without quotes lies');
  }
  const text = literal
    .slice(1, -1)
    .replace(/\\(x[\da-fA-F]{2}|[0-7]{1,3}|[\s\S])/g, (whole: string, code: string) => {
      if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
      if (/^\d/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0xff);
      return Object.hasOwn(escapes, code) ? escapes[code] : whole;
    });
  return reader.decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
