/** Runs the trials of a sweep one after the other, and stops those that are hopeless. */

import { type Course, isHopeless } from './hopeless.js';
import { type Sweep, type Trial, writeSweep } from './sweep-file.js';

/** How a trial ended. */
export interface TrialEnd {
  readonly state: 'finished' | 'stopped' | 'failed' | 'interrupted';
  readonly course: Course;
  readonly problem?: string;
}

export interface TrialSurroundings {
  /** Hears of the metric behind all epochs so far; false when the trial is to be stopped. */
  readonly onCourse: (course: Course) => boolean;
  /** Hears of the process that trains. */
  readonly onProcess: (process: number) => Promise<void>;
  /** Aborted when the sweep is to be interrupted. */
  readonly signal: AbortSignal;
}

/** Trains a trial, or goes on with it. */
export type RunTrial = (trial: Trial, surroundings: TrialSurroundings) => Promise<TrialEnd>;

export interface RunSweepOptions {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly runTrial: RunTrial;
  readonly onBegin?: (trial: Trial, number: number) => void;
  readonly onCourse?: (trial: Trial, course: Course) => void;
  readonly onEnd?: (trial: Trial, number: number) => void;
}

const isOver = ({ state }: Trial): boolean => state === 'finished' || state === 'stopped';

/** Runs what is left of a sweep; `sweep.json` tells all the time how far it is. */
export async function runSweep(
  sweep: Sweep,
  { folder, signal, runTrial, onBegin, onCourse, onEnd }: RunSweepOptions,
): Promise<Sweep> {
  const trials = [...sweep.trials];
  const put = async (at: number, trial: Trial): Promise<void> => {
    trials[at] = trial;
    await writeSweep(folder, { ...sweep, trials });
  };
  for (let at = 0; at < trials.length && !signal.aborted; at++) {
    if (isOver(trials[at])) continue;
    const { problem: _, ...before } = trials[at];
    await put(at, { ...before, state: 'running' });
    onBegin?.(trials[at], at + 1);
    const begin = performance.now();
    /** What was told up to the epoch that it was stopped behind. */
    let judged: Course | null = null;
    const end = await runTrial(trials[at], {
      signal,
      onProcess: (process) => put(at, { ...trials[at], process }),
      onCourse: (course) => {
        if (judged) return false;
        onCourse?.(trials[at], course);
        if (sweep.stops) judged = hopelessPart(course, { trials, at, mode: sweep.mode });
        return judged === null;
      },
    });
    const seconds = before.seconds + (performance.now() - begin) / 1000;
    const { process: __, ...trial } = trials[at];
    if (end.state === 'interrupted') {
      await put(at, { ...trial, state: 'waiting', course: end.course, seconds });
      break;
    }
    // Epochs that were trained before the signal came are not counted: the next sweep might not see them.
    const course = end.state === 'stopped' ? (judged ?? end.course) : end.course;
    const { state, problem } = end;
    await put(at, { ...trial, state, course, seconds, ...(problem !== undefined && { problem }) });
    onEnd?.(trials[at], at + 1);
  }
  return { ...sweep, trials };
}

/** The shortest beginning of a trial's course behind which it was hopeless; null when there is none. */
function hopelessPart(
  course: Course,
  { trials, at, mode }: { trials: readonly Trial[]; at: number; mode: Sweep['mode'] },
): Course | null {
  const others = trials.filter((trial, i) => i !== at && trial.course.length > 0);
  const courses = others.map((trial) => trial.course);
  for (let epochs = 1; epochs <= course.length; epochs++) {
    const part = course.slice(0, epochs);
    if (isHopeless(part, courses, mode)) return part;
  }
  return null;
}
