/** Makes any picture into one that a network of grey pictures was trained on: grey, light on dark, of its size. */

import type { ImagePixels } from '../formats/index.js';

/** One channel, row-major. */
interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
}

export interface PreparedPicture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** What was done to it, in the order it was done; empty when it was right as it was. */
  readonly notes: readonly string[];
}

export interface PrepareOptions {
  readonly width: number;
  readonly height: number;
  /** How a picture of another size is brought to this one: the whole of it, or its ink as MNIST frames digits. */
  readonly framing: 'whole' | 'digit';
}

/**
 * The picture as the network expects it.
 *
 *     const { pixels, notes } = preparePicture(image, { width: 28, height: 28, framing: 'digit' });
 */
export function preparePicture(image: ImagePixels, options: PrepareOptions): PreparedPicture {
  const { width, height, framing } = options;
  const notes: string[] = [];
  let picture = greyOf(image);
  if (image.channels !== 1) notes.push('made grey');
  if (borderBrightness(picture) > 127.5) {
    picture = { ...picture, pixels: picture.pixels.map((value) => 255 - value) };
    notes.push('inverted, because it is dark on light');
  }
  if (picture.width !== width || picture.height !== height) {
    const sizes = `from ${picture.width} x ${picture.height} to ${width} x ${height}`;
    const ink = framing === 'digit' ? inkOf(picture) : null;
    picture = ink
      ? centred(fitted(ink, Math.round((20 / 28) * Math.min(width, height))), { width, height })
      : resized(squared(picture, width / height), { width, height });
    notes.push(ink ? `framed as MNIST frames digits, ${sizes}` : `resized ${sizes}`);
  }
  return { pixels: Uint8Array.from(picture.pixels, Math.round), width, height, notes };
}

/** Luminance; what is transparent shows the opposite of the ink on it. */
function greyOf({ width, height, channels, data }: ImagePixels): GreyPicture {
  const colours = channels < 3 ? 1 : 3;
  const hasAlpha = channels % 2 === 0;
  const pixels = new Float32Array(width * height);
  const opacity = new Float32Array(width * height).fill(1);
  let ink = 0;
  let total = 0;
  for (let i = 0; i < pixels.length; i++) {
    const at = i * channels;
    pixels[i] =
      colours === 1 ? data[at] : 0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2];
    if (hasAlpha) opacity[i] = data[at + colours] / 255;
    ink += pixels[i] * opacity[i];
    total += opacity[i];
  }
  const paper = ink > 127.5 * total ? 0 : 255;
  for (let i = 0; i < pixels.length; i++) pixels[i] = paper + (pixels[i] - paper) * opacity[i];
  return { width, height, pixels };
}

/** Mean of the outermost pixels. */
function borderBrightness({ width, height, pixels }: GreyPicture): number {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++) {
    const whole = y === 0 || y === height - 1;
    for (let x = 0; x < width; x += whole ? 1 : Math.max(1, width - 1)) {
      sum += pixels[y * width + x];
      count++;
    }
  }
  return sum / count;
}

/** The part of the picture that holds its ink; null when there is none. */
function inkOf(picture: GreyPicture): GreyPicture | null {
  const { width, height, pixels } = picture;
  const brightest = pixels.reduce((best, value) => Math.max(best, value), 0);
  const darkest = pixels.reduce((best, value) => Math.min(best, value), 255);
  const threshold = darkest + (brightest - darkest) / 4;
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x] <= threshold) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  if (right < left) return null;
  const box = { width: right - left + 1, height: bottom - top + 1 };
  const inside = new Float32Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const value = pixels[(top + y) * width + left + x];
      inside[y * box.width + x] = ((value - darkest) * 255) / (brightest - darkest);
    }
  }
  return { ...box, pixels: inside };
}

/** Scaled so that the longer side is `size`. */
function fitted(picture: GreyPicture, size: number): GreyPicture {
  const scale = size / Math.max(picture.width, picture.height);
  const side = (extent: number) => Math.max(1, Math.round(extent * scale));
  return resized(picture, { width: side(picture.width), height: side(picture.height) });
}

/** On a dark ground, its centre of mass in the middle, as MNIST has its digits. */
function centred(picture: GreyPicture, size: { width: number; height: number }): GreyPicture {
  let [mass, massX, massY] = [0, 0, 0];
  picture.pixels.forEach((value, i) => {
    mass += value;
    massX += value * ((i % picture.width) + 0.5);
    massY += value * (Math.floor(i / picture.width) + 0.5);
  });
  const place = (moment: number, extent: number, room: number) => {
    const first = Math.round(room / 2 - moment / mass);
    return Math.min(Math.max(first, 0), room - extent);
  };
  return pasted(picture, {
    ...size,
    left: place(massX, picture.width, size.width),
    top: place(massY, picture.height, size.height),
    ground: 0,
  });
}

/** Widened or heightened to the aspect ratio, in the colour of its border. */
function squared(picture: GreyPicture, aspect: number): GreyPicture {
  const width = Math.max(picture.width, Math.round(picture.height * aspect));
  const height = Math.max(picture.height, Math.round(picture.width / aspect));
  const left = Math.floor((width - picture.width) / 2);
  const top = Math.floor((height - picture.height) / 2);
  return pasted(picture, { width, height, left, top, ground: borderBrightness(picture) });
}

interface Place {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly ground: number;
}

function pasted(picture: GreyPicture, { width, height, left, top, ground }: Place): GreyPicture {
  const pixels = new Float32Array(width * height).fill(ground);
  for (let y = 0; y < picture.height; y++) {
    const row = picture.pixels.subarray(y * picture.width, (y + 1) * picture.width);
    pixels.set(row, (top + y) * width + left);
  }
  return { width, height, pixels };
}

/** Each new pixel is the mean of the area that it covers. */
function resized(picture: GreyPicture, size: { width: number; height: number }): GreyPicture {
  const columns = resizedRows(transposed(picture), size.width);
  return resizedRows(transposed(columns), size.height);
}

function resizedRows({ width, height, pixels }: GreyPicture, rows: number): GreyPicture {
  const out = new Float32Array(rows * width);
  const span = height / rows;
  for (let row = 0; row < rows; row++) {
    const from = row * span;
    const to = Math.min((row + 1) * span, height);
    for (let y = Math.floor(from); y < to; y++) {
      const share = (Math.min(y + 1, to) - Math.max(y, from)) / (to - from);
      for (let x = 0; x < width; x++) out[row * width + x] += share * pixels[y * width + x];
    }
  }
  return { width, height: rows, pixels: out };
}

function transposed({ width, height, pixels }: GreyPicture): GreyPicture {
  const out = new Float32Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[x * height + y] = pixels[y * width + x];
  }
  return { width: height, height: width, pixels: out };
}
