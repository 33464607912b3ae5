/** `fovea predict`: names the pictures in image files with a trained network. */

import { compile } from '../compiler/index.js';
import type { Tensor } from '../graph/tensor.js';
import { softmax } from '../ops/index.js';
import { drawBars, drawPictures } from './draw/index.js';
import { likeliest } from './likeliest-classes.js';
import { type NetworkPicture, readNetworkPicture } from './network-picture.js';
import { openRun } from './open-network.js';
import { print, type Terminal } from './terminal.js';

export interface PredictOptions {
  readonly json?: boolean;
}

interface Prediction {
  readonly file: string;
  readonly label: string;
  readonly probability: number;
  readonly probabilities: Readonly<Record<string, number>>;
  /** What was done to the picture before the network saw it. */
  readonly notes: readonly string[];
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function predictCommand(
  { folder, paths }: { folder: string; paths: readonly string[] },
  { json }: PredictOptions,
  terminal: Terminal,
): Promise<number> {
  const { model, pictures, classes } = await openRun(folder);
  const prepared: NetworkPicture[] = [];
  for (const path of paths) prepared.push(await readNetworkPicture(path, pictures));
  const run = compile((input: Tensor) => softmax(model.call(input), 1));
  const predictions = prepared.map(({ file, input, notes }): Prediction => {
    const values = Array.from(run(input).data());
    const [{ label, probability }] = likeliest(values, { labels: classes, count: 1 });
    const probabilities = Object.fromEntries(classes.map((name, c) => [name, values[c]]));
    return { file, label, probability, probabilities, notes };
  });
  if (json) {
    print(terminal.stdout, JSON.stringify({ network: folder, predictions }));
    return 0;
  }
  const texts = predictions.map((prediction, i) => describe(prediction, prepared[i], terminal));
  print(terminal.stdout, texts.join('\n\n'));
  return 0;
}

/** Classes shown of each picture. */
const SHOWN = 3;
/** Columns of a terminal that a drawn picture may take. */
const WIDEST = 64;

function describe(
  { file, label, probability, probabilities, notes }: Prediction,
  { seen: { width, height, data } }: NetworkPicture,
  { stdout: { color, colorDepth } }: Terminal,
): string {
  const lines = [`${file}: ${label}  ${(100 * probability).toFixed(1)} %`];
  if (notes.length > 0) lines.push(`(${notes.join('; ')})`);
  const likely = Object.entries(probabilities)
    .map(([name, value]) => ({ label: name, value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, SHOWN);
  if (width <= WIDEST) {
    const picture = { pixels: data, width, height, caption: '' };
    lines.push(drawPictures([picture], { columns: 1, color, colorDepth }));
  }
  lines.push(drawBars(likely, { color }));
  return lines.join('\n');
}
