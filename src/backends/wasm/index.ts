/** The WebAssembly backend. */

export { type Features, features } from './features.js';
export { measureRegisterKernel, type RegisterKernelRate } from './register-kernel.js';
export { checkThreadCount } from './thread-count.js';
export {
  createWasmBackend,
  type EngineOptions,
  ready,
  setThreads,
  threadCount,
  wasm,
} from './wasm.js';
