/** `fovea predict`: names the pictures in image files with a trained network. */

import { readFile } from 'node:fs/promises';
import { decodePng, FormatError } from '../formats/index.js';
import { createModel } from '../models/index.js';
import type { Module } from '../nn/index.js';
import { tensor } from '../ops/index.js';
import { classify, loadNetwork, type NetworkConfig } from '../train/index.js';
import { drawBars, drawPictures } from './draw/index.js';
import { type PreparedPicture, preparePicture } from './prepare-picture.js';
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
  const { config, model } = await loadModel(folder);
  const pictures: PreparedPicture[] = [];
  for (const path of paths) pictures.push(await readPicture(path, config));
  const predictions = predict(model, { config, pictures, paths });
  if (json) {
    print(terminal.stdout, JSON.stringify({ network: folder, predictions }));
    return 0;
  }
  const texts = predictions.map((prediction, i) => describe(prediction, pictures[i], terminal));
  print(terminal.stdout, texts.join('\n\n'));
  return 0;
}

async function loadModel(folder: string): Promise<{ config: NetworkConfig; model: Module }> {
  const { config, stateDict } = await loadNetwork(folder);
  const model = createModel(config.model.name, config.model.options);
  model.loadStateDict(stateDict);
  return { config, model };
}

async function readPicture(path: string, { data }: NetworkConfig): Promise<PreparedPicture> {
  const [channels, height, width] = data.shape;
  if (channels !== 1) {
    throw new FormatError(path, {
      happened: `the network was trained on pictures of ${channels} channels`,
      expected: 'a network of grey pictures, the only ones that can be named so far',
      mend: 'name another network',
    });
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const text = error instanceof Error ? error.message : String(error);
    throw new FormatError(
      path,
      {
        happened: missing ? 'there is no such file' : `the file cannot be read (${text})`,
        expected: 'a PNG image',
        mend: 'check the path',
      },
      error,
    );
  }
  const framing = data.name === 'mnist' || data.name === 'digits' ? 'digit' : 'whole';
  return preparePicture(decodePng(bytes, path), { width, height, framing });
}

interface PredictInput {
  readonly config: NetworkConfig;
  readonly pictures: readonly PreparedPicture[];
  readonly paths: readonly string[];
}

function predict(model: Module, { config, pictures, paths }: PredictInput): Prediction[] {
  const { classes, shape } = config.data;
  const size = shape.reduce((product, extent) => product * extent, 1);
  const images = new Uint8Array(pictures.length * size);
  pictures.forEach(({ pixels }, i) => {
    images.set(pixels, i * size);
  });
  const input = tensor(images, [pictures.length, ...shape]);
  return classify(model, { images: input, statistics: config.data }).map((probabilities, i) => {
    const best = probabilities.indexOf(Math.max(...probabilities));
    return {
      file: paths[i],
      label: classes[best],
      probability: probabilities[best],
      probabilities: Object.fromEntries(classes.map((name, c) => [name, probabilities[c]])),
      notes: pictures[i].notes,
    };
  });
}

/** Classes shown of each picture. */
const SHOWN = 3;

function describe(
  { file, label, probability, probabilities, notes }: Prediction,
  { pixels, width, height }: PreparedPicture,
  { stdout: { color, colorDepth } }: Terminal,
): string {
  const lines = [`${file}: ${label}  ${(100 * probability).toFixed(1)} %`];
  if (notes.length > 0) lines.push(`(${notes.join('; ')})`);
  const likely = Object.entries(probabilities)
    .map(([name, value]) => ({ label: name, value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, SHOWN);
  const picture = { pixels, width, height, caption: '' };
  lines.push(drawPictures([picture], { columns: 1, color, colorDepth }));
  lines.push(drawBars(likely, { color }));
  return lines.join('\n');
}
