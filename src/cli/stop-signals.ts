/** Ctrl-C, SIGTERM, a closed terminal, a parent that is gone: the first asks the work to stop cleanly, the second ends the process at once. */

export interface StopSignals {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** What a shell expects of a process that the signal ended: 128 and the signal's number. */
  exitCode(): number;
  /** Leaves signals to Node again. */
  release(): void;
}

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];

/** Listens from now on; `onFirst` is called at the first signal. */
export function listenForStop(onFirst: () => void): StopSignals {
  const controller = new AbortController();
  let code: number = exitCodes.SIGINT;
  const stop = (name: NodeJS.Signals) => {
    code = exitCodes[name as keyof typeof exitCodes];
    if (controller.signal.aborted) process.exit(code);
    controller.abort();
    onFirst();
  };
  for (const name of names) process.on(name, stop);
  // A process that was begun with a channel to another works for nobody once that one is gone.
  const abandon = () => {
    // Nor does anybody hear what it says.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    if (!controller.signal.aborted) stop('SIGHUP');
  };
  process.on('disconnect', abandon);
  if (process.connected === false) setImmediate(abandon);
  // The channel alone keeps no process alive.
  process.channel?.unref();
  return {
    signal: controller.signal,
    exitCode: () => code,
    release: () => {
      for (const name of names) process.off(name, stop);
      process.off('disconnect', abandon);
    },
  };
}
