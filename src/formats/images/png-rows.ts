/** Decompresses the pixels of a PNG file and undoes the filters of their rows (ISO/IEC 15948, 8 to 10). */

import { Unzlib } from 'fflate';
import { checkSize, damaged, type ImageFile } from './image-problem.js';
import type { PngChunks, PngHeader } from './png-chunks.js';

/** A row of samples, `channels` for each pixel, and where its pixels belong in the picture. */
export interface PngRow {
  readonly samples: Uint16Array;
  readonly y: number;
  readonly firstX: number;
  readonly stepX: number;
}

/** Every `stepX`th pixel of every `stepY`th row. */
interface Pass {
  readonly firstX: number;
  readonly firstY: number;
  readonly stepX: number;
  readonly stepY: number;
}

const whole: readonly Pass[] = [{ firstX: 0, firstY: 0, stepX: 1, stepY: 1 }];

/** Adam Costello's seven passes of an interlaced picture. */
const interlaced: readonly Pass[] = [
  { firstX: 0, firstY: 0, stepX: 8, stepY: 8 },
  { firstX: 4, firstY: 0, stepX: 8, stepY: 8 },
  { firstX: 0, firstY: 4, stepX: 4, stepY: 8 },
  { firstX: 2, firstY: 0, stepX: 4, stepY: 4 },
  { firstX: 0, firstY: 2, stepX: 2, stepY: 4 },
  { firstX: 1, firstY: 0, stepX: 2, stepY: 2 },
  { firstX: 0, firstY: 1, stepX: 1, stepY: 2 },
];

/** Deflate packs no more than 1032 bytes into one. */
const MOST_PACKED = 1032;
/** Compressed bytes that are decompressed at once, so that what they swell to stays small. */
const PIECE = 4096;

/** Calls `use` with each row; the next one reuses its memory. */
export function decodePngRows(
  { header, pieces }: PngChunks,
  file: ImageFile,
  use: (row: PngRow) => void,
): void {
  const { width, height, depth, channels } = header;
  const passes = (header.interlaced ? interlaced : whole)
    .map((pass) => ({ ...pass, ...extentOf(pass, header) }))
    .filter(({ across, rows }) => across > 0 && rows > 0);
  const total = passes.reduce((sum, { rowBytes, rows }) => sum + rows * (rowBytes + 1), 0);
  const packed = pieces.reduce((sum, piece) => sum + piece.length, 0);
  checkSize(header, { file, atMost: (width * height * packed * MOST_PACKED) / total });

  const bytes = inflate(pieces, total, file);
  const pixelBytes = Math.max(1, (channels * depth) >> 3);
  let at = 0;
  for (const { firstX, firstY, stepX, stepY, across, rows, rowBytes } of passes) {
    const samples = new Uint16Array(across * channels);
    let above: Uint8Array = new Uint8Array(rowBytes);
    for (let row = 0; row < rows; row++, at += rowBytes + 1) {
      const line = bytes.subarray(at + 1, at + 1 + rowBytes);
      unfilter(line, { above, filter: bytes[at], pixelBytes }, file);
      unpack(line, samples, depth);
      use({ samples, y: firstY + row * stepY, firstX, stepX });
      above = line;
    }
  }
}

function extentOf({ firstX, firstY, stepX, stepY }: Pass, header: PngHeader) {
  const across = Math.ceil((header.width - firstX) / stepX);
  const rows = Math.ceil((header.height - firstY) / stepY);
  return { across, rows, rowBytes: Math.ceil((across * header.channels * header.depth) / 8) };
}

/** The first `total` bytes that the pieces decompress to; what would come behind them is left alone. */
function inflate(pieces: readonly Uint8Array[], total: number, file: ImageFile): Uint8Array {
  const bytes = new Uint8Array(total);
  let filled = 0;
  const inflator = new Unzlib((chunk) => {
    const part = chunk.subarray(0, total - filled);
    bytes.set(part, filled);
    filled += part.length;
  });
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length && filled < total; at += PIECE) {
        inflator.push(piece.subarray(at, at + PIECE));
      }
    }
    if (filled < total) inflator.push(new Uint8Array(0), true);
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error), error);
  }
  if (filled < total) throw damaged(file, `its pixels end after ${filled} of ${total} bytes`);
  return bytes;
}

interface Filtered {
  readonly above: Uint8Array;
  readonly filter: number;
  readonly pixelBytes: number;
}

function unfilter(
  line: Uint8Array,
  { above, filter, pixelBytes }: Filtered,
  file: ImageFile,
): void {
  const { length } = line;
  if (filter === 1) {
    for (let i = pixelBytes; i < length; i++) line[i] += line[i - pixelBytes];
  } else if (filter === 2) {
    for (let i = 0; i < length; i++) line[i] += above[i];
  } else if (filter === 3) {
    for (let i = 0; i < length; i++) {
      const left = i < pixelBytes ? 0 : line[i - pixelBytes];
      line[i] += (left + above[i]) >> 1;
    }
  } else if (filter === 4) {
    for (let i = 0; i < length; i++) {
      const left = i < pixelBytes ? 0 : line[i - pixelBytes];
      const corner = i < pixelBytes ? 0 : above[i - pixelBytes];
      line[i] += nearestOf(left, above[i], corner);
    }
  } else if (filter !== 0) {
    throw damaged(file, `filter ${filter}, which is none`);
  }
}

/** Alan Paeth's predictor. */
function nearestOf(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function unpack(line: Uint8Array, samples: Uint16Array, depth: number): void {
  if (depth === 8) {
    samples.set(line);
  } else if (depth === 16) {
    for (let i = 0; i < samples.length; i++) samples[i] = (line[2 * i] << 8) | line[2 * i + 1];
  } else {
    const mask = (1 << depth) - 1;
    for (let i = 0; i < samples.length; i++) {
      const bit = i * depth;
      samples[i] = (line[bit >> 3] >> (8 - depth - (bit & 7))) & mask;
    }
  }
}
