/** A trained network that makes pictures for a command, with the latent space that those it learned from tell of. */

import { DataError } from '../../data/index.js';
import { codesOf } from '../../latent/features/index.js';
import { type LatentSpace, latentSpace } from '../../latent/generation/index.js';
import {
  type Decoder,
  type LatentPictures,
  type LatentRun,
  openDecoder,
  ownPictures,
} from '../../latent/index.js';
import { classNamed } from '../class-named.js';
import { createBar } from '../progress-bar.js';
import { print, type Terminal } from '../terminal.js';
import { useThreads } from '../threads.js';
import { UsageError } from '../usage.js';

/** What all commands that make pictures of codes take. */
export interface GenerationOptions {
  readonly out?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

export interface OpenedSpace {
  readonly run: Decoder;
  /** The same, of an autoencoder; null of a generator, which makes no codes of pictures. */
  readonly coder: LatentRun | null;
  readonly space: LatentSpace;
  /** Pictures of the data that it learned from, with their codes; null where they are not at hand. */
  readonly own: (LatentPictures & { readonly codes: Float32Array }) | null;
}

/** Enough to know how codes are spread. */
const mostPictures = 2000;

/**
 * Opens the run in `folder` and encodes some of its own pictures. Without them a variational network still has its
 * prior, and standard error tells what is missing; throws DataError for another.
 */
export async function openSpace(
  folder: string,
  { threads }: Pick<GenerationOptions, 'threads'>,
  { stderr }: Terminal,
): Promise<OpenedSpace> {
  if (threads !== undefined) useThreads(threads);
  const run = await openDecoder(folder);
  if (!isCoder(run)) return { run, coder: null, space: latentSpace(run, null), own: null };
  const bar = stderr.isTerminal ? createBar(stderr) : null;
  try {
    const pictures = await ownPictures(run, { count: mostPictures });
    const codes = await codesOf(run, pictures.pictures, {
      labels: pictures.labels,
      onProgress: ({ done, count }) => bar?.show('encoding', done, count, `${count} pictures`),
    });
    const own = { ...pictures, codes: codes.values };
    return { run, coder: run, space: latentSpace(run, own.codes), own };
  } catch (error) {
    if (!(error instanceof DataError) || !run.hasPrior) throw error;
    bar?.stop();
    print(stderr, `without pictures of its data, dimensions are in no order: ${error.message}`);
    return { run, coder: run, space: latentSpace(run, null), own: null };
  } finally {
    bar?.stop();
  }
}

const isCoder = (run: Decoder): run is LatentRun => 'encode' in run;

/**
 * The class that `--class` means, undefined when nothing was said. Throws UsageError for one that there is not, and
 * for networks that are told of none.
 */
export function classOption(run: Decoder, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (run.numClasses === null) {
    throw new UsageError(
      `--class ${text}: ${run.folder} is told of no classes; leave it out, or train a network with --conditional`,
    );
  }
  return classNamed('--class', text, { labels: run.config.data.classes, count: run.numClasses });
}

/** How a sheet calls the network. */
export const titleOf = ({ name, config }: Decoder): string => `${name} on ${config.data.name}`;
