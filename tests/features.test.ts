/** What the engine computes where WebAssembly can do less, or is said to: every primitive against the reference. */

import { test } from 'node:test';
import { createWasmBackend, type EngineOptions, features } from '../src/backends/wasm/index.js';
import { traceCase } from './cases/case.js';
import { primitiveCases } from './cases/index.js';
import { compareWithReference } from './compared.js';
import { float32 } from './error-bound.js';

const here = features();
const engines: Readonly<Record<string, EngineOptions>> = {
  'plain SIMD': { features: { ...here, relaxedSimd: false } },
  // Those of the other size are what primitives.test.ts runs on.
  [here.largeTiles ? 'small register tiles' : 'large register tiles']: {
    features: { ...here, largeTiles: !here.largeTiles },
  },
  'no shared memory': { features: { ...here, threads: false } },
  'plain SIMD in small tiles without shared memory': {
    features: { relaxedSimd: false, largeTiles: false, threads: false },
  },
  'three threads': { threads: 3 },
};

for (const [name, options] of Object.entries(engines)) {
  test(name, () => {
    const backend = createWasmBackend(options);
    for (const [primitive, { cases, special = [] }] of Object.entries(primitiveCases)) {
      for (const testCase of [...cases, ...special]) {
        const data = testCase.inputs.map((input) => input.data);
        try {
          compareWithReference(traceCase(testCase), data, { backend, precision: float32 });
        } catch (error) {
          const { message } = error as Error;
          throw new Error(`${primitive}, ${testCase.name}: ${message}`, { cause: error });
        }
      }
    }
  });
}
