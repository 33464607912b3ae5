/** The backends that every exactness test runs, each with the arithmetic that it computes in. */

import type { KernelBackend } from '../src/backends/contract.js';
import { wasm } from '../src/backends/wasm/index.js';
import { float32, float64 } from './error-bound.js';
import type { Precision } from './error-rules.js';
import { planInterpreter } from './plan-interpreter.js';

export interface BackendUnderTest {
  readonly backend: KernelBackend;
  readonly precision: Precision;
}

export const backendsUnderTest: readonly BackendUnderTest[] = [
  { backend: planInterpreter, precision: float64 },
  { backend: wasm, precision: float32 },
];
