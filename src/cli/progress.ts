/** The progress of a training run: a bar in a terminal, plain lines elsewhere. */

import type { DownloadProgress } from '../data/index.js';
import type { EpochReport, StepReport } from '../train/index.js';
import { createBar } from './progress-bar.js';
import { print, type Terminal } from './terminal.js';

export interface Progress {
  download(progress: DownloadProgress): void;
  step(event: StepReport): void;
  epoch(summary: EpochReport): void;
  examine(progress: { done: number; count: number }): void;
  /** Ends the bar, so that other text can follow. */
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

/** Progress on standard error, as a bar when that is a terminal. */
export function showProgress({ stderr }: Terminal): Progress {
  return stderr.isTerminal ? bars(stderr) : lines(stderr);
}

function bars(output: Terminal['stderr']): Progress {
  const { show, stop } = createBar(output);
  return {
    download({ file, received, total }) {
      if (total) show(`downloading ${file}`, received, total, `${megabytes(total)} MB`);
    },
    step(event) {
      const { step, steps, epoch, epochs } = event;
      const perEpoch = steps / epochs;
      const text = `${measures(event)}  ${formatTime(event.secondsLeft)} left`;
      show(`epoch ${epoch + 1}/${epochs}`, step + 1 - epoch * perEpoch, perEpoch, text);
    },
    epoch() {
      stop();
    },
    examine({ done, count }) {
      show('examining', done, count, `${done.toLocaleString('en')} pictures`);
      if (done === count) stop();
    },
    stop,
  };
}

/** Seconds between two lines within an epoch. */
const LINE_SECONDS = 10;

function lines(output: Terminal['stderr']): Progress {
  let downloading = '';
  let nextLine = LINE_SECONDS;
  return {
    download({ file }) {
      if (file !== downloading) print(output, `downloading ${file}`);
      downloading = file;
    },
    step(event) {
      const { step, steps, epoch, epochs, seconds } = event;
      const perEpoch = steps / epochs;
      const ofEpoch = step + 1 - epoch * perEpoch;
      if (seconds < nextLine && ofEpoch < perEpoch) return;
      nextLine = seconds + LINE_SECONDS;
      const left = formatTime(event.secondsLeft);
      print(
        output,
        `epoch ${epoch + 1}/${epochs}  step ${ofEpoch}/${perEpoch}  ${measures(event)}  ${left} left`,
      );
    },
    epoch() {},
    examine() {},
    stop() {},
  };
}

function measures({ means, samplesPerSecond }: StepReport): string {
  const rate = Math.round(samplesPerSecond).toLocaleString('en');
  const told = Object.entries(means).map(
    ([name, value]) => `${name} ${formatMeasure(name, value)}`,
  );
  return [...told, `${rate} pictures/s`].join('  ');
}

/** A number that a training tells, by its name: shares of right answers in percent. */
export function formatMeasure(name: string, value: number): string {
  if (/accuracy$/i.test(name)) return `${(100 * value).toFixed(2)} %`;
  const size = Math.abs(value);
  if (size >= 1e5 || (size < 1e-3 && size > 0)) return value.toExponential(2);
  return value.toFixed(size >= 100 ? 2 : 4);
}

/** Minutes and seconds, such as 1:05. */
export function formatTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
