/** Ctrl-C and SIGTERM: the first asks the work to stop cleanly, the second ends the process at once. */

export interface StopSignals {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** What a shell expects of a process that the signal ended: 130, or 143 for SIGTERM. */
  exitCode(): number;
  /** Leaves signals to Node again. */
  release(): void;
}

/** Listens from now on; `onFirst` is called at the first signal. */
export function listenForStop(onFirst: () => void): StopSignals {
  const controller = new AbortController();
  let code = 130;
  const stop = (name: NodeJS.Signals) => {
    code = name === 'SIGTERM' ? 143 : 130;
    if (controller.signal.aborted) process.exit(code);
    controller.abort();
    onFirst();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    exitCode: () => code,
    release: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
