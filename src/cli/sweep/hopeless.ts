/** The median rule: which trials are not worth training to their end (Golovin et al. 2017, section 3.2.2). */

export type Mode = 'min' | 'max';

/** A metric behind each epoch; null where it was not told. */
export type Course = readonly (number | null)[];

/** Trials that must have come as far before one is judged by them. */
const leastOthers = 3;

/** The best value behind the first `epochs` epochs; null when there is none. */
export function bestOf(
  course: Course,
  { mode, epochs = course.length }: { mode: Mode; epochs?: number },
): number | null {
  const told = course.slice(0, epochs).filter((value) => value !== null);
  if (told.length === 0) return null;
  return mode === 'max' ? Math.max(...told) : Math.min(...told);
}

/**
 * Whether a trial is to be stopped behind its last epoch so far: its best value is worse than the median of
 * the others' best values behind as many epochs. Never behind the first epoch, and never before three others
 * have come as far.
 */
export function isHopeless(course: Course, others: readonly Course[], mode: Mode): boolean {
  const epochs = course.length;
  if (epochs < 2) return false;
  const best = bestOf(course, { mode });
  const rivals = others
    .filter((other) => other.length >= epochs)
    .flatMap((other) => bestOf(other, { mode, epochs }) ?? []);
  if (best === null || rivals.length < leastOthers) return false;
  const median = medianOf(rivals);
  return mode === 'max' ? best < median : best > median;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? (sorted[middle - 1] + sorted[middle]) / 2
    : sorted[Math.floor(middle)];
}
