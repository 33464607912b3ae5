/** Philox against its published known answers, and the distributions built on it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../src/graph/errors.js';
import { Philox, philox4x32 } from '../src/random/philox.js';

const ONES = 0xffffffff;

test('philox4x32 gives the known answers of Random123', () => {
  assert.deepEqual(
    [...philox4x32([0, 0, 0, 0], [0, 0])],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  );
  assert.deepEqual(
    [...philox4x32([ONES, ONES, ONES, ONES], [ONES, ONES])],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  );
  assert.deepEqual(
    [
      ...philox4x32(
        new Uint32Array([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]),
        [0xa4093822, 0x299f31d0],
      ),
    ],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  );
});

test('philox4x32 writes into the array it is given', () => {
  const out = new Uint32Array(4);
  assert.equal(philox4x32([0, 0, 0, 0], [0, 0], out), out);
  assert.equal(out[0], 0x6627e8d5);
});

test('key and counter are laid out as documented', () => {
  const seed = 5 * 2 ** 32 + 7;
  const random = new Philox(seed, 3);
  const expected = [...philox4x32([0, 0, 3, 0], [7, 5]), ...philox4x32([1, 0, 3, 0], [7, 5])];
  assert.deepEqual(take(8, random), expected);
  assert.deepEqual(take(4, random.seek(1)), expected.slice(4));
});

test('the block number carries into its high word', () => {
  const random = new Philox(1).seek(2 ** 32 - 1);
  random.seek(2 ** 32 - 1);
  const expected = [...philox4x32([ONES, 0, 0, 0], [1, 0]), ...philox4x32([0, 1, 0, 0], [1, 0])];
  assert.deepEqual(take(8, random), expected);
});

test('same seed, same numbers; another seed or stream, others', () => {
  assert.deepEqual(take(9, new Philox(11, 2)), take(9, new Philox(11, 2)));
  assert.notDeepEqual(take(9, new Philox(11, 2)), take(9, new Philox(11, 3)));
  assert.notDeepEqual(take(9, new Philox(11, 2)), take(9, new Philox(12, 2)));
  assert.notDeepEqual(take(9, new Philox(11)), take(9, new Philox(11 + 2 ** 32)));
});

test('uniform lies in [0, 1), in steps of 2^-24, evenly', () => {
  const random = new Philox(3);
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 50_000; i++) {
    const value = random.uniform();
    assert.ok(value >= 0 && value < 1 && Number.isInteger(value * 2 ** 24));
    bins[Math.floor(value * 10)]++;
  }
  for (const count of bins) assert.ok(Math.abs(count - 5000) < 300, `bins ${bins}`);
});

test('normal has mean 0, variance 1 and the tails of a normal distribution', () => {
  const random = new Philox(4);
  const count = 50_000;
  let sum = 0;
  let squares = 0;
  let beyondTwo = 0;
  for (let i = 0; i < count; i++) {
    const value = random.normal();
    sum += value;
    squares += value * value;
    if (Math.abs(value) > 2) beyondTwo++;
  }
  assert.ok(Math.abs(sum / count) < 0.02, `mean ${sum / count}`);
  assert.ok(Math.abs(squares / count - 1) < 0.03, `variance ${squares / count}`);
  assert.ok(Math.abs(beyondTwo / count - 0.0455) < 0.004, `tails ${beyondTwo / count}`);
});

test('seek forgets the spare normal number', () => {
  const random = new Philox(4);
  const first = random.normal();
  assert.equal(random.seek(0).normal(), first);
});

test('integer is even over a limit that does not divide 2^32', () => {
  const random = new Philox(5);
  const bins = new Array<number>(7).fill(0);
  for (let i = 0; i < 35_000; i++) bins[random.integer(7)]++;
  for (const count of bins) assert.ok(Math.abs(count - 5000) < 300, `bins ${bins}`);
  assert.equal(random.integer(1), 0);
  // Three quarters of 2^32: a plain remainder would hit the first third twice as often.
  let low = 0;
  for (let i = 0; i < 3000; i++) if (random.integer(3 * 2 ** 30) < 2 ** 30) low++;
  assert.ok(Math.abs(low - 1000) < 120, `low ${low}`);
});

test('permutation holds every number once, in every order alike', () => {
  const random = new Philox(6);
  assert.deepEqual(
    [...random.permutation(1000)].sort((a, b) => a - b),
    [...Array(1000).keys()],
  );
  assert.deepEqual([...random.permutation(0)], []);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = random.permutation(3).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 150);
});

test('numbers out of range are refused with the range', () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
    assert.throws(() => new Philox(seed), checkError(/seed is .*; expected a whole number from 0/));
  }
  assert.throws(() => new Philox(0, 2 ** 32), checkError(/stream is 4294967296/));
  assert.throws(() => new Philox(0, -1), checkError(/stream is -1/));
  assert.throws(() => new Philox(0).integer(0), checkError(/limit is 0; .* from 1 to 4294967296/));
  assert.throws(() => new Philox(0).permutation(1.5), checkError(/n is 1.5/));
  assert.throws(() => new Philox(0).seek(-1), checkError(/block is -1/));
});

function take(count: number, random: Philox): number[] {
  return Array.from({ length: count }, () => random.uint32());
}

function checkError(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof ValueError);
    assert.match(error.message, message);
    return true;
  };
}

test('numbers can be passed over without drawing them', () => {
  for (const drawn of [0, 1, 2, 3, 5]) {
    for (const count of [0, 1, 2, 3, 4, 5, 8, 9, 1023]) {
      const reference = new Philox(5, 1);
      take(drawn, reference);
      const skipped = reference.clone().skipUniform(count);
      take(count, reference);
      assert.deepEqual(take(9, skipped), take(9, reference), `${drawn} drawn, ${count} skipped`);

      const normals = new Philox(5, 1);
      for (let i = 0; i < drawn; i++) normals.normal();
      const behind = normals.clone().skipNormal(count);
      for (let i = 0; i < count; i++) normals.normal();
      for (let i = 0; i < 3; i++) assert.equal(behind.normal(), normals.normal());
      assert.deepEqual(take(9, behind), take(9, normals));
    }
  }
  const far = new Philox(5).skipUniform(2 ** 34 + 1);
  assert.deepEqual(take(3, far), take(4, new Philox(5).seek(2 ** 32)).slice(1));
});
