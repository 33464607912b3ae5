/** What the sections of an autoencoder's page share: the opened run, and pictures of its data with their codes. */

import { DataError } from '../data/index.js';
import { FormatError } from '../formats/index.js';
import { ValueError } from '../graph/errors.js';
import { codesOf } from '../latent/features/index.js';
import { type LatentSpace, latentSpace } from '../latent/generation/index.js';
import {
  type LatentPictures,
  type LatentRun,
  openLatentRun,
  ownPictures,
} from '../latent/index.js';
import { isAutoencoderName } from '../models/autoencoders/index.js';
import type { ReportContent } from './section.js';

export interface LatentContent {
  readonly run: LatentRun;
  /** Null for a plain autoencoder whose data is not at hand. */
  readonly space: LatentSpace | null;
  /** Pictures that it did not learn from, where they are at hand. */
  readonly own: OwnPictures | null;
  /** Why they are not. */
  readonly missing: string | null;
}

export interface OwnPictures extends LatentPictures {
  readonly count: number;
  /** [N, latent] */
  readonly codes: Float32Array;
  /** One of them, [C, H, W]. */
  picture(i: number): Float32Array;
  /** Its code. */
  code(i: number): Float32Array;
  /** The classes of some, for a network that is told of them. */
  told(places: readonly number[]): Int32Array | undefined;
}

/** Enough to see how codes lie, and few enough for a page. */
const mostPictures = 1000;
const fewestPictures = 4;

const opened = new WeakMap<ReportContent, Promise<LatentContent | null>>();

/**
 * The content of an autoencoder's page, made once for all sections; null for other runs and without weights.
 *
 * Throws FormatError for a run that cannot be opened, which one section is to tell.
 */
export function openedContent(content: ReportContent): Promise<LatentContent | null> {
  const known = opened.get(content) ?? open(content);
  opened.set(content, known);
  return known;
}

/** The same, null for a run that cannot be opened. */
export const latentContent = (content: ReportContent): Promise<LatentContent | null> =>
  openedContent(content).catch((error: unknown) => {
    if (error instanceof FormatError) return null;
    throw error;
  });

async function open({ run: { folder, config }, network }: ReportContent) {
  if (!network || !isAutoencoderName(config.model.name)) return null;
  const run = await openLatentRun(folder);
  const { own, missing } = await ownOf(run);
  const space = own || run.hasPrior ? latentSpace(run, own?.codes ?? null) : null;
  return { run, own, missing, space };
}

async function ownOf(run: LatentRun): Promise<Pick<LatentContent, 'own' | 'missing'>> {
  const { name } = run.config.data;
  try {
    return { own: await encoded(run), missing: null };
  } catch (error) {
    if (error instanceof DataError) {
      return {
        own: null,
        missing: `The pictures of ${name} are not at hand here. Where they are, "fovea report" shows them with their codes as well.`,
      };
    }
    // Codes that are no numbers: nothing can be shown of them.
    if (error instanceof ValueError) return { own: null, missing: error.message };
    throw error;
  }
}

async function encoded(run: LatentRun): Promise<OwnPictures> {
  const { testSize } = run.config.training;
  const examined = typeof testSize === 'number' ? testSize : mostPictures;
  const found = await ownPictures(run, { count: Math.min(mostPictures, examined) });
  if (found.names.length < fewestPictures) {
    throw new ValueError(
      `There are ${found.names.length} pictures that it did not learn from; ${fewestPictures} make a map of codes.`,
    );
  }
  const { pictures, labels } = found;
  const { values: codes } = await codesOf(run, pictures, { labels });
  const size = run.shape[0] * run.shape[1] * run.shape[2];
  return {
    ...{ ...found, codes, count: found.names.length },
    picture: (i) => pictures.subarray(i * size, (i + 1) * size),
    code: (i) => codes.subarray(i * run.latent, (i + 1) * run.latent),
    told: (places) =>
      run.numClasses === null ? undefined : Int32Array.from(places, (i) => labels?.[i] ?? 0),
  };
}

/** Several pictures [C, H, W] behind each other. */
export function pictureStack(pictures: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pictures.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const picture of pictures) {
    all.set(picture, at);
    at += picture.length;
  }
  return all;
}

/** `count` places from everywhere in so many pictures. */
export const spreadPlaces = (length: number, count: number): number[] => {
  const shown = Math.min(length, count);
  return Array.from({ length: shown }, (_, i) => Math.floor((i * length) / shown));
};
