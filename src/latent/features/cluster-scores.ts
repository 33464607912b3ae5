/** How well a division into clusters agrees with classes: purity and normalised mutual information. */

import { ValueError } from '../../graph/errors.js';

/** How often each pair of cluster and class occurs. */
interface Contingency {
  readonly pairs: ReadonlyMap<string, number>;
  readonly clusters: ReadonlyMap<number, number>;
  readonly classes: ReadonlyMap<number, number>;
  readonly count: number;
}

/**
 * The share of rows whose class is the commonest of their cluster, 0 to 1.
 *
 * More clusters make it larger by themselves: compare divisions into equally many. Throws ValueError when the
 * lists differ in length or are empty.
 *
 *     purity([0, 0, 1, 1], [5, 5, 5, 7]); // 0.75
 */
export function purity(clusters: ArrayLike<number>, classes: ArrayLike<number>): number {
  const { pairs, count } = contingency('purity', clusters, classes);
  const largest = new Map<string, number>();
  for (const [pair, often] of pairs) {
    const [cluster] = pair.split(',');
    largest.set(cluster, Math.max(largest.get(cluster) ?? 0, often));
  }
  return [...largest.values()].reduce((sum, often) => sum + often, 0) / count;
}

/**
 * The mutual information of clusters and classes over the mean of their entropies: 0 when one says nothing of
 * the other, 1 when they divide alike (Vinh, Epps and Bailey 2010; scikit-learn's default).
 *
 * Throws ValueError when the lists differ in length or are empty.
 *
 *     normalizedMutualInformation([0, 0, 1, 1], [1, 1, 0, 0]); // 1
 */
export function normalizedMutualInformation(
  clusters: ArrayLike<number>,
  classes: ArrayLike<number>,
): number {
  const found = contingency('normalizedMutualInformation', clusters, classes);
  const { pairs, count } = found;
  const entropies = entropy(found.clusters, count) + entropy(found.classes, count);
  // All in one cluster and of one class: divided alike.
  if (entropies === 0) return 1;
  let information = 0;
  for (const [pair, often] of pairs) {
    const [cluster, label] = pair.split(',').map(Number);
    const independent = (found.clusters.get(cluster)! * found.classes.get(label)!) / count;
    information += (often / count) * Math.log(often / independent);
  }
  return Math.max(0, (2 * information) / entropies);
}

function entropy(counts: ReadonlyMap<number, number>, count: number): number {
  let sum = 0;
  for (const often of counts.values()) sum -= (often / count) * Math.log(often / count);
  return sum;
}

function contingency(
  operation: string,
  clusters: ArrayLike<number>,
  classes: ArrayLike<number>,
): Contingency {
  const count = clusters.length;
  if (count === 0 || count !== classes.length) {
    throw new ValueError(
      `${operation}: ${count} clusters and ${classes.length} classes; give one of each for every row`,
    );
  }
  const table = {
    pairs: new Map<string, number>(),
    clusters: new Map<number, number>(),
    classes: new Map<number, number>(),
  };
  for (let i = 0; i < count; i++) {
    increase(table.pairs, `${clusters[i]},${classes[i]}`);
    increase(table.clusters, clusters[i]);
    increase(table.classes, classes[i]);
  }
  return { ...table, count };
}

function increase<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
