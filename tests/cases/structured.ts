/** Cases of the structured primitives, and those of random numbers. */

import type { StructuredName } from '../../src/graph/vocabulary.js';
import { add, cast, Generator, mul, tensor, transpose, uniform } from '../../src/ops/index.js';
import { type Case, integers, normal, type PrimitiveCases } from './case.js';
import { conv2dCases } from './conv-2d.js';
import { argsortCases, gatherCases, scatterCases } from './indexed.js';
import { matmulCases } from './matmul.js';
import { padCases } from './pad.js';
import { windowArgmaxCases, windowMaxCases, windowSumCases } from './windows.js';

const drawn = (
  name: string,
  shapes: readonly (readonly number[])[],
  seed = 0,
  stream = 0,
): Case => ({
  name,
  inputs: [],
  build: () => {
    const generator = new Generator(seed, stream);
    return shapes.map((shape) => uniform(shape, generator));
  },
});

const uniformCases: PrimitiveCases = {
  gradient: 'none',
  cases: [],
  special: [
    drawn('one number', [[]]),
    drawn('fewer than a block', [[3]], 7),
    drawn('a block and a bit', [[5]], 7),
    drawn('a matrix', [[7, 9]], 1),
    drawn('large', [[33, 1031]], 2 ** 40 + 3),
    drawn('nothing', [[0, 4]]),
    drawn('the largest seed', [[8]], Number.MAX_SAFE_INTEGER),
    drawn('another stream', [[8]], 1, 2 ** 31 + 5),
    drawn('one after the other', [[3], [2, 3], [4]], 5),
    {
      name: 'scaled and transposed',
      inputs: [normal([5, 3])],
      build: (x) => add(transpose(mul(uniform([3, 5], new Generator(4)), 2)), x),
    },
    {
      name: 'a state that is computed',
      inputs: [integers(0, 1000, [4])],
      build: (x) => {
        const generator = new Generator(3);
        generator.state.assign(mul(x, tensor(new Int32Array([1, 1, -1, 1]), [4])));
        return uniform([6], generator);
      },
    },
    {
      name: 'dropout',
      inputs: [normal([9, 11])],
      build: (x) =>
        mul(x, cast(cast(mul(uniform([9, 11], new Generator(2)), 2), 'int32'), 'float32')),
    },
  ],
};

/** Every name once: the compiler asks for the cases of a new primitive here. */
export const structuredCases: { readonly [Name in StructuredName]: PrimitiveCases } = {
  matmul: matmulCases,
  conv2d: conv2dCases,
  pad: padCases,
  windowSum: windowSumCases,
  windowMax: windowMaxCases,
  windowArgmax: windowArgmaxCases,
  gather: gatherCases,
  scatter: scatterCases,
  argsort: argsortCases,
  uniform: uniformCases,
};
