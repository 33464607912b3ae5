/** The WebAssembly backend. */

export type { EngineOptions } from './engine.js';
export { type Features, features } from './features.js';
export { measureRegisterKernel, type RegisterKernelRate } from './register-kernel.js';
export { checkThreadCount } from './thread-count.js';
export {
  createWasmBackend,
  keepTuningIn,
  ready,
  setThreads,
  threadCount,
  type WasmBackend,
  type WasmBackendOptions,
  wasm,
} from './wasm.js';
