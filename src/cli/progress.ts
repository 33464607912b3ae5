/** The progress of a training run: bars in a terminal, plain lines now and then elsewhere. */

import type { DownloadProgress } from '../data/index.js';
import type { EpochReport, StepReport } from '../train/index.js';
import { showBars } from './progress-bars.js';
import { paceKeeper } from './progress-pace.js';
import {
  formatDuration,
  measuresOf,
  memoryHeld,
  speedOf,
  testMeasuresOf,
  timeLeft,
} from './progress-text.js';
import { print, type Terminal } from './terminal.js';

export interface Progress {
  download(progress: DownloadProgress): void;
  /** Something of pictures that may take its time. */
  examine(progress: { done: number; count: number }): void;
  step(report: StepReport): void;
  epoch(report: EpochReport): void;
  /** Ends the bars, so that other text can follow. */
  stop(): void;
}

/** Shows nothing. */
export const silent: Progress = {
  download() {},
  step() {},
  epoch() {},
  examine() {},
  stop() {},
};

/** Progress on standard error, as bars when that is a terminal. */
export function showProgress({ stderr }: Terminal): Progress {
  return stderr.isTerminal ? showBars(stderr) : showLines(stderr);
}

/** Seconds between two lines. */
const LINE_SECONDS = 5;

function showLines(output: Terminal['stderr']): Progress {
  const paceOf = paceKeeper();
  let downloading = '';
  let steps = 0;
  let epochs = 0;
  let last = Number.NEGATIVE_INFINITY;
  /** Writes the line when it is time for one, or in any case. */
  const write = (parts: () => readonly string[], isDue: boolean): void => {
    const now = performance.now() / 1000;
    if (!isDue && now - last < LINE_SECONDS) return;
    last = now;
    print(output, parts().join('  '));
  };
  return {
    download({ file }) {
      if (file !== downloading) print(output, `downloading ${file}`);
      downloading = file;
    },
    step(report) {
      const pace = paceOf(report);
      ({ steps, epochs } = report);
      const { epoch, batch, stepsOfEpoch, means } = report;
      // What ends an epoch is told with its examination.
      if (batch + 1 === stepsOfEpoch) return;
      write(
        () => [
          ...[
            `epoch ${epoch + 1}/${epochs}`,
            `step ${batch + 1}/${stepsOfEpoch}`,
            ...measuresOf(means),
          ],
          ...[...speedOf(pace), ...timeLeft(pace), memoryHeld()],
        ],
        false,
      );
    },
    epoch({ epoch, steps: taken, metrics, evaluation, seconds, samplesPerSecond }) {
      write(
        () => [
          ...[`epoch ${epoch + 1}/${epochs}`, ...measuresOf(metrics)],
          ...testMeasuresOf(evaluation),
          ...[...speedOf({ samplesPerSecond, secondsLeft: null }), memoryHeld()],
          formatDuration(seconds),
        ],
        taken === steps,
      );
    },
    examine() {},
    stop() {},
  };
}
