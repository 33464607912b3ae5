/** `fovea continuity`: how evenly pictures change on the way between the codes of two, one network beside the other. */

import { ready } from '../backends/default-backend.js';
import { compile } from '../compiler/index.js';
import { type Continuity, continuityOf } from '../latent/continuity.js';
import { type LatentRun, openLatentRun } from '../latent/index.js';
import { cast, max, mul, round, softmax, tensor } from '../ops/index.js';
import { formatTable } from '../text/table.js';
import { networkInput } from '../train/fit-pictures.js';
import { dataPart } from './data-part.js';
import { openRun, type Run } from './open-network.js';
import { stageProgress } from './stage-progress.js';
import { listenForStop } from './stop-signals.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';

export interface ContinuityCommandOptions {
  /** The folder of a classifier's run. */
  readonly classifier: string;
  readonly data?: string;
  readonly testSize?: number;
  readonly pairs?: number;
  readonly steps: number;
  readonly seed: number;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function continuityCommand(
  folders: readonly string[],
  options: ContinuityCommandOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { classifier: classifierFolder, data, testSize, pairs, steps, seed, json } = options;
  if (options.threads !== undefined) useThreads(options.threads);
  const runs: LatentRun[] = [];
  for (const folder of folders) runs.push(await openLatentRun(folder));
  const classifier = await openRun(classifierFolder);
  const progress = stageProgress(stderr);
  const stop = listenForStop(progress.stop);
  const { signal } = stop;
  try {
    await ready();
    const results: (Continuity & { readonly run: string })[] = [];
    for (const run of runs) {
      progress.show('reading pictures', 0, 1);
      const { pictures } = await dataPart(run, { data, split: 'test', count: testSize, signal });
      const continuity = await continuityOf(run, pictures, {
        ...{ pairs, steps, seed, signal, certainty: certaintyOf(classifier, run.shape) },
        onProgress: ({ done, count }) => progress.show(run.folder, done, count),
      });
      results.push({ run: run.folder, ...continuity });
    }
    progress.stop();
    if (json) {
      print(stdout, JSON.stringify({ classifier: classifierFolder, networks: results }));
      return 0;
    }
    print(
      stdout,
      `${results[0].pairs} pairs of test pictures, ${steps} steps between their codes\n`,
    );
    for (const line of formatTable(header, results.map(rowOf))) print(stdout, line);
    print(stdout, `\n${note}`);
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

/** Pictures that the classifier sees at once. */
const BATCH = 250;

/** The probability of the likeliest class of pictures 0..1, which the classifier sees as bytes, as it learned. */
function certaintyOf(
  { model, pictures: { preprocessing, shape: inputShape } }: Run,
  shape: LatentRun['shape'],
): (pictures: Float32Array) => Float32Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const run = compile((pictures) => {
    const bytes = cast(round(mul(pictures, 255)), 'uint8');
    const logits = model.call(networkInput(bytes, { statistics: preprocessing, inputShape }));
    return max(softmax(logits, 1), 1);
  });
  return (pictures) => {
    const count = pictures.length / size;
    const found = new Float32Array(count);
    for (let start = 0; start < count; start += BATCH) {
      const end = Math.min(start + BATCH, count);
      const batch = new Float32Array(BATCH * size);
      batch.set(pictures.subarray(start * size, end * size));
      const probabilities = run(tensor(batch, [BATCH, ...shape])).data() as Float32Array;
      found.set(probabilities.subarray(0, end - start), start);
    }
    return found;
  };
}

const header = [
  'network',
  'code distance',
  'change per unit',
  'change per way',
  'sure of middles',
  'sure of ends',
];

const rowOf = (continuity: Continuity & { readonly run: string }): string[] => [
  continuity.run,
  continuity.distance.toFixed(2),
  continuity.changePerUnit.toExponential(2),
  continuity.changePerWay.toFixed(4),
  percent(continuity.sureMidpoints),
  percent(continuity.sureEnds),
];

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const note =
  'change: mean squared change of a pixel for a step of one unit between codes, or of the whole way at once;\n' +
  'sure: decoded pictures whose likeliest class has a probability above 0.9';
