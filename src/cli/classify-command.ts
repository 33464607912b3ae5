/** `fovea classify`: names pictures with a network whose weights come from anywhere. */

import { compile } from '../compiler/index.js';
import type { Tensor } from '../graph/tensor.js';
import { softmax } from '../ops/index.js';
import { drawBars } from './draw/index.js';
import { withStatistics } from './given-statistics.js';
import { likeliest, type RankedClass } from './likeliest-classes.js';
import { type NetworkPicture, readNetworkPicture } from './network-picture.js';
import { openPictureNetwork, type PictureNetwork } from './open-network.js';
import { readLabels } from './read-labels.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';

export interface ClassifyOptions {
  readonly model: string;
  readonly weights?: string;
  readonly labels?: string;
  readonly top: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly threads?: number;
  readonly json?: boolean;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function classifyCommand(
  paths: readonly string[],
  options: ClassifyOptions,
  { stdout }: Terminal,
): Promise<number> {
  if (options.threads !== undefined) useThreads(options.threads);
  const network = withStatistics(await openPictureNetwork(options.model, options), options);
  const pictures: NetworkPicture[] = [];
  for (const path of paths) pictures.push(await readNetworkPicture(path, network.pictures));
  const answers = pictures.map(answerer(network));
  const labels = await labelsOf(network, options.labels, answers[0].length);
  const predictions = pictures.map(({ file, notes }, i) => {
    const top = likeliest(answers[i], { labels, count: options.top });
    return { file, label: top[0].label, probability: top[0].probability, top, notes };
  });
  if (options.json) {
    print(stdout, JSON.stringify({ network: network.title, predictions }));
    return 0;
  }
  print(stdout, predictions.map((one) => describe(one, stdout.color)).join('\n\n'));
  return 0;
}

/** The names of the classes: those of the file, the network's own, or null. */
export async function labelsOf(
  { pictures }: PictureNetwork,
  path: string | undefined,
  count: number,
): Promise<readonly string[] | null> {
  return path === undefined ? pictures.classes : readLabels(path, count);
}

/** Gives the probability of each class for one picture after the other, with one program. */
function answerer({ model }: PictureNetwork): (picture: NetworkPicture) => ArrayLike<number> {
  const run = compile((input: Tensor) => softmax(model.call(input), 1));
  return ({ input }) => run(input).data();
}

interface Prediction {
  readonly label: string;
  readonly probability: number;
  readonly file: string;
  readonly top: readonly RankedClass[];
  readonly notes: readonly string[];
}

function describe({ file, label, probability, top, notes }: Prediction, color: boolean): string {
  const lines = [`${file}: ${label}  ${(100 * probability).toFixed(1)} %`];
  if (notes.length > 0) lines.push(`(${notes.join('; ')})`);
  const bars = top.map((one) => ({ label: one.label, value: one.probability }));
  lines.push(drawBars(bars, { color }));
  return lines.join('\n');
}
