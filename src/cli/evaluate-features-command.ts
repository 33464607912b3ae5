/** `fovea evaluate-features`: what the codes of an autoencoder tell, beside pixels and principal components. */

import { ready } from '../backends/default-backend.js';
import { evaluateFeatures, type FeatureScores } from '../latent/features/index.js';
import { type LatentPictures, openLatentRun } from '../latent/index.js';
import { formatCount, formatTable } from '../text/table.js';
import { dataPart, requireClassesFor } from './data-part.js';
import { stageProgress } from './stage-progress.js';
import { listenForStop } from './stop-signals.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { UsageError } from './usage.js';

export interface EvaluateFeaturesCommandOptions {
  readonly data?: string;
  readonly trainSize?: number;
  readonly testSize?: number;
  readonly neighbours: number;
  readonly seed: number;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function evaluateFeaturesCommand(
  folder: string,
  options: EvaluateFeaturesCommandOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { neighbours, seed, json } = options;
  if (options.threads !== undefined) useThreads(options.threads);
  const run = await openLatentRun(folder);
  const progress = stageProgress(stderr);
  const stop = listenForStop(progress.stop);
  const { signal } = stop;
  try {
    const name = options.data ?? run.config.data.name;
    const part = async (split: 'train' | 'test', count: number | undefined) => {
      progress.show('reading pictures', 0, 1);
      const { data } = options;
      const pictures = await dataPart(run, { data, split, count, signal });
      requireClassesFor(run, pictures);
      return labelled(pictures, name);
    };
    const train = await part('train', options.trainSize);
    const test = await part('test', options.testSize);
    const classes = requireSameClasses(train, test, name);
    await ready();
    const features = await evaluateFeatures(run, {
      ...{ train, test, classes, neighbours, seed, signal },
      onProgress: ({ what, done, count }) => progress.show(what, done, count),
    });
    progress.stop();
    const counts = { train: train.labels.length, test: test.labels.length };
    if (json) {
      print(stdout, JSON.stringify({ run: folder, data: name, ...counts, neighbours, features }));
      return 0;
    }
    const learned = `${formatCount(counts.train)} pictures of ${name}`;
    print(stdout, `learned from ${learned}, examined on ${formatCount(counts.test)}\n`);
    for (const line of formatTable(headerOf(neighbours), features.map(rowOf))) print(stdout, line);
    const [code, , pca] = features;
    const share = code.mse! / pca.mse!;
    print(stdout, `\nthe code's error is ${share.toFixed(3)} times that of as many components`);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    print(stderr, 'stopped; nothing was found out');
    return stop.exitCode();
  } finally {
    progress.stop();
    stop.release();
  }
}

type Labelled = LatentPictures & { readonly labels: Int32Array };

function labelled(pictures: LatentPictures, name: string): Labelled {
  const { labels, classes } = pictures;
  if (labels && classes.length > 1) return { ...pictures, labels };
  throw new UsageError(
    `${name} has no classes, by which features are judged; give pictures in a subfolder for each class`,
  );
}

/** How many there are. */
function requireSameClasses(train: Labelled, test: Labelled, name: string): number {
  if (train.classes.join('/') === test.classes.join('/')) return train.classes.length;
  throw new UsageError(
    `${name}: there are the classes ${train.classes.join(', ')} to learn from, but ` +
      `${test.classes.join(', ')} to be examined on; expected the same`,
  );
}

const headerOf = (neighbours: number): string[] => [
  'features',
  'numbers',
  `${neighbours} nearest`,
  'logistic regression',
  'k-means purity',
  'NMI',
  'MSE',
];

const rowOf = (scores: FeatureScores): string[] => [
  scores.features === 'pca' ? 'PCA' : scores.features,
  formatCount(scores.size),
  percent(scores.nearest),
  percent(scores.logistic),
  percent(scores.purity),
  scores.mutualInformation.toFixed(3),
  scores.mse === null ? '–' : scores.mse.toFixed(5),
];

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
