/** colorJitter: pictures in another light. */

import { ValueError } from '../../graph/errors.js';
import type { Transform } from './transform.js';

export interface ColorJitterOptions {
  /** Brightness times 1 - b to 1 + b. Default: 0.2. */
  readonly brightness?: number;
  /** Distance from the mean grey times 1 - c to 1 + c. Default: 0.2. */
  readonly contrast?: number;
  /** Distance of each pixel from its own grey times 1 - s to 1 + s. Default: 0.2. */
  readonly saturation?: number;
  /** Turns of the circle of hues, -h to h, at most 0.5. Default: 0. */
  readonly hue?: number;
}

type Change = (pixels: Float64Array, size: number, amount: number) => void;

/**
 * Brightness, contrast, saturation and hue changed by random amounts, in random order (torchvision's
 * `ColorJitter`, rounded once at the end). Grey pictures have the first two alone.
 *
 * Throws ValueError for amounts out of range.
 *
 *     const transforms = [colorJitter({ brightness: 0.4, hue: 0.1 })];
 */
export function colorJitter(options: ColorJitterOptions = {}): Transform {
  const { brightness = 0.2, contrast = 0.2, saturation = 0.2, hue = 0 } = options;
  const amounts = { brightness, contrast, saturation, hue };
  for (const [name, amount] of Object.entries(amounts)) {
    const most = name === 'hue' ? 0.5 : 1;
    if (amount >= 0 && amount <= most) continue;
    throw new ValueError(`colorJitter: ${name} is ${amount}; expected 0 to ${most}`);
  }
  const changes: readonly (readonly [Change, number])[] = [
    [brighten, brightness],
    [spread, contrast],
    [saturate, saturation],
    [turnHue, hue],
  ];
  return {
    name: 'color',
    options: amounts,
    apply(source, target, { shape: [channels, height, width], random }) {
      const pixels = Float64Array.from(source);
      const draws = changes.map(() => 2 * random.uniform() - 1);
      for (const which of random.permutation(changes.length)) {
        const [change, amount] = changes[which];
        const needsColour = change === saturate || change === turnHue;
        if (amount === 0 || (needsColour && channels !== 3)) continue;
        change(pixels, height * width, amount * draws[which]);
      }
      for (let i = 0; i < pixels.length; i++) target[i] = Math.round(pixels[i]);
    },
  };
}

function brighten(pixels: Float64Array, _size: number, amount: number): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = byte(pixels[i] * (1 + amount));
}

function spread(pixels: Float64Array, size: number, amount: number): void {
  let mean = 0;
  for (let i = 0; i < size; i++) mean += greyOf(pixels, size, i) / size;
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = byte(mean + (pixels[i] - mean) * (1 + amount));
}

function saturate(pixels: Float64Array, size: number, amount: number): void {
  for (let i = 0; i < size; i++) {
    const grey = greyOf(pixels, size, i);
    for (let p = i; p < pixels.length; p += size)
      pixels[p] = byte(grey + (pixels[p] - grey) * (1 + amount));
  }
}

/** The hue turned, in the model of hue, saturation and value. */
function turnHue(pixels: Float64Array, size: number, amount: number): void {
  for (let i = 0; i < size; i++) {
    const [red, green, blue] = [pixels[i], pixels[i + size], pixels[i + 2 * size]];
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    if (chroma === 0) continue;
    let sixths = (red - green) / chroma + 4;
    if (value === red) sixths = (green - blue) / chroma + 6;
    else if (value === green) sixths = (blue - red) / chroma + 2;
    const hue = sixths + 6 * amount + 6;
    // Each channel is a trapezoid over the circle, a third of a turn apart.
    [5, 3, 1].forEach((shift, channel) => {
      const place = (shift + hue) % 6;
      pixels[i + channel * size] = value - chroma * Math.max(0, Math.min(place, 4 - place, 1));
    });
  }
}

/** Luminance (ITU-R 601). */
function greyOf(pixels: Float64Array, size: number, i: number): number {
  if (pixels.length < 3 * size) return pixels[i];
  return 0.299 * pixels[i] + 0.587 * pixels[i + size] + 0.114 * pixels[i + 2 * size];
}

const byte = (value: number): number => Math.min(Math.max(value, 0), 255);
