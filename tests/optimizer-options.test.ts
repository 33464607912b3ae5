/** Optimisers with options out of range: what is wrong and what was expected, when they are made. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValueError } from '../src/index.js';
import { Linear, Parameter } from '../src/nn/index.js';
import { Adadelta, Adagrad, Adam, AdamW, Lion, RMSprop, SGD } from '../src/optim/index.js';

const parameters = () => [new Parameter([2])];
/** Options that TypeScript may refuse. */
const made: Readonly<Record<string, (options: object) => unknown>> = {
  SGD: (options) => new SGD(parameters(), { lr: 0.1, ...options }),
  Adam: (options) => new Adam(parameters(), options),
  AdamW: (options) => new AdamW(parameters(), options),
  RMSprop: (options) => new RMSprop(parameters(), options),
  Adagrad: (options) => new Adagrad(parameters(), options),
  Adadelta: (options) => new Adadelta(parameters(), options),
  Lion: (options) => new Lion(parameters(), options),
};

const everywhere: readonly [options: object, says: RegExp][] = [
  [{ lr: -1 }, /lr is -1; expected a finite number of at least 0/],
  [{ lr: Number.NaN }, /lr is NaN/],
  [{ lr: Number.POSITIVE_INFINITY }, /lr is Infinity/],
  [{ lr: '0.1' }, /lr is 0.1; expected a finite number/],
  [{ weightDecay: -1 }, /weightDecay is -1/],
  [{ weightDecay: Number.NaN }, /weightDecay is NaN/],
  [{ weightDeca: 1 }, /no option "weightDeca"; did you mean "weightDecay"/],
];

const somewhere: readonly [names: readonly string[], options: object, says: RegExp][] = [
  [['SGD'], { lr: undefined }, /lr is undefined/],
  [['SGD', 'RMSprop'], { momentum: -1 }, /momentum is -1/],
  [['SGD'], { dampening: Number.NaN }, /dampening is NaN/],
  [['SGD'], { nesterov: true }, /nesterov needs momentum/],
  [['SGD'], { nesterov: true, momentum: 0.9, dampening: 0.1 }, /nesterov goes without dampening/],
  [['Adam', 'AdamW', 'Lion'], { betas: [1, 0.9] }, /betas\[0\] is 1; .* less than 1/],
  [['Adam', 'AdamW', 'Lion'], { betas: [0.9, -0.1] }, /betas\[1\] is -0.1/],
  [['Adam', 'AdamW', 'Lion'], { betas: [Number.NaN, 0.9] }, /betas\[0\] is NaN/],
  [['Adam', 'AdamW', 'Lion'], { betas: [0.9] }, /betas is \[0.9\]; expected two numbers/],
  [['Adam', 'AdamW', 'Lion'], { betas: 0.9 }, /betas is 0.9; expected two numbers/],
  [['Adam', 'AdamW', 'RMSprop', 'Adagrad', 'Adadelta'], { eps: -1 }, /eps is -1/],
  [['RMSprop'], { alpha: -1 }, /alpha is -1/],
  [['Adadelta'], { rho: 1.5 }, /rho is 1.5/],
  [['Adagrad'], { lrDecay: -1 }, /lrDecay is -1/],
  [['Adagrad'], { initialAccumulatorValue: -1 }, /initialAccumulatorValue is -1/],
];

for (const [name, make] of Object.entries(made)) {
  test(`${name} refuses options out of range`, () => {
    const own = somewhere.filter(([names]) => names.includes(name));
    for (const [options, says] of [...everywhere, ...own.map(([, ...rest]) => rest)]) {
      assert.throws(
        () => make(options),
        (error) => {
          assert.ok(error instanceof ValueError, `${JSON.stringify(options)}: ${error}`);
          assert.ok(error.message.startsWith(`${name}: `), error.message);
          assert.match(error.message, says);
          return true;
        },
      );
    }
  });
}

test('what is no list of parameters and no object of options is refused', () => {
  const wrong = (value: unknown) => value as never;
  assert.throws(() => new Adam(wrong(new Linear(1, 1))), /Adam: .* pass model.parameters\(\)/);
  assert.throws(() => new Adam([]), /needs parameters, got none; pass model.parameters\(\)/);
  assert.throws(() => new SGD(parameters(), wrong(undefined)), /SGD: the options are undefined/);
  assert.throws(() => new Lion(parameters(), wrong(0.1)), /Lion: the options are 0.1; .* { lr: /);
});
