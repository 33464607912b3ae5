/** latentPictures: pictures as a trained autoencoder takes them, from a data set, a folder or one file. */

import {
  centerCropTransform,
  DataError,
  datasetNames,
  givenParts,
  type ImageDataset,
  loadDataset,
  loadDigits,
  loadPictures,
  noClass,
  openPictureParts,
  openPictures,
  type PictureSet,
  resize,
  resizedDataset,
  type Transform,
} from '../data/index.js';
import { withChannels } from '../formats/images/with-channels.js';
import { cropPicture, planesOf, preprocessingFor } from '../train/index.js';
import type { LatentRun } from './open-latent-run.js';

export interface LatentPictures {
  /** [N, C, H, W] of the run's shape, 0..1. */
  readonly pictures: Float32Array;
  /** The class of each; null where there are none. */
  readonly labels: Int32Array | null;
  readonly classes: readonly string[];
  /** What each is called: a file, or a number in a data set. */
  readonly names: readonly string[];
}

export interface LatentPicturesOptions {
  /** The part of a data set, or of a folder that has such parts. Default: 'test'. */
  readonly split?: 'train' | 'test';
  /** The first so many. Default: all. */
  readonly count?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly count: number }) => void;
}

/** The share that training holds back unless something else is said. */
const usualValidation = 0.1;

/**
 * The pictures of `source`, fitted to what the run's network takes: a data set's name (mnist, fashion-mnist, digits
 * and others), a folder of pictures with or without a subfolder for each class, or one picture file. They are
 * resized and cropped as in training, made grey or coloured; what is transparent shows white. Files of a folder
 * that cannot be read are left out.
 *
 * Throws DataError when nothing has the name, and FormatError for a picture that cannot be read.
 *
 *     const { pictures, names } = await latentPictures(run, 'mnist', { count: 100 });
 *     const codes = run.encode(pictures);
 */
export async function latentPictures(
  run: LatentRun,
  source: string,
  options: LatentPicturesOptions = {},
): Promise<LatentPictures> {
  const { split = 'test' } = options;
  const kind = await kindOf(source);
  if (kind === 'file') return onePicture(run, source);
  if (kind === 'folder') {
    const parts = await givenParts(source);
    return picturesOfSet(run, parts?.[split] ?? (await openPictures(source)), options);
  }
  return ofDataset(run, await partOf(source, split, options), options);
}

async function partOf(
  name: string,
  split: 'train' | 'test',
  { count, signal }: LatentPicturesOptions,
): Promise<ImageDataset> {
  // Not more are drawn than are wanted; the first ones are the same.
  if (name === 'digits' && count) return loadDigits({ train: 1, test: 1, [split]: count })[split];
  return (await loadDataset(name, { signal }))[split];
}

/**
 * Pictures of the data that the run's network learned from: those that it was not shown, or with `split: 'train'`
 * those that it was.
 *
 * Throws DataError when they are not at hand.
 *
 *     const { pictures, labels, classes } = await ownPictures(run, { count: 1000 });
 */
export async function ownPictures(
  run: LatentRun,
  options: LatentPicturesOptions = {},
): Promise<LatentPictures> {
  const { data, training } = run.config;
  const { data: folder, validation: share = usualValidation, seed = 0 } = training;
  if (typeof folder !== 'string' || datasetNames.includes(folder)) {
    return latentPictures(run, data.name, options);
  }
  const parts = await openPictureParts(folder, { share: Number(share), seed: Number(seed) });
  return picturesOfSet(run, parts[options.split ?? 'test'], options);
}

/** The pictures of `set`, likewise. Throws DataError when none can be read. */
export async function picturesOfSet(
  run: LatentRun,
  set: PictureSet,
  { count, signal, onProgress }: LatentPicturesOptions = {},
): Promise<LatentPictures> {
  const chosen = firstOf(set, count);
  const channels = run.shape[0] === 1 ? 1 : 3;
  const transforms = fitting(run.shape);
  const { dataset, skipped } = await loadPictures(chosen, {
    ...{ transforms, channels, signal, onProgress },
  });
  if (dataset.length === 0) {
    throw new DataError(`${set.name}: none of ${chosen.length} pictures can be read`);
  }
  const lost = new Set(skipped.map(({ name }) => name));
  const names = chosen.files.map(({ name }) => name).filter((name) => !lost.has(name));
  return { ...unitPixels(dataset), names };
}

