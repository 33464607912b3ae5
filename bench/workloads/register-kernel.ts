/** The ceiling of matrix products: the bare register kernel, its operands in the first-level cache. */

import { measureRegisterKernel } from '../../src/backends/wasm/index.js';
import type { Ceiling } from '../workload.js';

/** The kernel's best rate on one thread. */
export async function registerKernelCeiling(): Promise<Ceiling> {
  const { gflops, tile } = await measureRegisterKernel();
  return { gflops, label: `register kernel ${tile}` };
}
