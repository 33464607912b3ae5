/** `fovea class-accuracy`: whether a conditional autoencoder draws what it is told to, as a classifier reads it. */

import { classAccuracy } from '../latent/class-accuracy.js';
import { openLatentRun } from '../latent/index.js';
import { drawConfusionMatrix } from './draw/index.js';
import { openRun } from './open-network.js';
import { createBar } from './progress-bar.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { UsageError } from './usage.js';

export interface ClassAccuracyCommandOptions {
  /** The folder of a classifier's run. */
  readonly classifier: string;
  /** Pictures of each class. */
  readonly count: number;
  readonly seed: number;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function classAccuracyCommand(
  folder: string,
  options: ClassAccuracyCommandOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { classifier: classifierFolder, count: perClass, seed, threads, json } = options;
  if (threads !== undefined) useThreads(threads);
  const run = await openLatentRun(folder);
  if (run.numClasses === null) {
    throw new UsageError(`${folder} is told of no classes; train a network with --conditional`);
  }
  const { model: classifier, classes, pictures } = await openRun(classifierFolder);
  if (classes.join() !== run.config.data.classes.join()) {
    throw new UsageError(
      `${classifierFolder} tells other classes apart (${classes.join(', ')}) than ${folder} draws ` +
        `(${run.config.data.classes.join(', ')}); train it on the same data`,
    );
  }
  const { preprocessing } = pictures;
  const bar = stderr.isTerminal ? createBar(stderr) : null;
  const { accuracy, correct, count, confusion } = await classAccuracy(run, {
    ...{ classifier, statistics: preprocessing, inputShape: preprocessing.inputShape },
    ...{ perClass, seed },
    onBatch: ({ done, count: all }) => bar?.show('reading', done, all, `${all} pictures`),
  });
  bar?.stop();
  if (json) {
    const rows = classes.map((_, row) => [
      ...confusion.subarray(row * classes.length, (row + 1) * classes.length),
    ]);
    const told = { network: folder, classifier: classifierFolder, perClass, seed };
    print(stdout, JSON.stringify({ ...told, accuracy, correct, count, confusion: rows }));
    return 0;
  }
  print(stdout, drawConfusionMatrix(confusion, [...classes], { color: stdout.color }));
  print(
    stdout,
    `\n${(100 * accuracy).toFixed(2)} % of ${count.toLocaleString('en')} drawn pictures are read as ` +
      'what they were meant to be',
  );
  return 0;
}
