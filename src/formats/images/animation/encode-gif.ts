/** Writes animated GIF files: exact colours where 256 suffice, else those that stand best for all of a frame. */

import type { Gifenc } from 'gifenc';
import type { ImagePixels } from '../image-pixels.js';
import { rgbaOf } from '../rgba.js';
import { type AnimationFrame, type AnimationOptions, checkAnimation } from './animation.js';

const MOST_COLOURS = 256;
/** Pixels with less alpha than this are not there: GIF knows no others. */
const SOLID = 128;

/**
 * The bytes of an animated GIF file. Times are rounded to hundredths of a second; a pixel is transparent or not.
 *
 * Throws ValueError when there are no frames, or frames of different sizes.
 *
 *     const gif = await encodeGif(frames.map((image) => ({ image, milliseconds: 100 })));
 */
export async function encodeGif(
  frames: readonly AnimationFrame[],
  { plays = 0 }: AnimationOptions = {},
): Promise<Uint8Array> {
  const { width, height } = checkAnimation('encodeGif', frames, plays);
  const gifenc = await loadGifenc();
  const encoder = gifenc.GIFEncoder();
  const coloured = frames.map(({ image }) => exactColours(image) ?? nearestColours(image, gifenc));
  const isHoled = ({ indices, palette }: Coloured) => indices.includes(palette.length);
  // Else the frame before would be seen through the holes of the next one.
  const dispose = coloured.some(isHoled) ? 2 : 1;
  for (const [i, one] of coloured.entries()) {
    const { palette, indices } = one;
    const hole = { transparent: true, transparentIndex: palette.length };
    encoder.writeFrame(indices, width, height, {
      palette: isHoled(one) ? [...palette, [0, 0, 0]] : palette,
      delay: frames[i].milliseconds,
      // GIF counts what follows the first time.
      repeat: plays === 0 ? 0 : plays === 1 ? -1 : plays - 1,
      dispose,
      ...(isHoled(one) && hole),
    });
  }
  encoder.finish();
  return encoder.bytes();
}

// NOTE: imported here, since a page without a bundler cannot import packages.
async function loadGifenc(): Promise<Gifenc> {
  const module = await import('gifenc');
  return module.quantize ? (module as unknown as Gifenc) : module.default;
}

interface Coloured {
  readonly palette: readonly (readonly number[])[];
  /** The one behind the last colour is transparent. */
  readonly indices: Uint8Array;
}

function nearestColours(image: ImagePixels, { applyPalette, quantize }: Gifenc): Coloured {
  const rgba = rgbaOf(image);
  // One is left for what is transparent.
  const palette = quantize(rgba, MOST_COLOURS - 1);
  const indices = applyPalette(rgba, palette);
  for (let i = 0; i < indices.length; i++) if (rgba[4 * i + 3] < SOLID) indices[i] = palette.length;
  return { palette, indices };
}

/** Every colour of the picture; null when there are too many. */
function exactColours(image: ImagePixels): Coloured | null {
  const rgba = rgbaOf(image);
  const places = new Map<number, number>();
  const indices = new Uint8Array(rgba.length / 4);
  const hidden: number[] = [];
  for (let i = 0; i < indices.length; i++) {
    const [red, green, blue, alpha] = rgba.subarray(4 * i, 4 * i + 4);
    if (alpha < SOLID) {
      hidden.push(i);
      continue;
    }
    const colour = (red << 16) | (green << 8) | blue;
    const place = places.get(colour) ?? places.size;
    if (place === MOST_COLOURS) return null;
    places.set(colour, place);
    indices[i] = place;
  }
  if (hidden.length > 0 && places.size === MOST_COLOURS) return null;
  const palette = [...places.keys()].map((colour) => [
    colour >> 16,
    (colour >> 8) & 255,
    colour & 255,
  ]);
  if (palette.length === 0) palette.push([0, 0, 0]);
  for (const i of hidden) indices[i] = palette.length;
  return { palette, indices };
}
