/** What a sweep is and how far it is: `sweep.json` in its folder, from which it goes on. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError, writeFileAtomically } from '../../formats/index.js';
import type { Mode } from './hopeless.js';
import type { Settings } from './space.js';

export type TrialState = 'waiting' | 'running' | 'finished' | 'stopped' | 'failed';

export interface Trial {
  /** Of its folder in that of the sweep. */
  readonly name: string;
  readonly settings: Settings;
  readonly state: TrialState;
  /** The metric behind each epoch; null where it was not told. */
  readonly course: readonly (number | null)[];
  readonly seconds: number;
  /** Why it failed. */
  readonly problem?: string;
  /** The process that trains it. */
  readonly process?: number;
}

export interface Sweep {
  readonly model: string;
  /** Options of train that all trials have. */
  readonly fixed: Settings;
  readonly metric: string;
  readonly mode: Mode;
  /** Whether hopeless trials are stopped. */
  readonly stops: boolean;
  readonly trials: readonly Trial[];
}

const FILE = 'sweep.json';
const FORMAT = 'fovea-sweep';
const VERSION = 1;
const states: readonly string[] = ['waiting', 'running', 'finished', 'stopped', 'failed'];

/** Throws WriteError when the disk is full or the folder cannot be written. */
export async function writeSweep(folder: string, sweep: Sweep): Promise<void> {
  const text = JSON.stringify({ format: FORMAT, version: VERSION, ...sweep }, null, 2);
  await writeFileAtomically(join(folder, FILE), `${text}\n`);
}

/** The sweep in `folder`. Throws FormatError when there is none, or it cannot be understood. */
export async function readSweep(folder: string): Promise<Sweep> {
  const path = join(folder, FILE);
  const expected = `a ${FILE} as fovea sweep writes it`;
  const refuse = (happened: string): FormatError =>
    new FormatError(path, {
      happened,
      expected,
      mend: 'name the folder of a sweep, or begin a new one',
    });
  const text = await readFile(path, 'utf8').catch(() => {
    throw refuse('it cannot be read');
  });
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw refuse('it is no JSON');
  }
  if (!isRecord(found) || found.format !== FORMAT) throw refuse('it describes no sweep');
  if (found.version !== VERSION) throw refuse(`its format has version ${found.version}`);
  const broken = brokenPart(found);
  if (broken) throw refuse(`its "${broken}" is not understood`);
  const { model, fixed, metric, mode, stops, trials } = found as unknown as Sweep;
  return { model, fixed, metric, mode, stops, trials };
}

function brokenPart(sweep: Readonly<Record<string, unknown>>): string | undefined {
  const { model, fixed, metric, mode, stops, trials } = sweep;
  const checks: Readonly<Record<string, boolean>> = {
    model: typeof model === 'string',
    fixed: isSettings(fixed),
    metric: typeof metric === 'string',
    mode: mode === 'min' || mode === 'max',
    stops: typeof stops === 'boolean',
    trials: Array.isArray(trials) && trials.length > 0 && trials.every(isTrial),
  };
  return Object.keys(checks).find((part) => !checks[part]);
}

function isTrial(trial: unknown): trial is Trial {
  if (!isRecord(trial)) return false;
  const { name, settings, state, course, seconds } = trial;
  return (
    // A name with a path in it would lead out of the folder.
    /^trial-\d+$/.test(String(name)) &&
    isSettings(settings) &&
    states.includes(String(state)) &&
    Array.isArray(course) &&
    course.every((value) => value === null || Number.isFinite(value)) &&
    Number.isFinite(seconds)
  );
}

const isSettings = (value: unknown): value is Settings =>
  isRecord(value) && Object.values(value).every((each) => typeof each === 'string');

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
