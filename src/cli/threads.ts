/** The number of threads that programs run on, set before the backend starts. */

/** Overrides FOVEA_THREADS for this process. */
export function useThreads(count: number): void {
  process.env.FOVEA_THREADS = String(count);
}
