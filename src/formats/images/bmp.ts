/** Reads BMP files: 1 to 32 bits a pixel, palettes, bit fields and run lengths (Microsoft, "Bitmap Storage"). */

import { decodeRuns } from './bmp-runs.js';
import type { ImagePixels } from './image-pixels.js';
import { checkSize, cutOff, damaged, type ImageFile, unsupported } from './image-problem.js';

/** What the headers say. */
interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether rows go from top to bottom. */
  readonly topDown: boolean;
  /** Bits of a pixel. */
  readonly depth: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly start: number;
  /** Four bytes a colour, blue first; empty when pixels are no indices. */
  readonly palette: Uint8Array;
  readonly paletteStep: number;
  readonly masks: readonly number[];
}

const [PLAIN, RUNS_8, RUNS_4, FIELDS, ALPHA_FIELDS] = [0, 1, 2, 3, 6];
/** Fields of red, green and blue that a file without masks has. */
const usualMasks: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x3e0, 0x1f],
  24: [0xff0000, 0xff00, 0xff],
  32: [0xff0000, 0xff00, 0xff],
};
/** A run of 255 pixels takes two bytes; what runs leave out costs nothing. */
const RUN_PIXELS_PER_BYTE = 128;
const USUAL_SIZE = 16_000_000;

/** The pixels of a BMP file: RGB, or RGBA when it has a field for alpha. */
export function decodeBmp(bytes: Uint8Array, fileName: string): ImagePixels {
  const file: ImageFile = { fileName, kind: 'BMP' };
  const header = readHeader(bytes, file);
  const { width, height, depth, compression, start } = header;
  const inRuns = compression === RUNS_8 || compression === RUNS_4;
  const stride = inRuns ? width : Math.ceil((width * depth) / 32) * 4;
  if (inRuns) {
    checkSize(header, { file, atMost: USUAL_SIZE + bytes.length * RUN_PIXELS_PER_BYTE });
  } else {
    checkSize(header, { file });
    if (start + stride * height > bytes.length) {
      throw cutOff(
        file,
        `${stride * height} bytes of pixels are needed from byte ${start} on, but the file ends ` +
          `after ${bytes.length}`,
      );
    }
  }
  if (!inRuns && depth > 8) return fieldPixels(bytes, stride, header);
  const packed = bytes.subarray(start);
  const rows = inRuns
    ? decodeRuns(packed, { width, height, nibbles: compression === RUNS_4 }, file)
    : packed;
  return indexedPixels(rows, { stride, depth: inRuns ? 8 : depth, header, file });
}

function readHeader(bytes: Uint8Array, file: ImageFile): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length < 26 ? 0 : view.getUint32(14, true);
  if (bytes.length < 26 || 14 + size > bytes.length) {
    throw cutOff(file, `the file ends after ${bytes.length} bytes, within its header`);
  }
  const old = size === 12;
  if (!old && size < 40) throw damaged(file, `a header of ${size} bytes`);
  const [width, signedHeight] = old
    ? [view.getUint16(18, true), view.getUint16(20, true)]
    : [view.getInt32(18, true), view.getInt32(22, true)];
  const depth = view.getUint16(old ? 24 : 28, true);
  const compression = old ? PLAIN : view.getUint32(30, true);
  const height = Math.abs(signedHeight);
  checkSize({ width: Math.max(width, 0), height }, { file });
  checkLayout(depth, compression, file);
  const fields = compression === FIELDS || compression === ALPHA_FIELDS;
  const masks = readMasks(view, { size, depth, compression }, file);
  // Behind the oldest header that knows masks they stand between it and the palette.
  const paletteStart = 14 + size + (size === 40 && fields ? 4 * masks.length : 0);
  if (paletteStart > bytes.length) {
    throw cutOff(file, `the file ends after ${bytes.length} bytes, within its header`);
  }
  const paletteStep = old ? 3 : 4;
  const told = old ? 0 : view.getUint32(46, true);
  const most = depth > 8 ? 0 : 1 << depth;
  const colours = told === 0 ? most : Math.min(told, most);
  const start = view.getUint32(10, true);
  const paletteEnd = Math.min(paletteStart + colours * paletteStep, start, bytes.length);
  const palette = bytes.subarray(paletteStart, Math.max(paletteStart, paletteEnd));
  if (start > bytes.length) {
    throw cutOff(file, `its pixels begin at byte ${start}, but it ends after ${bytes.length}`);
  }
  const topDown = signedHeight < 0;
  return { width, height, topDown, depth, compression, start, palette, paletteStep, masks };
}

