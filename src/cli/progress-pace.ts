/** How fast a training goes now, and how long it will take: without its first step, which compiles its program. */

import type { StepReport } from '../train/index.js';

export interface Pace {
  /** Of the last seconds; null until there is enough to tell. */
  readonly samplesPerSecond: number | null;
  /** Until the end, with examinations as often as so far. */
  readonly secondsLeft: number | null;
}

type Moment = Pick<StepReport, 'step' | 'samples' | 'seconds'>;

/** Seconds that the speed is taken over. */
const window = 3;

/** Hears of every step, and tells the pace behind it. */
export function paceKeeper(): (report: StepReport) => Pace {
  let first: Moment | null = null;
  const recent: Moment[] = [];
  return ({ step, steps, samples, seconds }) => {
    const now = { step, samples, seconds };
    recent.push(now);
    while (recent.length > 2 && seconds - recent[1].seconds > window) recent.shift();
    const [since] = recent;
    const begun = first;
    first ??= now;
    if (!begun || seconds <= since.seconds) return { samplesPerSecond: null, secondsLeft: null };
    const secondsPerStep = (seconds - begun.seconds) / (step - begun.step);
    return {
      samplesPerSecond: (samples - since.samples) / (seconds - since.seconds),
      secondsLeft: secondsPerStep * (steps - step - 1),
    };
  };
}
