/** A picture file as a network takes it, and as it looks then. */

import { decodeImage, type ImagePixels } from '../formats/index.js';
import type { Tensor } from '../graph/tensor.js';
import { tensor } from '../ops/index.js';
import { cropPicture, networkInput, planesOf } from '../train/index.js';
import type { PictureInput } from './open-network.js';
import { preparePicture } from './prepare-picture.js';
import { readInputFile } from './read-input-file.js';

export interface NetworkPicture {
  readonly file: string;
  /** What the network sees: grey or RGB. */
  readonly seen: ImagePixels;
  /** Normalised and fitted to the network, [1, C, H, W]. */
  readonly input: Tensor;
  /** What was done to the picture; empty when it was right as it was. */
  readonly notes: readonly string[];
}

/**
 * The picture in the file, made one for the network. Throws FormatError when it is no picture that can be
 * read.
 */
export async function readNetworkPicture(
  file: string,
  pictures: PictureInput,
): Promise<NetworkPicture> {
  const image = await decodeImage(await readInputFile(file, 'a picture'), file);
  const { seen, notes } = fit(image, pictures);
  return { file, seen, notes, input: inputOf(seen, pictures) };
}

/** Grey or RGB bytes, cropped, as the network takes them: normalised, [1, C, H, W]. */
export function inputOf(seen: ImagePixels, { preprocessing }: PictureInput): Tensor {
  const { width, height, channels } = seen;
  const planes = tensor(planesOf(seen, preprocessing), [1, channels, height, width]);
  const { inputShape } = preprocessing;
  return networkInput(planes, { statistics: preprocessing, inputShape });
}

function fit(
  image: ImagePixels,
  { preprocessing }: PictureInput,
): { seen: ImagePixels; notes: readonly string[] } {
  const { channels, crop, framing = 'whole' } = preprocessing;
  const [height, width] = crop;
  if (channels === 'grey') {
    const { pixels, notes } = preparePicture(image, { width, height, framing });
    return { seen: { width, height, channels: 1, data: pixels }, notes };
  }
  const seen = cropPicture(image, preprocessing);
  if (image.width === width && image.height === height) return { seen, notes: [] };
  const { resize } = preprocessing;
  const to = typeof resize === 'number' ? `${resize} on the shorter side` : sizes(resize);
  const notes = [`resized from ${sizes([image.height, image.width])} to ${to}`];
  if (typeof resize === 'number') notes.push(`cropped to the middle ${sizes(crop)}`);
  return { seen, notes };
}

const sizes = ([height, width]: readonly [number, number]): string => `${width} x ${height}`;
