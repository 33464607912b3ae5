/** The WebAssembly backend. */

export { checkThreadCount } from './thread-count.js';
export { ready, setThreads, threadCount, wasm } from './wasm.js';
