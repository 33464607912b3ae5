/** `fovea traverse`: pictures while one number of a code is varied, a row for each number. */

import { labelsFor, traversalSheet } from '../latent/generation/index.js';
import { latentPictures } from '../latent/index.js';
import {
  classOption,
  type GenerationOptions,
  openSpace,
  titleOf,
} from './generation/open-space.js';
import { checkExtension, writeSheet } from './generation/write-sheet.js';
import { print, type Terminal } from './terminal.js';
import { UsageError } from './usage.js';

export interface TraverseOptions extends GenerationOptions {
  /** A picture whose code is varied. */
  readonly picture?: string;
  readonly dims?: readonly number[];
  readonly range?: readonly [number, number];
  readonly steps: number;
  readonly class?: string;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function traverseCommand(
  folder: string,
  options: TraverseOptions,
  terminal: Terminal,
): Promise<number> {
  const { out = 'traversals.png', picture, dims, range, steps } = options;
  checkExtension(out);
  const { run, coder, space } = await openSpace(folder, options, terminal);
  checkDims(dims ?? [], run.latent);
  const label = classOption(run, options.class);
  let code: Float32Array | undefined;
  if (picture !== undefined) {
    if (!coder) {
      throw new UsageError(
        `--picture: a ${run.name} makes no codes of pictures; leave it out, or take the run of an autoencoder`,
      );
    }
    const { pictures } = await latentPictures(coder, picture);
    code = coder.encode(pictures, labelsFor(run, 1, label));
  }
  const sheet = traversalSheet(run, space, { dims, range, steps, code, label });
  const scale = space.isPrior ? '' : ' in deviations from the mean of all codes';
  await writeSheet(out, {
    ...sheet,
    title: `${titleOf(run)}: what the dimensions do`,
    note:
      `Each row varies one number of ${picture === undefined ? 'the middle of all codes' : `the code of ${picture}`}` +
      `${scale}${dims || !space.statistics ? '' : '; the dimensions that codes differ most in come first'}.`,
  });
  if (options.json) {
    const told = { run: folder, out, dims: sheet.dims, values: sheet.values, picture };
    print(terminal.stdout, JSON.stringify(told));
  } else {
    const which = sheet.dims.map((dim) => `z${dim}`).join(', ');
    print(terminal.stdout, `dimensions ${which}, ${steps} values each: ${out}`);
  }
  return 0;
}

/** Throws UsageError for dimensions that codes do not have. */
export function checkDims(dims: readonly number[], latent: number): void {
  const wrong = dims.find((dim) => dim >= latent);
  if (wrong === undefined) return;
  throw new UsageError(`--dims: there is no dimension ${wrong}; codes have 0 to ${latent - 1}`);
}
