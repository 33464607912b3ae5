/** Turns the channels of a JPEG picture into grey or RGB, with libjpeg's rounding and Pillow's CMYK. */

import type { ImagePixels } from '../image-pixels.js';
import type { Frame } from './frame.js';
import { type RowOf, upsampler } from './upsampling.js';

/** What the channels of a file mean. */
export type ColourModel = 'grey' | 'ycc' | 'rgb' | 'cmyk' | 'ycck';

export interface ColourHints {
  /** Whether a JFIF segment was there. */
  readonly jfif: boolean;
  /** The transform that an Adobe segment names. */
  readonly adobe: number | undefined;
}

/** The colour model, by the same signs that libjpeg goes by. */
export function colourModel({ components }: Frame, { jfif, adobe }: ColourHints): ColourModel {
  if (components.length === 1) return 'grey';
  if (components.length === 4) return adobe === 2 ? 'ycck' : 'cmyk';
  if (jfif) return 'ycc';
  if (adobe !== undefined) return adobe === 0 ? 'rgb' : 'ycc';
  return String.fromCharCode(...components.map(({ id }) => id)) === 'RGB' ? 'rgb' : 'ycc';
}

/** The picture in one channel of grey or three of RGB. */
export function colourPixels(frame: Frame, model: ColourModel): ImagePixels {
  const { width, height, components } = frame;
  const rows = components.map(upsampler);
  const channels = model === 'grey' ? 1 : 3;
  const data = new Uint8ClampedArray(width * height * channels);
  for (let y = 0; y < height; y++) {
    const out = data.subarray(y * width * channels, (y + 1) * width * channels);
    writeRow(
      out,
      rows.map((row) => row(y)),
      model,
    );
  }
  return { width, height, channels, data: new Uint8Array(data.buffer) };
}

type Rows = readonly ReturnType<RowOf>[];

function writeRow(out: Uint8ClampedArray, rows: Rows, model: ColourModel): void {
  if (model === 'grey') {
    out.set(rows[0].subarray(0, out.length));
    return;
  }
  if (model === 'ycc' || model === 'ycck') writeYcc(out, rows);
  else writePlain(out, rows);
  if (model === 'cmyk') writeInk(out, rows[3], false);
  if (model === 'ycck') writeInk(out, rows[3], true);
}

function writePlain(out: Uint8ClampedArray, [red, green, blue]: Rows): void {
  for (let i = 0, x = 0; i < out.length; i += 3, x++) {
    out[i] = red[x];
    out[i + 1] = green[x];
    out[i + 2] = blue[x];
  }
}

/** Fractions of 16 bits: 1.402, 1.772, 0.71414 and 0.34414. */
const [RED_CR, BLUE_CB, GREEN_CR, GREEN_CB] = [91881, 116130, 46802, 22554];
const HALF = 1 << 15;

function writeYcc(out: Uint8ClampedArray, [luma, blueness, redness]: Rows): void {
  for (let i = 0, x = 0; i < out.length; i += 3, x++) {
    const y = luma[x];
    const cb = blueness[x] - 128;
    const cr = redness[x] - 128;
    out[i] = y + ((RED_CR * cr + HALF) >> 16);
    out[i + 1] = y + ((HALF - GREEN_CB * cb - GREEN_CR * cr) >> 16);
    out[i + 2] = y + ((BLUE_CB * cb + HALF) >> 16);
  }
}

/**
 * Puts black over colours. Files keep all four inks inverted, as Adobe's programs write them; of YCCK
 * the colours come out of the transform the other way round.
 */
function writeInk(out: Uint8ClampedArray, black: Uint8Array, inverted: boolean): void {
  for (let i = 0, x = 0; i < out.length; i += 3, x++) {
    const light = black[x];
    for (let c = i; c < i + 3; c++) {
      const ink = inverted ? out[c] : 255 - out[c];
      const product = ink * light + 128;
      out[c] = light - (((product >> 8) + product) >> 8);
    }
  }
}