/** What makes pictures of any size those of the run, as in training. */
function fitting([, height, width]: LatentRun['shape']): Transform[] {
  if (height !== width) return [resize({ height, width })];
  return [resize({ shorterSide: height }), centerCropTransform({ height, width })];
}

function ofDataset(
  run: LatentRun,
  dataset: ImageDataset,
  { count = dataset.length }: LatentPicturesOptions,
): LatentPictures {
  const [channels, height, width] = run.shape;
  const taken = Math.min(count, dataset.length);
  const pixels = dataset.images.length / dataset.length;
  const first = {
    ...dataset,
    images: dataset.images.subarray(0, taken * pixels),
    labels: dataset.labels.subarray(0, taken),
    length: taken,
  };
  const fitted = resizedDataset(inChannels(first, channels === 1 ? 1 : 3), { height, width });
  const names = Array.from({ length: taken }, (_, i) => `${dataset.name} ${i}`);
  return { ...unitPixels(fitted), names };
}

/** A data set of grey pictures in colour, or the reverse. */
function inChannels(dataset: ImageDataset, channels: 1 | 3): ImageDataset {
  const [given, height, width] = dataset.shape;
  if (given === channels) return dataset;
  const [from, to] = [given * height * width, channels * height * width];
  const images = new Uint8Array(dataset.length * to);
  for (let i = 0; i < dataset.length; i++) {
    const planes = dataset.images.subarray(i * from, (i + 1) * from);
    const pixels = new Uint8Array(from);
    for (let c = 0; c < given; c++) {
      for (let p = 0; p < height * width; p++)
        pixels[p * given + c] = planes[c * height * width + p];
    }
    const image = withChannels({ width, height, channels: given, data: pixels }, channels);
    images.set(planesOf(image, { channels: channels === 1 ? 'grey' : 'rgb' }), i * to);
  }
  return { ...dataset, images, shape: [channels, height, width] };
}

async function onePicture(run: LatentRun, path: string): Promise<LatentPictures> {
  const { readFile } = await import('node:fs/promises');
  const { basename } = await import('node:path');
  // NOTE: it needs packages that a page without a bundler cannot import.
  const { decodeImage } = await import('../formats/images/decode-image.js');
  const preprocessing = run.config.preprocessing ?? preprocessingFor(run.config.data);
  const image = cropPicture(await decodeImage(await readFile(path), path), preprocessing);
  return {
    pictures: Float32Array.from(planesOf(image, preprocessing), (byte) => byte / 255),
    ...{ labels: null, classes: [], names: [basename(path)] },
  };
}

/** Bytes as 0..1, with the labels of a data set that has classes. */
function unitPixels({ images, labels, classes }: ImageDataset): Omit<LatentPictures, 'names'> {
  const pictures = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) pictures[i] = images[i] / 255;
  const hasClasses = classes.join() !== noClass;
  return {
    pictures,
    labels: hasClasses ? Int32Array.from(labels) : null,
    classes: hasClasses ? classes : [],
  };
}

function firstOf(set: PictureSet, count = set.length): PictureSet {
  const length = Math.min(count, set.length);
  return {
    ...set,
    ...{ length, files: set.files.slice(0, length), labels: set.labels.slice(0, length) },
  };
}

async function kindOf(source: string): Promise<'data set' | 'folder' | 'file'> {
  if (datasetNames.includes(source)) return 'data set';
  const { stat } = await import('node:fs/promises');
  const status = await stat(source).catch(() => null);
  if (status?.isDirectory()) return 'folder';
  if (status?.isFile()) return 'file';
  throw new DataError(
    `there is no picture, folder or data set "${source}"; ` +
      `name a file or a folder of pictures, or one of ${datasetNames.join(', ')}`,
  );
}
