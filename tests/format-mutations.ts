/** Damaged copies of files, the same for the same seed: flipped bits, cuts, huge lengths, swapped blocks. */

import { Philox } from '../src/random/philox.js';

/** A damaged copy, and what was done to it, for messages. */
export interface Mutation {
  readonly bytes: Uint8Array;
  readonly what: string;
}

/** Numbers that overflow, turn negative, or ask for more than there is. */
const hugeNumbers = [0x7f, 0x80, 0xff, 0x7fff, 0xffff, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const wideNumbers = [2n ** 32n, 2n ** 40n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];
/** Numbers in text, such as the shapes of headers. */
const writtenNumbers = ['0', '-1', '7', '4294967295', '99999999999', '9007199254740993', '1e9'];
/** Headers and directories stand here, where a byte decides more than among the data. */
const endBytes = 256;

/**
 * Endless damaged copies of `original`: mostly one wound each, sometimes up to three.
 *
 *     for (const { bytes, what } of take(mutations(file, 7), 1000)) { ... }
 */
export function* mutations(original: Uint8Array, seed: number): Generator<Mutation> {
  const random = new Philox(seed);
  for (;;) {
    let bytes: Uint8Array = new Uint8Array(original);
    const done: string[] = [];
    const wounds = random.uniform() < 0.7 ? 1 : 2 + below(random, 2);
    for (let i = 0; i < wounds; i++) {
      const edit = edits[below(random, edits.length)];
      const { bytes: next, what } = edit(bytes, random);
      bytes = next;
      done.push(what);
    }
    yield { bytes, what: done.join(', then ') };
  }
}

type Edit = (bytes: Uint8Array, random: Philox) => Mutation;

const below = (random: Philox, limit: number): number => Math.floor(random.uniform() * limit);

/** A place from 0 to the length, itself excluded unless nothing else is there. */
function place(bytes: Uint8Array, random: Philox): number {
  const where = random.uniform();
  const near = below(random, Math.min(endBytes, bytes.length));
  if (where < 0.3) return near;
  if (where < 0.5) return Math.max(0, bytes.length - 1 - near);
  return below(random, bytes.length);
}

/** A length that is short as often as it is long. */
function extent(limit: number, random: Philox): number {
  return Math.min(limit, Math.floor(2 ** (random.uniform() * Math.log2(limit + 1))));
}

const flipBits: Edit = (bytes, random) => {
  const count = 1 + below(random, 8);
  const places: number[] = [];
  for (let i = 0; i < count && bytes.length > 0; i++) {
    const at = place(bytes, random);
    bytes[at] ^= 1 << below(random, 8);
    places.push(at);
  }
  return { bytes, what: `bits flipped at ${places.join(' ')}` };
};

const setByte: Edit = (bytes, random) => {
  const at = place(bytes, random);
  const value =
    random.uniform() < 0.5 ? [0, 1, 0x7f, 0x80, 0xff][below(random, 5)] : below(random, 256);
  if (bytes.length > 0) bytes[at] = value;
  return { bytes, what: `byte ${at} set to ${value}` };
};

const writeHuge: Edit = (bytes, random) => {
  const at = place(bytes, random);
  const little = random.uniform() < 0.5;
  const width = [2, 4, 8][below(random, 3)];
  if (at + width > bytes.length) return { bytes, what: 'nothing' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = hugeNumbers[below(random, hugeNumbers.length)];
  const wide = wideNumbers[below(random, wideNumbers.length)];
  if (width === 2) view.setUint16(at, number, little);
  if (width === 4) view.setUint32(at, number, little);
  if (width === 8) view.setBigUint64(at, random.uniform() < 0.5 ? BigInt(number) : wide, little);
  return {
    bytes,
    what: `${number} or ${wide} written at ${at}, ${width} bytes ${little ? 'little' : 'big'} endian`,
  };
};

const cut: Edit = (bytes, random) => {
  const length = place(bytes, random);
  return { bytes: bytes.slice(0, length), what: `cut to ${length} bytes` };
};

const append: Edit = (bytes, random) => {
  const more = 1 + extent(2000, random);
  const junk = Uint8Array.from({ length: more }, () => below(random, 256));
  return { bytes: joined(bytes, junk), what: `${more} bytes appended` };
};

const swapBlocks: Edit = (bytes, random) => {
  const [a, b] = [place(bytes, random), place(bytes, random)].sort((x, y) => x - y);
  const length = extent(Math.min(b - a, bytes.length - b), random);
  const first = bytes.slice(a, a + length);
  bytes.copyWithin(a, b, b + length);
  bytes.set(first, b);
  return { bytes, what: `${length} bytes at ${a} and ${b} swapped` };
};

const repeatBlock: Edit = (bytes, random) => {
  const at = place(bytes, random);
  const length = extent(Math.min(4096, bytes.length - at), random);
  const block = bytes.subarray(at, at + length);
  return {
    bytes: joined(bytes.subarray(0, at), block, bytes.subarray(at)),
    what: `${length} bytes at ${at} repeated`,
  };
};

const dropBlock: Edit = (bytes, random) => {
  const at = place(bytes, random);
  const length = extent(bytes.length - at, random);
  return {
    bytes: joined(bytes.subarray(0, at), bytes.subarray(at + length)),
    what: `${length} bytes at ${at} dropped`,
  };
};

const zeroBlock: Edit = (bytes, random) => {
  const at = place(bytes, random);
  const length = extent(Math.min(4096, bytes.length - at), random);
  bytes.fill(0, at, at + length);
  return { bytes, what: `${length} bytes at ${at} zeroed` };
};

/** Another number where one is written in digits, which changes the length of the file. */
const rewriteNumber: Edit = (bytes, random) => {
  const isDigit = (at: number) => bytes[at] >= 0x30 && bytes[at] <= 0x39;
  let from = place(bytes, random);
  while (from < bytes.length && !isDigit(from)) from++;
  let to = from;
  while (to < bytes.length && isDigit(to)) to++;
  const number = writtenNumbers[below(random, writtenNumbers.length)];
  return {
    bytes: joined(bytes.subarray(0, from), new TextEncoder().encode(number), bytes.subarray(to)),
    what: `digits at ${from} to ${to} replaced by ${number}`,
  };
};

const edits: readonly Edit[] = [
  flipBits,
  setByte,
  writeHuge,
  writeHuge,
  cut,
  append,
  swapBlocks,
  repeatBlock,
  dropBlock,
  zeroBlock,
  rewriteNumber,
];

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
