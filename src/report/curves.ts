/** The curves that a log holds, and where its epochs ended. */

import type { LogEntry } from '../train/index.js';
import type { Measure } from './measure.js';

/** Numbers that a log tells of where an entry belongs. */
const places = new Set(['step', 'epoch', 'seconds']);

export interface Curve {
  /** [step, value], in order. */
  readonly points: readonly (readonly [number, number])[];
  readonly from: 'steps' | 'epochs' | 'evaluation';
}

/** The curves of a run by the name of what they show; numbers in objects have these objects' names before theirs. */
export function curvesOf(entries: readonly LogEntry[]): Map<string, Curve[]> {
  const curves = new Map<string, Map<Curve['from'], [number, number][]>>();
  for (const { kind, evaluation, ...values } of entries) {
    const sources: [Curve['from'], unknown][] = [
      [kind === 'step' ? 'steps' : 'epochs', values],
      ['evaluation', evaluation],
    ];
    for (const [from, source] of sources) {
      for (const [name, value] of numbersIn(source)) {
        if (places.has(name)) continue;
        const ofName = curves.get(name) ?? new Map<Curve['from'], [number, number][]>();
        curves.set(name, ofName);
        const points = ofName.get(from) ?? [];
        ofName.set(from, points);
        points.push([values.step + 1, value]);
      }
    }
  }
  return new Map(
    [...curves].map(([name, ofName]) => [
      name,
      [...ofName].map(([from, points]) => ({ from, points })),
    ]),
  );
}

/** The numbers of an object and of the objects in it. */
function* numbersIn(source: unknown, before = ''): Generator<[name: string, value: number]> {
  if (typeof source !== 'object' || source === null) return;
  for (const [name, value] of Object.entries(source)) {
    if (typeof value === 'number') yield [before + name, value];
    else if (before === '') yield* numbersIn(value, `${name}.`);
  }
}

/** Where the epochs of a run ended. */
export const epochsOf = (entries: readonly LogEntry[]): EpochMark[] =>
  entries.flatMap(({ kind, step, epoch }) =>
    kind === 'epoch' ? [{ step: step + 1, epoch: epoch + 1 }] : [],
  );

/** Where an epoch ended. */
export interface EpochMark {
  readonly step: number;
  /** Counted from 1. */
  readonly epoch: number;
}

/** The first of the best values. */
export const bestPoint = (
  points: Curve['points'],
  better: NonNullable<Measure['better']>,
): readonly [number, number] =>
  points.reduce((best, point) =>
    (better === 'more' ? point[1] > best[1] : point[1] < best[1]) ? point : best,
  );
