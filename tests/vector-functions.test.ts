/** The wasm backend's mathematical functions against the reference, densely over all sizes of argument. */

import { test } from 'node:test';
import { createWasmBackend, features } from '../src/backends/wasm/index.js';
import type { Tensor } from '../src/graph/tensor.js';
import { erf, exp, expm1, log, log1p, mul, neg, sigmoid, tanh } from '../src/ops/index.js';
import { type CaseInput, exactly, traceCase } from './cases/case.js';
import { compareWithReference } from './compared.js';
import { float32 } from './error-bound.js';

/** Around 0, over all that float32 can hold the exponential of, and every size from the smallest on. */
function arguments32(): CaseInput {
  const values: number[] = [0, -0, Infinity, -Infinity, Number.NaN];
  for (let x = -4; x <= 4; x += 1 / 4096 + 1e-6) values.push(x);
  for (let x = -110; x <= 92; x += 1 / 256 + 1e-6) values.push(x);
  for (let x = 1.4e-45; x < 3e38; x *= 1.01) values.push(x, -x);
  return exactly(values);
}

const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  exp,
  'exp of minus a square': (x) => exp(neg(mul(x, x))),
  log,
  tanh,
  sigmoid,
  expm1,
  log1p,
  erf,
};

for (const relaxedSimd of new Set([features().relaxedSimd, false])) {
  test(relaxedSimd ? 'with fused multiply-adds' : 'without fused multiply-adds', () => {
    const backend = createWasmBackend({ features: { ...features(), relaxedSimd } });
    const input = arguments32();
    for (const [name, build] of Object.entries(functions)) {
      const graph = traceCase({ name, inputs: [input], build });
      try {
        compareWithReference(graph, [input.data], { backend, precision: float32 });
      } catch (error) {
        throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}
