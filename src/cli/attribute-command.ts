/** `fovea attribute`: adds a property to pictures, or removes it, by strength. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  attributeSheet,
  attributeVector,
  keptSheets,
  labelsFor,
} from '../latent/generation/index.js';
import {
  type LatentPictures,
  type LatentRun,
  latentPictures,
  openLatentRun,
} from '../latent/index.js';
import { classOption, type GenerationOptions, titleOf } from './generation/open-space.js';
import { type PropertyOptions, propertyPictures } from './generation/property-pictures.js';
import { checkExtension, writeSheet } from './generation/write-sheet.js';
import { createBar } from './progress-bar.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';
import { UsageError } from './usage.js';

export interface AttributeOptions extends GenerationOptions, PropertyOptions {
  readonly strength?: readonly [number, number];
  readonly steps: number;
  /** The pictures to change. */
  readonly picture?: readonly string[];
  readonly class?: string;
  /** Put the sheet into the run's folder. */
  readonly keep?: boolean;
}

/** Pictures that are changed where none are named. */
const usualPictures = 8;

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function attributeCommand(
  folder: string,
  options: AttributeOptions,
  { stdout, stderr }: Terminal,
): Promise<number> {
  const { strength, steps, keep = false } = options;
  const given = options.out ?? 'attribute.png';
  checkExtension(given);
  if (keep && options.out !== undefined) {
    throw new UsageError(
      `--keep names the sheet itself, in the folder of the run; leave out --out ${given}`,
    );
  }
  if (options.threads !== undefined) useThreads(options.threads);
  const run = await openLatentRun(folder);
  const label = classOption(run, options.class);
  const bar = stderr.isTerminal ? createBar(stderr) : null;
  const onProgress = ({ done, count }: { done: number; count: number }) =>
    bar?.show('reading', done, count, `${count} pictures`);
  try {
    const { having, lacking, property } = await propertyPictures(run, options, { onProgress });
    const [withIt, without] = [having, lacking].map((side) =>
      run.encode(side.pictures, classesOf(run, side, label)),
    );
    const vector = attributeVector({ having: withIt, lacking: without }, run.latent);
    const changed = options.picture
      ? joined(await Promise.all(options.picture.map((path) => latentPictures(run, path))))
      : spread(lacking, usualPictures, run);
    const sheet = attributeSheet(run, changed.pictures, {
      ...{ vector, range: strength, steps, names: changed.names },
      labels: classesOf(run, changed, label),
    });
    const [n, m] = [withIt, without].map((codes) => codes.length / run.latent);
    const out = keep ? await placeInRun(folder, property) : given;
    await writeSheet(out, {
      ...sheet,
      title: `${titleOf(run)}: ${property}`,
      note:
        `The mean code of ${n} pictures with the property less that of ${m} without, ` +
        'added to the code of each picture by strength.',
    });
    bar?.stop();
    const length = Math.hypot(...vector);
    if (options.json) {
      const told = { run: folder, out, property, with: n, without: m, length };
      print(stdout, JSON.stringify({ ...told, strengths: sheet.strengths }));
    } else {
      print(
        stdout,
        `${property}: ${n} pictures with it, ${m} without, ${length.toFixed(2)} apart: ${out}`,
      );
    }
    return 0;
  } finally {
    bar?.stop();
  }
}

/** A place for the sheet of a property where the run's page finds it. */
async function placeInRun(folder: string, property: string): Promise<string> {
  await mkdir(join(folder, keptSheets), { recursive: true });
  const name = property.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return join(folder, keptSheets, `${name.replace(/^-|-$/g, '').slice(0, 80)}.png`);
}

/** The pictures' own classes where the network is told of some, or the one that was given. */
const classesOf = (
  run: LatentRun,
  { labels, names }: LatentPictures,
  label: number | undefined,
): Int32Array | undefined =>
  run.numClasses !== null && label === undefined && labels
    ? labels
    : labelsFor(run, names.length, label);

/** Some pictures from everywhere in the set. */
function spread(all: LatentPictures, count: number, { shape }: LatentRun): LatentPictures {
  const size = shape[0] * shape[1] * shape[2];
  const shown = Math.min(count, all.names.length);
  const places = Array.from({ length: shown }, (_, i) =>
    Math.floor((i * all.names.length) / shown),
  );
  return joined(
    places.map((place) => ({
      ...all,
      pictures: all.pictures.subarray(place * size, (place + 1) * size),
      labels: all.labels?.slice(place, place + 1) ?? null,
      names: [all.names[place]],
    })),
  );
}

function joined(parts: readonly LatentPictures[]): LatentPictures {
  const pictures = new Float32Array(parts.reduce((sum, part) => sum + part.pictures.length, 0));
  let at = 0;
  for (const part of parts) {
    pictures.set(part.pictures, at);
    at += part.pictures.length;
  }
  const labels = parts.every((part) => part.labels)
    ? Int32Array.from(parts.flatMap((part) => [...part.labels!]))
    : null;
  return {
    pictures,
    labels,
    classes: parts[0].classes,
    names: parts.flatMap(({ names }) => names),
  };
}
