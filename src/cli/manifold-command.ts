/** `fovea manifold`: the pictures of an even grid of codes on a plane. */

import { manifoldPlane, manifoldSheet, principalPlane } from '../latent/generation/index.js';
import {
  classOption,
  type GenerationOptions,
  type OpenedSpace,
  openSpace,
  titleOf,
} from './generation/open-space.js';
import { checkExtension, writeSheet } from './generation/write-sheet.js';
import { print, type Terminal } from './terminal.js';
import { checkDims } from './traverse-command.js';
import { UsageError } from './usage.js';

export interface ManifoldCommandOptions extends GenerationOptions {
  readonly count: number;
  /** Two dimensions, instead of the plane that codes lie along. */
  readonly dims?: readonly number[];
  readonly class?: string;
}

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function manifoldCommand(
  folder: string,
  options: ManifoldCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { out = 'manifold.png', count, dims } = options;
  checkExtension(out);
  if (dims && (dims.length !== 2 || dims[0] === dims[1])) {
    throw new UsageError(
      `--dims ${dims.join(',')}: expected two different dimensions, such as 0,3`,
    );
  }
  const opened = await openSpace(folder, options, terminal);
  const { run, space } = opened;
  checkDims(dims ?? [], run.latent);
  if (run.latent < 2) {
    throw new UsageError(
      `${folder} has codes of one number, which make no plane; see fovea traverse`,
    );
  }
  const label = classOption(run, options.class);
  const { plane, words, kind } = await planeFor(opened, dims);
  await writeSheet(out, {
    ...manifoldSheet(run, space, { count, plane, label }),
    title: `${titleOf(run)}: the manifold`,
    note: `Pictures of ${count} x ${count} codes at the quantiles of a Gaussian on ${words}.`,
  });
  if (options.json) {
    print(terminal.stdout, JSON.stringify({ run: folder, out, count, plane: kind }));
  } else {
    print(terminal.stdout, `${count} x ${count} pictures on ${words}: ${out}`);
  }
  return 0;
}

async function planeFor({ run, space, own }: OpenedSpace, dims: readonly number[] | undefined) {
  if (dims || run.latent === 2 || !own) {
    const chosen = dims ?? (run.latent === 2 ? [0, 1] : space.dims.slice(0, 2));
    const words = `the plane of dimensions ${chosen.join(' and ')}`;
    return { plane: manifoldPlane(space, chosen), words, kind: chosen };
  }
  const plane = await principalPlane(own.codes, run.latent);
  const words = 'the plane of the first two principal components of the codes';
  return { plane, words, kind: 'principal components' };
}