/** The fields of red, green, blue and perhaps alpha. */
function readMasks(
  view: DataView,
  { size, depth, compression }: { size: number; depth: number; compression: number },
  file: ImageFile,
): readonly number[] {
  if (compression !== FIELDS && compression !== ALPHA_FIELDS) {
    return usualMasks[depth] ?? [];
  }
  const count = size >= 56 || compression === ALPHA_FIELDS ? 4 : 3;
  if (54 + 4 * count > view.byteLength) {
    throw cutOff(file, `the file ends after ${view.byteLength} bytes, within its header`);
  }
  return Array.from({ length: count }, (_, i) => view.getUint32(54 + 4 * i, true));
}

function checkLayout(depth: number, compression: number, file: ImageFile): void {
  const depths: Readonly<Record<number, readonly number[]>> = {
    [PLAIN]: [1, 4, 8, 16, 24, 32],
    [RUNS_8]: [8],
    [RUNS_4]: [4],
    [FIELDS]: [16, 32],
    [ALPHA_FIELDS]: [16, 32],
  };
  if (depths[compression]?.includes(depth)) return;
  throw unsupported(
    file,
    `has ${depth} bits per pixel in compression ${compression}`,
    'a BMP image of 1, 4, 8, 16, 24 or 32 bits per pixel',
  );
}

interface IndexRows {
  readonly stride: number;
  readonly depth: number;
  readonly header: BmpHeader;
  readonly file: ImageFile;
}

function indexedPixels(rows: Uint8Array, { stride, depth, header, file }: IndexRows): ImagePixels {
  const { width, height, palette, paletteStep } = header;
  const colours = Math.floor(palette.length / paletteStep);
  const mask = (1 << depth) - 1;
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const row = rowOf(header, y) * stride;
    for (let x = 0, at = 3 * y * width; x < width; x++, at += 3) {
      const bit = x * depth;
      const index = (rows[row + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
      if (index >= colours) throw damaged(file, `colour ${index} of a palette of ${colours}`);
      const colour = index * paletteStep;
      data[at] = palette[colour + 2];
      data[at + 1] = palette[colour + 1];
      data[at + 2] = palette[colour];
    }
  }
  return { width, height, channels: 3, data };
}

/** Where row `y` of the picture lies among those of the file. */
function rowOf({ height, topDown }: BmpHeader, y: number): number {
  return topDown ? y : height - 1 - y;
}

/** Pixels whose channels are fields of their bits. */
function fieldPixels(bytes: Uint8Array, stride: number, header: BmpHeader): ImagePixels {
  const { width, height, depth, start, masks } = header;
  const fields = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    return { mask, shift, largest: mask >>> shift };
  });
  const channels = masks[3] ? 4 : 3;
  const pixelBytes = depth / 8;
  const data = new Uint8Array(width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    let from = start + rowOf(header, y) * stride;
    for (let x = 0; x < width; x++, from += pixelBytes) {
      let pixel = 0;
      for (let i = 0; i < pixelBytes; i++) pixel |= bytes[from + i] << (8 * i);
      for (let c = 0; c < channels; c++) {
        const { mask, shift, largest } = fields[c];
        const value = (pixel & mask) >>> shift;
        data[at++] =
          largest === 0 ? 0 : largest === 255 ? value : Math.round((value * 255) / largest);
      }
    }
  }
  return { width, height, channels, data };
}
