/** The number of threads that programs run on, set before the backend starts. */

import { setThreads } from '../backends/default-backend.js';
import { checkThreadCount } from '../backends/wasm/index.js';
import { UsageError } from './usage.js';

/** Takes the place of FOVEA_THREADS; throws UsageError when the count is out of range. */
export function useThreads(count: number): void {
  try {
    checkThreadCount(count, '--threads');
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  setThreads(count);
}
