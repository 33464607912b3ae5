/** Lets the event loop have its turn while a long computation runs, so that signals and clicks get through. */

/** How long to compute before the event loop is asked, in milliseconds. */
const INTERVAL_MS = 40;

/**
 * A function to await after every piece of work; it returns at once until the interval is over.
 *
 *     const breathe = eventLoopTurns();
 *     for (const batch of batches) { step(batch); await breathe(); }
 */
export function eventLoopTurns(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < INTERVAL_MS) return undefined;
    return turn().then(() => {
      last = performance.now();
    });
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve);
  });
}
