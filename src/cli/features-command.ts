/** `fovea features`: writes the codes of pictures into a file that NumPy reads. */

import { ready } from '../backends/default-backend.js';
import { writeNpy } from '../formats/index.js';
import { codesOf } from '../latent/features/index.js';
import { latentPictures, openLatentRun } from '../latent/index.js';
import { formatCount } from '../text/table.js';
import { requireClassesFor } from './data-part.js';
import { stageProgress } from './stage-progress.js';
import { listenForStop } from './stop-signals.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { UsageError } from './usage.js';

export interface FeaturesOptions {
  /** The .npy file of the codes. */
  readonly out: string;
  /** That of the labels. */
  readonly labels?: string;
  readonly split: 'train' | 'test';
  /** The first so many pictures. */
  readonly count?: number;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function featuresCommand(
  { folder, data }: { folder: string; data: string },
  { out, labels: labelsFile, split, count, threads, json }: FeaturesOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  if (threads !== undefined) useThreads(threads);
  const run = await openLatentRun(folder);
  const progress = stageProgress(stderr);
  const stop = listenForStop(progress.stop);
  const { signal } = stop;
  try {
    const pictures = await latentPictures(run, data, { split, count, signal });
    const { labels, classes, names } = pictures;
    requireClassesFor(run, pictures);
    if (labelsFile !== undefined && !labels) {
      throw new UsageError(
        `--labels ${labelsFile}: ${data} has no classes; leave it out, or give pictures in a subfolder for each class`,
      );
    }
    await ready();
    const codes = await codesOf(run, pictures.pictures, {
      ...{ labels, signal },
      onProgress: ({ done, count: all }) => progress.show('encoding', done, all),
    });
    progress.stop();
    const shape = [codes.count, codes.size];
    await writeNpy(out, { dtype: 'float32', shape, data: codes.values });
    if (labelsFile !== undefined) {
      await writeNpy(labelsFile, { dtype: 'int32', shape: [codes.count], data: labels! });
    }
    if (json) {
      const written = { out, shape, labels: labelsFile ?? null, classes };
      // Numbers in a data set say nothing that their order does not say.
      const files = names[0] === `${data} 0` ? null : names;
      print(stdout, JSON.stringify({ run: folder, data, ...written, files }));
      return 0;
    }
    const what =
      codes.count === 1 ? 'the code of one picture' : `${formatCount(codes.count)} codes`;
    print(stdout, `${out}: ${what}, float32 [${shape.join(', ')}]`);
    if (labelsFile !== undefined) {
      print(stdout, `${labelsFile}: their classes, int32 [${codes.count}]: ${classes.join(', ')}`);
    }
    return 0;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    print(stderr, 'stopped; nothing was written');
    return stop.exitCode();
  } finally {
    progress.stop();
    stop.release();
  }
}
