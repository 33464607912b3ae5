/** Resizes and crops pictures with the very numbers of Pillow, on whose results published networks were trained. */

import { ValueError } from '../../graph/errors.js';
import { checkPixels, type ImagePixels } from './image-pixels.js';
import { type ResizeFilter, smoothTaps, type Taps, unfilteredTaps } from './resize-taps.js';

export type { ResizeFilter };

export interface ResizeOptions {
  /** Pixels of the result. */
  readonly width: number;
  /** Pixels of the result. */
  readonly height: number;
  /** How a new pixel is made of old ones. Default: 'bilinear'. */
  readonly filter?: ResizeFilter;
  /**
   * Whether a smaller picture is the mean of all that it covers, as Pillow computes it, or reads the
   * nearest few pixels alone, as PyTorch's `interpolate` does. Default: true.
   */
  readonly antialias?: boolean;
}

/**
 * The picture in another size, `[H, W, C]` -> `[height, width, C]`.
 *
 * With `antialias` each byte equals that of Pillow's `Image.resize`, which torchvision's `Resize` uses
 * for pictures; without, torchvision's for tensors (`antialias=False`). Colours of transparent pixels do
 * not bleed: alpha is multiplied in first and divided out last, but for 'nearest'.
 *
 * Throws ValueError for sizes that are no positive integers, and for 'lanczos' without `antialias`.
 *
 *     const half = resizeImage(image, { width: image.width >> 1, height: image.height >> 1 });
 */
export function resizeImage(image: ImagePixels, options: ResizeOptions): ImagePixels {
  const { width, height, filter = 'bilinear', antialias = true } = options;
  checkPixels(image);
  for (const size of [width, height]) {
    if (!Number.isSafeInteger(size) || size < 1 || width * height > 2 ** 30) {
      throw new ValueError(
        `resizeImage: a picture cannot become ${width} x ${height} pixels; expected positive ` +
          'integers with a product of at most 2^30; pass other sizes',
      );
    }
  }
  if (width === image.width && height === image.height) return image;
  if (filter === 'nearest') return nearest(image, { width, height });
  const taps = (from: number, to: number): Taps =>
    antialias ? smoothTaps(filter, { from, to }) : unfilteredTaps(filter, { from, to });
  const columns = taps(image.width, width);
  const rows = taps(image.height, height);
  const hasAlpha = image.channels % 2 === 0;
  const source = hasAlpha ? premultiplied(image) : image;
  const resized = antialias ? inBytes(source, columns, rows) : inFloats(source, columns, rows);
  return hasAlpha ? divided(resized) : resized;
}

export interface ShorterSideOptions {
  readonly filter?: ResizeFilter;
  readonly antialias?: boolean;
}

/**
 * The picture with its shorter side at `size` pixels and its proportions kept: torchvision's `Resize(size)`.
 *
 *     const input = centerCrop(resizeShorterSide(image, 256), { width: 224, height: 224 });
 */
export function resizeShorterSide(
  image: ImagePixels,
  size: number,
  options: ShorterSideOptions = {},
): ImagePixels {
  const { width, height } = image;
  // torchvision rounds the longer side down.
  const longer = Math.trunc((size * Math.max(width, height)) / Math.min(width, height));
  const sizes = width <= height ? { width: size, height: longer } : { width: longer, height: size };
  return resizeImage(image, { ...sizes, ...options });
}

/**
 * The middle of the picture; where it is smaller than that, zeros surround it: torchvision's `CenterCrop`.
 *
 * Throws ValueError for sizes that are no positive integers.
 *
 *     centerCrop(image, { width: 224, height: 224 }).data.length; // 224 * 224 * image.channels
 */
export function centerCrop(
  image: ImagePixels,
  { width, height }: { width: number; height: number },
): ImagePixels {
  checkPixels(image);
  const left = cropOffset(image.width, width);
  const top = cropOffset(image.height, height);
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  const first = Math.max(left, 0);
  const last = Math.min(left + width, image.width);
  for (let y = 0; y < height; y++) {
    const row = top + y;
    if (row < 0 || row >= image.height) continue;
    const start = (row * image.width + first) * channels;
    const end = (row * image.width + last) * channels;
    data.set(image.data.subarray(start, end), (y * width + first - left) * channels);
  }
  return { width, height, channels, data };
}

/** Where the crop begins, as torchvision rounds it. */
export function cropOffset(from: number, to: number): number {
  if (!Number.isSafeInteger(to) || to < 1 || to > 2 ** 15) {
    throw new ValueError(
      `centerCrop: a crop cannot have ${to} pixels on a side; expected an integer of 1 to 32768`,
    );
  }
  // A larger crop is padded by half the difference, rounded down; a smaller one rounds halves to even.
  if (to > from) return -Math.floor((to - from) / 2);
  const half = (from - to) / 2;
  const down = Math.floor(half);
  return half === down || down % 2 === 0 ? down : down + 1;
}

