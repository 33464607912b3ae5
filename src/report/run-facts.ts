/** Figures of how a run went and what it took, from whatever its log and its configuration tell. */

import { formatCount } from '../text/table.js';
import { curvesOf } from './curves.js';
import { formatMetric, inWords, measureOf } from './measure.js';
import { bestOf, type RecordedRun, secondsOf } from './read-run.js';

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** More about it, in small letters. */
  readonly note?: string;
}

/** What somebody wants to know first. */
export function keyFacts(run: RecordedRun): Fact[] {
  const { evaluation, config } = run;
  const best = bestOf(run);
  const seconds = secondsOf(run);
  const speed = samplesPerSecond(run);
  const epochs = run.entries.filter(({ kind }) => kind === 'epoch').length;
  const steps = stepsOf(run);
  return [
    { name: 'state', value: run.state, note: stateNote(run) },
    ...(best
      ? [
          {
            name: `best ${measureOf(best.metric).title}`,
            value: formatMetric(best.metric, best.value),
            note: `at step ${formatCount(best.step)}`,
          },
        ]
      : []),
    ...(evaluation
      ? [
          {
            name: 'named rightly at the end',
            value: `${formatCount(evaluation.correct)} of ${formatCount(evaluation.count)}`,
            note: `${formatMetric('accuracy', evaluation.accuracy)} of the test pictures`,
          },
        ]
      : []),
    {
      name: 'epochs',
      value:
        typeof config.training.epochs === 'number'
          ? `${epochs} of ${config.training.epochs}`
          : String(epochs),
      note: `${formatCount(steps)} steps`,
    },
    ...(seconds === null ? [] : [{ name: 'time', value: formatDuration(seconds) }]),
    ...(speed === null
      ? []
      : [{ name: 'pictures per second', value: formatCount(Math.round(speed)) }]),
  ];
}

/** What it ran on and what it took of that. */
export function systemFacts(run: RecordedRun): Fact[] {
  const seconds = secondsOf(run);
  const speed = samplesPerSecond(run);
  const memory = mostMemory(run);
  const steps = stepsOf(run);
  return [
    ...(seconds === null ? [] : [{ name: 'training time', value: formatDuration(seconds) }]),
    ...(speed === null
      ? []
      : [{ name: 'pictures per second', value: formatCount(Math.round(speed)) }]),
    ...(seconds === null || steps === 0
      ? []
      : [{ name: 'time for a step', value: `${((1000 * seconds) / steps).toPrecision(3)} ms` }]),
    ...(memory === null
      ? []
      : [{ name: 'memory at most', value: `${formatCount(Math.round(memory / 1e6))} MB` }]),
    ...systemOf(run).map(([name, value]) => ({ name: inWords(name), value })),
  ];
}

/** Where a configuration may tell of the computer. */
const systemKeys = ['threads', 'node', 'nodeVersion', 'processor', 'platform', 'cores', 'engine'];

function systemOf({ config: { training } }: RecordedRun): [string, string][] {
  const { system } = training;
  const inside = typeof system === 'object' && system !== null ? Object.entries(system) : [];
  const beside = Object.entries(training).filter(([name]) => systemKeys.includes(name));
  return [...beside, ...inside].flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
  );
}

/** What a training writes among its settings once it has ended, beside what it measured. */
const outcomes: ReadonlySet<string> = new Set([
  ...['epochsFinished', 'steps', 'seconds', 'interrupted', 'ended', 'brokeDownAtStep'],
  ...['trainLoss', 'testAccuracy', 'system', ...systemKeys],
]);

/** What has to be known to train the same again, by the names of options. */
export function settingsOf({ config, entries }: RecordedRun): Readonly<Record<string, unknown>> {
  const measured = curvesOf(entries);
  return Object.fromEntries(
    Object.entries(config.training).filter(
      ([name, value]) =>
        !outcomes.has(name) &&
        (!measured.has(name) || measureOf(name).kind === 'setting') &&
        value !== null &&
        value !== undefined,
    ),
  );
}

function stateNote({ state, config }: RecordedRun): string {
  const notes: Readonly<Record<RecordedRun['state'], string>> = {
    finished: config.training.ended === 'early' ? 'it had stopped getting better' : '',
    stopped: 'before its end',
    running: 'it was going on when this page was written',
    'broke down': `its numbers were none at step ${config.training.brokeDownAtStep}`,
  };
  return notes[state];
}

export const stepsOf = ({ entries }: RecordedRun): number =>
  entries.reduce((most, { step }) => Math.max(most, step + 1), 0);

/** The mean over the run: told by the log, or of its steps, its batches and its time. */
function samplesPerSecond(run: RecordedRun): number | null {
  const curves = curvesOf(run.entries).get('samplesPerSecond');
  const curve = curves?.find(({ from }) => from === 'epochs') ?? curves?.[0];
  if (curve) {
    // Harmonic, as times add up.
    const sum = curve.points.reduce((total, [, speed]) => total + 1 / speed, 0);
    return sum > 0 && Number.isFinite(sum) ? curve.points.length / sum : null;
  }
  const { batch } = run.config.training;
  const seconds = secondsOf(run);
  return typeof batch === 'number' && seconds ? (stepsOf(run) * batch) / seconds : null;
}

function mostMemory({ entries }: RecordedRun): number | null {
  const values = [...curvesOf(entries)]
    .filter(([name]) => measureOf(name).unit === ' MB')
    .flatMap(([, curves]) => curves.flatMap(({ points }) => points.map(([, value]) => value)));
  return values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value), 0);
}

/** `3.1 s`, `12 min 5 s`, `2 h 3 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
