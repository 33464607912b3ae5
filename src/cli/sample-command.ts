/** `fovea sample`: pictures that nobody drew, made of codes that are drawn at random. */

import { samplePictures, samplesSheet } from '../latent/generation/index.js';
import {
  classOption,
  type GenerationOptions,
  openSpace,
  titleOf,
} from './generation/open-space.js';
import { checkExtension, writeSheet } from './generation/write-sheet.js';
import { print, type Terminal } from './terminal.js';

export interface SampleCommandOptions extends GenerationOptions {
  readonly count: number;
  readonly class?: string;
  readonly seed: number;
  readonly temperature: number;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function sampleCommand(
  folder: string,
  options: SampleCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { out = 'samples.png', count, seed, temperature } = options;
  checkExtension(out);
  const { run, space } = await openSpace(folder, options, terminal);
  const label = classOption(run, options.class);
  const samples = samplePictures(run, space, { count, seed, temperature, label });
  const source = space.isPrior
    ? 'the prior, a standard Gaussian'
    : `a Gaussian fitted to the codes of ${space.statistics?.count} pictures, since a plain autoencoder has no prior`;
  const heat = temperature === 1 ? '' : `, deviations times ${temperature}`;
  await writeSheet(out, {
    ...samplesSheet(run, samples),
    title: `${titleOf(run)}: ${count} samples`,
    note: `Codes drawn from ${source}${heat}; seed ${seed}.`,
  });
  const from = space.isPrior ? 'prior' : 'fitted';
  if (options.json) {
    const drawn = { run: folder, out, count, seed, temperature, class: label ?? null, from };
    print(terminal.stdout, JSON.stringify(drawn));
  } else {
    print(terminal.stdout, `${count} pictures of codes from ${source}${heat}: ${out}`);
  }
  return 0;
}
