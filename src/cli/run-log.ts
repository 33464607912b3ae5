/** What a training writes down as it goes, for pages and TensorBoard: every epoch, and as many steps as a curve can show. */

import { type EpochReport, type LogEntry, MetricsLog, type StepReport } from '../train/index.js';
import type { RunBoard } from './run-board.js';

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

export interface RunLogOptions {
  /** Hears of all entries. */
  readonly board?: RunBoard | null;
  /** Bytes that the process holds of the computer's memory. */
  readonly memory?: () => number;
}

/** The log at `path`. */
export function runLog(
  path: string,
  { board, memory = process.memoryUsage.rss }: RunLogOptions = {},
): RunLog {
  const log = new MetricsLog(path);
  let waiting: LogEntry[] = [];
  /** Pictures and seconds at the last line of a step. */
  let last: { readonly samples: number; readonly seconds: number } | null = null;
  const put = (entry: LogEntry): void => {
    waiting.push(entry);
    board?.entry(entry);
  };
  const flush = async (): Promise<void> => {
    const entries = waiting;
    waiting = [];
    await log.append(entries);
    await board?.flush();
  };
  return {
    flush,
    begin: async (step) => {
      await log.begin({ step });
      await board?.begin(step);
    },
    step: async ({ step, steps, epoch, metrics, samples, seconds, ...report }, settings) => {
      if (step % Math.ceil(steps / mostStepLines) !== 0) return;
      // Since the line before, so that a curve shows when it became slower.
      const samplesPerSecond = last
        ? (samples - last.samples) / (seconds - last.seconds)
        : report.samplesPerSecond;
      last = { samples, seconds };
      const speed = { samplesPerSecond: Number(samplesPerSecond.toFixed(1)), memory: memory() };
      put({ kind: 'step', step, epoch, ...metrics, ...settings, ...speed });
      if (waiting.length >= mostWaiting) await flush();
    },
    epoch: async ({ epoch, steps, metrics, evaluation, seconds, samplesPerSecond }) => {
      // Named after its last step, behind which a run that goes on finds it.
      const entry = { kind: 'epoch', step: steps - 1, epoch, ...metrics } as const;
      const speed = {
        ...(samplesPerSecond !== null && { samplesPerSecond: Number(samplesPerSecond.toFixed(1)) }),
        memory: memory(),
      };
      put({ ...entry, ...(evaluation && { evaluation }), seconds, ...speed });
      await flush();
      // An examination lies in between.
      last = null;
    },
  };
}