/** Each new pixel is the old one under its centre. */
function nearest(
  image: ImagePixels,
  { width, height }: { width: number; height: number },
): ImagePixels {
  const { channels } = image;
  const columns = nearestPlaces(image.width, width);
  const rows = nearestPlaces(image.height, height);
  const data = new Uint8Array(width * height * channels);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * image.width + column) * channels;
      for (let c = 0; c < channels; c++) data[at++] = image.data[from + c];
    }
  }
  return { width, height, channels, data };
}

function nearestPlaces(from: number, to: number): Int32Array {
  const places = new Int32Array(to);
  const scale = from / to;
  // Pillow adds the scale up, and its rounding errors with it.
  let place = scale * 0.5;
  for (let i = 0; i < to; i++, place += scale) places[i] = Math.min(Math.trunc(place), from - 1);
  return places;
}

/** Fraction bits of Pillow's weights. */
const PRECISION = 22;

/** First along rows, then along columns, rounded to bytes after each: as Pillow does it. */
function inBytes(image: ImagePixels, columns: Taps, rows: Taps): ImagePixels {
  const { channels } = image;
  const wide =
    columns.count === image.width
      ? image
      : {
          ...image,
          width: columns.count,
          data: fold(image.data, columns, {
            lines: image.height,
            lineStride: image.width * channels,
            stepStride: channels,
            run: channels,
          }),
        };
  if (rows.count === image.height) return wide;
  const lineLength = wide.width * channels;
  const data = fold(wide.data, rows, {
    lines: 1,
    lineStride: 0,
    stepStride: lineLength,
    run: lineLength,
  });
  return { width: wide.width, height: rows.count, channels, data };
}

interface Walk {
  readonly lines: number;
  readonly lineStride: number;
  /** From one tap to the next. */
  readonly stepStride: number;
  /** Neighbouring samples that take the same taps. */
  readonly run: number;
}

function fold(from: Uint8Array, taps: Taps, walk: Walk): Uint8Array {
  const { lines, lineStride, stepStride, run } = walk;
  const weights = Int32Array.from(taps.weights, (weight) => {
    const scaled = weight * 2 ** PRECISION;
    return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  });
  const out = new Uint8ClampedArray(lines * taps.count * run);
  let at = 0;
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < taps.count; i++) {
      const base = line * lineStride + taps.first[i] * stepStride;
      const [start, end] = [i * taps.width, i * taps.width + taps.length[i]];
      for (let r = 0; r < run; r++) {
        let sum = 1 << (PRECISION - 1);
        for (let k = start, p = base + r; k < end; k++, p += stepStride)
          sum += weights[k] * from[p];
        out[at++] = sum >> PRECISION;
      }
    }
  }
  return new Uint8Array(out.buffer);
}

/** Both directions before the one rounding, as PyTorch's `interpolate` does it for floats. */
function inFloats(image: ImagePixels, columns: Taps, rows: Taps): ImagePixels {
  const { channels } = image;
  const data = new Uint8ClampedArray(rows.count * columns.count * channels);
  let at = 0;
  for (let y = 0; y < rows.count; y++) {
    for (let x = 0; x < columns.count; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0; j < rows.length[y]; j++) {
          const row = clamp(rows.first[y] + j, image.height - 1) * image.width;
          let line = 0;
          for (let k = 0; k < columns.length[x]; k++) {
            const column = clamp(columns.first[x] + k, image.width - 1);
            line +=
              columns.weights[x * columns.width + k] * image.data[(row + column) * channels + c];
          }
          sum += rows.weights[y * rows.width + j] * line;
        }
        data[at++] = sum;
      }
    }
  }
  return { width: columns.count, height: rows.count, channels, data: new Uint8Array(data.buffer) };
}

function clamp(place: number, last: number): number {
  return place < 0 ? 0 : Math.min(place, last);
}

/** With alpha multiplied into the colours, rounded as Pillow rounds. */
function premultiplied(image: ImagePixels): ImagePixels {
  const { channels } = image;
  const data = image.data.slice();
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1];
    for (let c = i; c < i + channels - 1; c++) {
      const product = data[c] * alpha + 128;
      data[c] = ((product >> 8) + product) >> 8;
    }
  }
  return { ...image, data };
}

function divided(image: ImagePixels): ImagePixels {
  const { channels } = image;
  const data = image.data.slice();
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1];
    if (alpha === 255 || alpha === 0) continue;
    for (let c = i; c < i + channels - 1; c++) {
      data[c] = Math.min(255, Math.trunc((255 * data[c]) / alpha));
    }
  }
  return { ...image, data };
}
