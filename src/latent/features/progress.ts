/** Work: how long computations over many rows tell how far they are, and are stopped. */

import { eventLoopTurns } from '../../train/event-loop.js';

export interface WorkOptions {
  /** Aborted, it ends the work: its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Hears how much of the work is done. */
  readonly onProgress?: (progress: { done: number; count: number }) => void;
}

/** A function to await after every piece of work: it reports, and lets the event loop have its turn. */
export function paced({
  signal,
  onProgress,
}: WorkOptions): (done: number, count: number) => unknown {
  const breathe = eventLoopTurns();
  return (done, count) => {
    signal?.throwIfAborted();
    onProgress?.({ done, count });
    return breathe();
  };
}
