/** The range coder and the distributions it codes with: what goes in comes out, in as few bytes as entropy allows. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClassCounts } from '../src/latent/compression/adaptive-counts.js';
import { LARGEST_NUMBER, NumberCounts } from '../src/latent/compression/number-counts.js';
import {
  LARGEST_TOTAL,
  RangeDecoder,
  RangeEncoder,
  type Share,
} from '../src/latent/compression/range-coder.js';
import { Philox } from '../src/random/philox.js';

const damaged = (position: number) => new RangeError(`damaged at ${position}`);

/** Any shares: even ones, tiny ones, nearly sure ones. */
function randomShares(count: number, seed: number): Share[] {
  const random = new Philox(seed);
  return Array.from({ length: count }, () => {
    const total = 1 + random.integer(random.uniform() < 0.5 ? 300 : LARGEST_TOTAL);
    const start = random.uniform() < 0.3 ? total - 1 : random.integer(total);
    const size = 1 + (random.uniform() < 0.5 ? 0 : random.integer(total - start));
    return { start, size, total };
  });
}

function encoded(shares: readonly Share[]): Uint8Array {
  const encoder = new RangeEncoder();
  for (const share of shares) encoder.encode(share);
  return encoder.finish();
}

test('symbols of any shares come back, in the bytes that their shares tell', () => {
  for (let seed = 0; seed < 300; seed++) {
    const shares = randomShares(seed, seed);
    const bytes = encoded(shares);
    const decoder = new RangeDecoder(bytes, damaged);
    for (const { start, size, total } of shares) {
      const found = decoder.find(total);
      assert.ok(found >= start && found < start + size, `seed ${seed}`);
      decoder.take({ start, size });
    }
    const bits = shares.reduce((sum, { size, total }) => sum + Math.log2(total / size), 0);
    assert.ok(
      bytes.length <= bits / 8 + 0.003 * shares.length + 1,
      `${bytes.length}, ${bits} bits`,
    );
    assert.notEqual(bytes.at(-1), 0, 'zeros at the end are left out');
  }
});

test('a carry goes through bytes of 255', () => {
  // Always the last of three shares: thirds are 0.010101... in base two, their end is just below 1.
  const last = { start: 2, size: 1, total: 3 };
  const top = { start: 255, size: 1, total: 256 };
  for (const tail of [0, 254, 255]) {
    const shares = [...Array(40).fill(top), last, last, { start: tail, size: 1, total: 256 }];
    const decoder = new RangeDecoder(encoded(shares), damaged);
    for (const { start, size, total } of shares) {
      assert.equal(decoder.find(total), start);
      decoder.take({ start, size });
    }
  }
});

test('the same symbols are the same bytes on every machine', () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  assert.equal(hex(encoded([{ start: 3, size: 1, total: 4 }])), 'c0');
  assert.equal(hex(encoded(randomShares(12, 7))), GOLDEN_SHARES);
  const encoder = new RangeEncoder();
  const counts = new NumberCounts(40);
  for (const value of [0, 1, -2, 3, 1, 1, 2, -300, 2, 70_000]) counts.encodeNumber(value, encoder);
  assert.equal(hex(encoder.finish()), GOLDEN_NUMBERS);
});

const GOLDEN_SHARES = 'fffffface380a6515596b8c4ee9f749ffb259001';
const GOLDEN_NUMBERS = '8797cbe32dbdef6ea52f90ced665';

test('bytes that no encoder writes are an error with a place', () => {
  const decoder = new RangeDecoder(new Uint8Array(20).fill(255), damaged);
  assert.throws(() => {
    for (let i = 0; i < 100; i++) {
      const start = decoder.find(3);
      decoder.take({ start, size: 1 });
    }
  }, /damaged at \d+/);
});

test('numbers of every size come back', () => {
  const random = new Philox(3);
  const values = Array.from({ length: 3000 }, (_, i) => {
    if (i % 100 === 99) return LARGEST_NUMBER * (i % 200 === 99 ? 1 : -1);
    return Math.trunc(random.normal() * (i % 50 === 0 ? 5000 : 3)) + 0;
  });
  for (const spread of [1, 50, 32767]) {
    const encoder = new RangeEncoder();
    const writing = new NumberCounts(spread);
    for (const value of values) writing.encodeNumber(value, encoder);
    const decoder = new RangeDecoder(encoder.finish(), damaged);
    const reading = new NumberCounts(spread);
    for (const value of values) assert.equal(reading.decodeNumber(decoder), value);
  }
});

test('normal numbers, whose mean and deviation it is not told, take 4 % more than their entropy', () => {
  const [mean, deviation, count] = [4.3, 2.5, 5000];
  const random = new Philox(1);
  const encoder = new RangeEncoder();
  const counts = new NumberCounts(16 * 5);
  for (let i = 0; i < count; i++) {
    counts.encodeNumber(Math.round(mean + deviation * random.normal()), encoder);
  }
  const entropy = Math.log2(deviation * Math.sqrt(2 * Math.PI * Math.E));
  const bits = (8 * encoder.finish().length) / count;
  assert.ok(bits < 1.04 * entropy && bits > 0.97 * entropy, `${bits} bits, entropy ${entropy}`);
});

test('what is always the same takes next to nothing', () => {
  const encoder = new RangeEncoder();
  const [numbers, classes] = [new NumberCounts(16), new ClassCounts(10, 4)];
  for (let i = 0; i < 10_000; i++) {
    numbers.encodeNumber(3, encoder);
    classes.encode(7, encoder);
  }
  const { length } = encoder.finish();
  assert.ok(length < 100, `${length} bytes`);
});
