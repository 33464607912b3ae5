/** Finds the name that was probably meant, for "did you mean" in error messages. */

/**
 * The nearest of `names` by edit distance, or undefined when none is near enough to suggest.
 *
 *     nearestName('minst', ['mnist', 'digits']) // 'mnist'
 */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of names) {
    const other = candidate.toLowerCase();
    // A beginning of three letters or more is as good as one typing slip: `fashion`, `fashion-mnist`.
    const begins = wanted.length >= 3 && other.startsWith(wanted);
    const distance = begins ? 1 : editDistance(wanted, other);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, best?.length ?? 0) / 3));
  return bestDistance <= allowed ? best : undefined;
}

/** Letters to insert, remove, replace or swap with their neighbour (Damerau and Levenshtein). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforeLast[j - 2] + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}
