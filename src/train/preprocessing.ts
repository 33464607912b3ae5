/** Preprocessing: how a picture of any size becomes what a network was trained on, and its place in a run's configuration. */

import type { ImagePixels } from '../formats/images/image-pixels.js';
import type { ResizeFilter } from '../formats/images/resize-image.js';
import { centerCrop, resizeImage, resizeShorterSide } from '../formats/images/resize-image.js';
import { withChannels } from '../formats/images/with-channels.js';
import { ValueError } from '../graph/errors.js';
import type { PictureShape } from './fit-pictures.js';
import type { PixelStatistics } from './pixel-statistics.js';

/** What is done to a picture, in this order: resized, cropped, its channels ordered, normalised. */
export interface Preprocessing extends PixelStatistics {
  /** The shorter side in pixels, proportions kept; or [height, width], whatever the proportions. */
  readonly resize: number | readonly [height: number, width: number];
  /** [height, width] of the middle that the network sees. */
  readonly crop: readonly [height: number, width: number];
  /** How a new pixel is made of old ones, antialiased. */
  readonly interpolation: ResizeFilter;
  /** The channels that the network takes. */
  readonly channels: ChannelOrder;
  /** 'digit': the ink is framed and centred as MNIST frames digits, light on dark. Default: 'whole'. */
  readonly framing?: Framing;
  /**
   * The shape that normalised pictures are then fitted to, as in training (`fitPictures`). Default: none, the
   * network takes what was cropped.
   */
  readonly inputShape?: PictureShape;
}

export type ChannelOrder = 'rgb' | 'bgr' | 'grey';
export type Framing = 'whole' | 'digit';

/**
 * The picture resized and cropped, with the channels that the network takes: grey, or red first. What is
 * transparent shows white.
 *
 *     const seen = cropPicture(image, usualPreprocessing('resnet50')); // 224 x 224, 3 channels
 */
export function cropPicture(image: ImagePixels, preprocessing: Preprocessing): ImagePixels {
  const { resize, crop, channels, interpolation: filter } = preprocessing;
  const opaque = withChannels(image, channels === 'grey' ? 1 : 3);
  const resized =
    typeof resize === 'number'
      ? resizeShorterSide(opaque, resize, { filter })
      : resizeImage(opaque, { height: resize[0], width: resize[1], filter });
  return centerCrop(resized, { height: crop[0], width: crop[1] });
}

/**
 * The bytes of a picture as planes [C, H, W], in the order of channels that the network takes.
 *
 *     const pixels = tensor(planesOf(seen, preprocessing), [1, 3, 224, 224]);
 *     const input = normalize(pixels, preprocessing);
 */
export function planesOf(
  { width, height, channels, data }: ImagePixels,
  { channels: order }: Pick<Preprocessing, 'channels'>,
): Uint8Array {
  const wanted = order === 'grey' ? 1 : 3;
  if (channels !== wanted) {
    throw new ValueError(
      `planesOf: the picture has ${channels} channels, the network takes ${wanted}; crop it first`,
    );
  }
  const size = width * height;
  const planes = new Uint8Array(data.length);
  for (let c = 0; c < channels; c++) {
    const from = order === 'bgr' ? channels - 1 - c : c;
    for (let i = 0; i < size; i++) planes[c * size + i] = data[i * channels + from];
  }
  return planes;
}

/** The pictures that a network was trained on. */
interface TrainingPictures extends PixelStatistics {
  /** The name of the data set. */
  readonly name: string;
  readonly shape: readonly [channels: number, height: number, width: number];
}

/** What makes any picture like those of a data set: of their size, normalised as they were. */
export function preprocessingFor({ name, shape, mean, std }: TrainingPictures): Preprocessing {
  const [channels, height, width] = shape;
  return {
    resize: height === width ? height : [height, width],
    crop: [height, width],
    interpolation: 'bilinear',
    channels: channels === 1 ? 'grey' : 'rgb',
    framing: name === 'mnist' || name === 'digits' ? 'digit' : 'whole',
    mean,
    std,
  };
}

/** Whether `value`, from a file, says all that preprocessing pictures [C, H, W] needs. */
export function isPreprocessing(value: unknown, shape: readonly number[]): value is Preprocessing {
  if (typeof value !== 'object' || value === null) return false;
  const { resize, crop, interpolation, channels, framing, inputShape, mean, std } =
    value as Preprocessing;
  const isSize = (size: unknown) =>
    Number.isSafeInteger(size) && Number(size) >= 1 && Number(size) <= 2 ** 14;
  const isPair = (pair: unknown) => Array.isArray(pair) && pair.length === 2 && pair.every(isSize);
  const isPictureShape = (list: unknown) =>
    Array.isArray(list) && [1, 3].includes(list[0]) && isPair(list.slice(1));
  const numbers = (list: unknown) =>
    Array.isArray(list) && list.length === shape[0] && list.every(Number.isFinite);
  return (
    (isSize(resize) || isPair(resize)) &&
    isPair(crop) &&
    crop[0] === shape[1] &&
    crop[1] === shape[2] &&
    ['nearest', 'bilinear', 'bicubic', 'lanczos'].includes(interpolation) &&
    (shape[0] === 1 ? ['grey'] : ['rgb', 'bgr']).includes(channels) &&
    [undefined, 'whole', 'digit'].includes(framing) &&
    (inputShape === undefined || isPictureShape(inputShape)) &&
    numbers(mean) &&
    numbers(std) &&
    std.every((deviation) => deviation > 0)
  );
}
