/** evaluateFeatures: what can be told from the codes of pictures, beside their pixels and as many principal components. */

import { ValueError } from '../../graph/errors.js';
import { normalizedMutualInformation, purity } from './cluster-scores.js';
import { type Coder, codesOf, picturesOf } from './codes-of.js';
import { kMeans } from './k-means.js';
import { fitLogisticRegression } from './logistic-regression.js';
import { accuracyOf, nearestClasses } from './nearest-classes.js';
import { fitPca } from './pca.js';
import type { WorkOptions } from './progress.js';
import { meanSquaredError, type Rows, requireLabels, rowsOf } from './rows.js';

/** Pictures [N, C, H, W], 0..1, and the class of each. */
export interface LabelledPictures {
  readonly pictures: Float32Array;
  readonly labels: Int32Array;
}

export interface EvaluateFeaturesOptions {
  /** What classifiers and components are fitted to. */
  readonly train: LabelledPictures;
  /** What everything is measured on; clusters are made of it. */
  readonly test: LabelledPictures;
  /** How many classes there are. */
  readonly classes: number;
  /** Neighbours that vote. Default: 5. */
  readonly neighbours?: number;
  /** Of k-means and of the order in which logistic regression learns. Default: 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** Hears what is being done and how far it is. */
  readonly onProgress?: (progress: { what: string; done: number; count: number }) => void;
}

export interface FeatureScores {
  readonly features: 'code' | 'pixels' | 'pca';
  /** Numbers for each picture. */
  readonly size: number;
  /** Share of test pictures that their nearest training pictures name rightly, 0 to 1. */
  readonly nearest: number;
  /** Share that logistic regression names rightly, 0 to 1. */
  readonly logistic: number;
  /** Of as many clusters of the test pictures as there are classes, by k-means. */
  readonly purity: number;
  readonly mutualInformation: number;
  /** Mean squared error of test pictures made from the features again, by pixel; null for pixels. */
  readonly mse: number | null;
}

/**
 * Nearest neighbours, logistic regression and k-means on codes, pixels and principal components.
 *
 * Throws ValueError when lengths do not fit or pictures have no labels, and the signal's reason when aborted.
 *
 *     const [code, pixels, pca] = await evaluateFeatures(run, { train, test, classes: 10 });
 */
export async function evaluateFeatures(
  run: Coder,
  options: EvaluateFeaturesOptions,
): Promise<FeatureScores[]> {
  const { train, test, signal, onProgress } = options;
  const work = (what: string): WorkOptions => ({
    signal,
    onProgress: (progress) => onProgress?.({ what, ...progress }),
  });
  const pixels = run.shape.reduce((product, extent) => product * extent, 1);
  const [trainPixels, testPixels] = [train, test].map(({ pictures, labels }) => {
    const rows = rowsOf(pictures, pixels);
    requireLabels('evaluateFeatures', rows, labels);
    return rows;
  });
  const tooLarge = [train, test].some(({ labels }) => labels.some((l) => l >= options.classes));
  if (tooLarge) {
    throw new ValueError(
      `evaluateFeatures: there are labels of ${options.classes} or more, but ${options.classes} classes`,
    );
  }
  const compare = async (
    features: FeatureScores['features'],
    [known, asked]: readonly [Rows, Rows],
    again: Rows | null,
  ): Promise<FeatureScores> => ({
    features,
    size: known.size,
    ...(await scoresOf([known, asked], features, options, work)),
    mse: again && meanSquaredError(again.values, testPixels.values),
  });

  const codes = await codesOf(run, train.pictures, { labels: train.labels, ...work('encoding') });
  const testCodes = await codesOf(run, test.pictures, { labels: test.labels, ...work('encoding') });
  const decoded = await picturesOf(run, testCodes, { labels: test.labels, ...work('decoding') });
  const code = await compare('code', [codes, testCodes], decoded);

  const components = Math.min(run.latent, trainPixels.count, pixels);
  const pca = await fitPca(trainPixels, { components, ...work('components') });
  const reduced = await pca.encode(trainPixels, work('components'));
  const testReduced = await pca.encode(testPixels, work('components'));
  const restored = await pca.decode(testReduced, work('components'));
  const byPca = await compare('pca', [reduced, testReduced], restored);
  return [code, await compare('pixels', [trainPixels, testPixels], null), byPca];
}

async function scoresOf(
  [known, asked]: readonly [Rows, Rows],
  features: string,
  { train, test, classes, neighbours = 5, seed = 0 }: EvaluateFeaturesOptions,
  work: (what: string) => WorkOptions,
): Promise<Pick<FeatureScores, 'nearest' | 'logistic' | 'purity' | 'mutualInformation'>> {
  const learnt = { rows: known, labels: train.labels };
  const voted = await nearestClasses(asked, learnt, {
    count: Math.min(neighbours, known.count),
    ...work(`${features}: neighbours`),
  });
  const classifier = await fitLogisticRegression(learnt, {
    ...{ classes, seed },
    ...work(`${features}: regression`),
  });
  const told = await classifier.predict(asked);
  const { clusters } = await kMeans(asked, {
    ...{ clusters: Math.min(classes, asked.count), seed },
    ...work(`${features}: clusters`),
  });
  return {
    nearest: accuracyOf(voted, test.labels),
    logistic: accuracyOf(told, test.labels),
    purity: purity(clusters, test.labels),
    mutualInformation: normalizedMutualInformation(clusters, test.labels),
  };
}
