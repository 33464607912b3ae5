/** The classes that a network finds likeliest, with their names. */

export interface RankedClass {
  readonly index: number;
  /** Its name, or `class 285` where there is none. */
  readonly label: string;
  /** 0 to 1. */
  readonly probability: number;
}

export interface LikeliestOptions {
  readonly labels: readonly string[] | null;
  readonly count: number;
}

/** The `count` likeliest classes, the likeliest first. */
export function likeliest(
  probabilities: ArrayLike<number>,
  { labels, count }: LikeliestOptions,
): RankedClass[] {
  return Array.from(probabilities, (probability, index) => ({
    index,
    label: labels?.[index] ?? `class ${index}`,
    probability,
  }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, count);
}
