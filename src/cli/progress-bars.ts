/** The progress of a training in a terminal: a line for each epoch that is over, below them a bar for all and one for the epoch. */

import cliProgress, { type MultiBar, type SingleBar } from 'cli-progress';
import { fit, pad, paint } from './draw/paint.js';
import type { Progress } from './progress.js';
import { createBar } from './progress-bar.js';
import { paceKeeper } from './progress-pace.js';
import {
  formatDuration,
  measuresOf,
  memoryHeld,
  speedOf,
  testMeasuresOf,
  timeLeft,
} from './progress-text.js';
import type { Output } from './terminal.js';

/** Between the parts of a line. */
const gap = '  ';
const leastBar = 8;
const mostBar = 24;

interface Bars {
  readonly all: MultiBar;
  readonly epochs: SingleBar;
  readonly steps: SingleBar;
}

/** Bars on `output`, which is a terminal. */
export function showBars(output: Output): Progress {
  const paceOf = paceKeeper();
  const single = createBar(output);
  let bars: Bars | null = null;
  /** What is planned, known from the first step on. */
  let plan = { steps: 1, epochs: 1 };
  let tested: readonly string[] = [];
  const stop = () => {
    single.stop();
    // What was to be written above the bars is written now.
    bars?.all.update();
    bars?.all.stop();
    bars = null;
  };
  const begin = (): Bars => {
    single.stop();
    const all = new cliProgress.MultiBar({
      ...{ stream: output.stream, hideCursor: true, clearOnComplete: true, forceRedraw: true },
      // Signals are the command's own affair.
      gracefulExit: false,
      barsize: Math.max(leastBar, Math.min(mostBar, Math.floor(output.columns / 5))),
      format: ({ barsize }, { progress }, { title, text, color }) => {
        const full = Math.round(Math.min(1, progress) * barsize);
        const bar =
          paint('━'.repeat(full), color as 'cyan' | 'green', output.color) +
          paint((output.color ? '━' : '╌').repeat(barsize - full), 'dim', output.color);
        const room = output.columns - 1 - title.length - barsize - 2 * gap.length;
        return `${paint(title, 'bold', output.color)}${gap}${bar}${gap}${fit(text, room)}`;
      },
    });
    const payload = { title: '', text: '' };
    return {
      all,
      epochs: all.create(plan.steps, 0, { ...payload, color: 'green' }),
      steps: all.create(1, 0, { ...payload, color: 'cyan' }),
    };
  };
  const titles = (texts: readonly string[]): string[] => {
    const width = Math.max(...texts.map((text) => text.length));
    return texts.map((text) => pad(text, width));
  };
  return {
    download({ file, received, total }) {
      if (total) single.show(`downloading ${file}`, received, total, `${megabytes(total)} MB`);
    },
    step(report) {
      const pace = paceOf(report);
      const { step, steps, epoch, epochs, batch, stepsOfEpoch, means } = report;
      plan = { steps, epochs };
      bars ??= begin();
      const digits = `${stepsOfEpoch}`.length;
      const [first, second] = titles([
        `epoch ${epoch + 1}/${epochs}`,
        `step ${String(batch + 1).padStart(digits)}/${stepsOfEpoch}`,
      ]);
      bars.epochs.setTotal(steps);
      bars.epochs.update(step + 1, {
        title: first,
        text: [...timeLeft(pace), memoryHeld(), ...tested].join(gap),
      });
      bars.steps.setTotal(stepsOfEpoch);
      bars.steps.update(batch + 1, {
        title: second,
        text: [...measuresOf(means), ...speedOf(pace)].join(gap),
      });
    },
    epoch({ epoch, steps, metrics, evaluation, seconds }) {
      const measured = testMeasuresOf(evaluation);
      if (evaluation) tested = measured;
      const number = `${epoch + 1}`.padStart(`${plan.epochs}`.length);
      const name = `epoch ${number}/${plan.epochs}`;
      const time = formatDuration(seconds);
      const parts = [...measuresOf(metrics), ...measured, time];
      const room = output.columns - 1 - name.length - gap.length;
      const line = `${paint(name, 'bold', output.color)}${gap}${fit(parts.join(gap), room)}`;
      bars?.all.log(`${line}\n`);
      if (steps === plan.steps) stop();
    },
    examine({ done, count }) {
      if (!bars) {
        single.show('examining', done, count, `${done.toLocaleString('en')} pictures`);
        if (done === count) single.stop();
        return;
      }
      const [title] = titles(['examining', `step ${plan.steps}/${plan.steps}`]);
      bars.steps.setTotal(count);
      bars.steps.update(done, { title, text: `${done.toLocaleString('en')} pictures` });
    },
    stop,
  };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
