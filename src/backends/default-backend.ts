/** The backend that programs run on when nothing else is said. */

import type { Backend } from './contract.js';
import { wasm } from './wasm/index.js';

export { keepTuningIn, ready, setThreads, threadCount } from './wasm/index.js';

export function defaultBackend(): Backend {
  return wasm;
}
