/** Elementwise kernels over rows of every length around those that are done in one pass of a loop. */

import { test } from 'node:test';
import type { Tensor } from '../src/graph/tensor.js';
import { add, cast, flip, iota, less, mul, slice, where } from '../src/ops/index.js';
import { backendsUnderTest } from './backends-under-test.js';
import { type CaseInput, normal, traceCase } from './cases/case.js';
import { compareWithReference } from './compared.js';

const rows = 3;

/** What is built of x [3, n] and a [3, 1]: one row for each row, or a single row of all. */
const kernels: Readonly<Record<string, (x: Tensor, a: Tensor) => Tensor | Tensor[]>> = {
  'one row': (x) => mul(x, x),
  'a number for each row': (x, a) => add(mul(x, a), a),
  'bools and bytes': (x, a) => [less(x, a), cast(mul(x, 100), 'uint8')],
  coordinates: (x) => where(less(x, 0), cast(iota(x.shape, 1), 'float32'), x),
  'every second element': (x, a) => {
    const half = slice(x, { start: [0, 0], end: x.shape, step: [1, 2] });
    return mul(half, a);
  },
  backwards: (x, a) => add(flip(x, [1]), a),
  'many stores': (x, a) => [add(x, a), mul(x, a), less(x, a), add(x, 1), mul(x, 2)],
};

for (const under of backendsUnderTest) {
  for (const [name, build] of Object.entries(kernels)) {
    test(`${name}, on the ${under.backend.name}`, () => {
      for (let length = 1; length <= 70; length++) {
        const inputs: CaseInput[] = [normal([rows, length], length), normal([rows, 1], 100)];
        const graph = traceCase({ name, inputs, build });
        try {
          compareWithReference(
            graph,
            inputs.map(({ data }) => data),
            under,
          );
        } catch (error) {
          throw new Error(`rows of ${length}: ${(error as Error).message}`, { cause: error });
        }
      }
    });
  }
}
