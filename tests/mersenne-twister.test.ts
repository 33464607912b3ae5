/** The older generator of NumPy, against what it draws: numpy.random.seed(seed); numpy.random.uniform(). */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MersenneTwister } from '../src/random/mersenne-twister.js';

const drawn: readonly (readonly [seed: number, first: readonly number[], thousandth: number])[] = [
  [0, [0.5488135039273248, 0.7151893663724195, 0.6027633760716439], 0.6771411441114241],
  [1, [0.417022004702574, 0.7203244934421581, 0.00011437481734488664], 0.7744772660150796],
  [4294967295, [0.0976320289940138, 0.9123828453026218, 0.78903530185164], 0.556626859384112],
];

for (const [seed, first, thousandth] of drawn) {
  test(`seed ${seed}`, () => {
    const random = new MersenneTwister(seed);
    const numbers = Array.from({ length: 1000 }, () => random.uniform());
    assert.deepEqual(numbers.slice(0, 3), first);
    assert.equal(numbers[999], thousandth);
  });
}
