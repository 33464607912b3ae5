/** The ceiling of matrix products: the bare register kernel, its operands in the first-level cache. */

import type { Ceiling } from '../workload.js';

/** The part of the WebAssembly backend that measures its own kernel. */
interface KernelProbe {
  measureRegisterKernel?(): Promise<{ readonly gflops: number; readonly tile: string }>;
}

/** The kernel's rate on one thread; zero where the backend has none to measure. */
export async function registerKernelCeiling(): Promise<Ceiling> {
  const { measureRegisterKernel } = await loadProbe();
  if (!measureRegisterKernel) return { gflops: 0, label: 'register kernel' };
  const { gflops, tile } = await measureRegisterKernel();
  return { gflops, label: `register kernel ${tile}` };
}

async function loadProbe(): Promise<KernelProbe> {
  const path = '../../src/backends/wasm/index.js';
  try {
    return (await import(path)) as KernelProbe;
  } catch {
    return {};
  }
}
