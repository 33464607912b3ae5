/** What a training writes into the log of its run: every epoch, and as many steps as a curve can show. */

import { type EpochReport, type LogEntry, MetricsLog, type StepReport } from '../train/index.js';

/** Lines of steps in a log at the most, about. */
const mostStepLines = 2000;
/** Lines that wait to be written together. */
const mostWaiting = 20;

export interface RunLog {
  /** Begins behind `step` steps: what a run that was cut off wrote behind them is dropped. */
  begin(step: number): Promise<void>;
  step(report: StepReport, settings: Readonly<Record<string, number>>): Promise<void>;
  epoch(report: EpochReport): Promise<void>;
  /** Writes what waits. */
  flush(): Promise<void>;
}

/** The log at `path`. */
export function runLog(path: string): RunLog {
  const log = new MetricsLog(path);
  let waiting: LogEntry[] = [];
  const flush = async (): Promise<void> => {
    const entries = waiting;
    waiting = [];
    await log.append(entries);
  };
  return {
    flush,
    begin: (step) => log.begin({ step }),
    step: async ({ step, steps, epoch, metrics }, settings) => {
      if (step % Math.ceil(steps / mostStepLines) !== 0) return;
      waiting.push({ kind: 'step', step, epoch, ...metrics, ...settings });
      if (waiting.length >= mostWaiting) await flush();
    },
    epoch: async ({ epoch, steps, metrics, evaluation, seconds }) => {
      // Named after its last step, behind which a run that goes on finds it.
      const entry = { kind: 'epoch', step: steps - 1, epoch, ...metrics } as const;
      waiting.push({ ...entry, ...(evaluation && { evaluation }), seconds });
      await flush();
    },
  };
}
