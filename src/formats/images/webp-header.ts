/** The chunks of WebP files (RFC 9649): the first picture among them and its size, and files made of chunks. */

import type { Canvas } from './canvas.js';
import { checkSize, cutOff, damaged, type ImageFile } from './image-problem.js';

export interface WebpPicture {
  /** A file of this picture alone, without animation or notes. */
  readonly bytes: Uint8Array;
  readonly canvas: Canvas;
  readonly hasAlpha: boolean;
  readonly exif: Uint8Array | null;
}

export interface Chunk {
  readonly name: string;
  readonly at: number;
  readonly data: Uint8Array;
}

/** Flat pictures take next to no bytes; only large ones must have some. */
const USUAL_SIZE = 16_000_000;
const PIXELS_PER_BYTE = 1000;

/** The first picture of a file that is complete and whose size is reasonable. */
export function readWebp(bytes: Uint8Array, file: ImageFile): WebpPicture {
  const told = uint(bytes, 4, 4) + 8;
  if (bytes.length < 20 || told > bytes.length) {
    throw cutOff(file, `its header says ${told} bytes, but the file ends after ${bytes.length}`);
  }
  const chunks = chunksOf(bytes, { from: 12, to: told }, file);
  const extended = chunks[0].name === 'VP8X';
  const exif = exifIn(chunks);
  const check = (size: { width: number; height: number }) =>
    checkSize(size, { file, atMost: USUAL_SIZE + bytes.length * PIXELS_PER_BYTE });
  const frame = chunks.find(({ name }) => name === 'ANMF');
  let canvas = extended ? extendedCanvas(chunks[0], file) : null;
  if (canvas) check(canvas);
  let parts = chunks;
  if (frame) {
    if (frame.data.length < 24) throw damaged(file, `an incomplete frame at byte ${frame.at}`);
    parts = chunksOf(bytes, { from: frame.at + 24, to: frame.at + 8 + frame.data.length }, file);
    canvas &&= { ...canvas, left: 2 * uint(frame.data, 0, 3), top: 2 * uint(frame.data, 3, 3) };
  }
  const picture = parts.find(({ name }) => name === 'VP8 ' || name === 'VP8L');
  if (!picture) throw damaged(file, 'it has no picture');
  const lossless = picture.name === 'VP8L';
  const size = lossless ? losslessSize(picture, file) : lossySize(picture, file);
  check(size);
  const alpha = lossless ? null : parts.find(({ name }) => name === 'ALPH');
  canvas ??= { ...size, left: 0, top: 0 };
  if (canvas.left + size.width > canvas.width || canvas.top + size.height > canvas.height) {
    throw damaged(file, `a picture of ${size.width} x ${size.height} outside its canvas`);
  }
  const hasAlpha = lossless
    ? (picture.data[4] & 0x10) !== 0
    : alpha !== undefined && alpha !== null;
  const alone = alpha ? [extendedHeader(size), alpha, picture] : [picture];
  return { bytes: webpFile(alone), canvas, hasAlpha, exif };
}

/** Some writers put JPEG's mark in front of the data. */
function exifIn(chunks: readonly Chunk[]): Uint8Array | null {
  const exif = chunks.find(({ name }) => name === 'EXIF')?.data ?? null;
  const isMarked = exif && String.fromCharCode(...exif.subarray(0, 6)) === 'Exif\0\0';
  return isMarked ? exif.subarray(6) : exif;
}

/** Bytes from the beginning that `mayHaveExif` looks at. */
export const EXIF_HEADER = 21;
const HAS_EXIF = 8;

/** Whether the first bytes are those of a WebP file that announces EXIF data. */
export function mayHaveExif(header: Uint8Array): boolean {
  const text = String.fromCharCode(...header.subarray(0, 16));
  return /^RIFF....WEBPVP8X/s.test(text) && ((header[20] ?? 0) & HAS_EXIF) !== 0;
}

/** The file without its EXIF data, and these: for a decoder of which nobody knows whether it heeds them. */
export function withoutExif(
  bytes: Uint8Array,
  file: ImageFile,
): { readonly bytes: Uint8Array; readonly exif: Uint8Array | null } {
  const to = Math.min(bytes.length, uint(bytes, 4, 4) + 8);
  const chunks = chunksOf(bytes, { from: 12, to }, file);
  const kept = chunks
    .filter(({ name }) => name !== 'EXIF')
    .map((chunk) => {
      if (chunk.name !== 'VP8X') return chunk;
      const data = chunk.data.slice();
      data[0] &= ~HAS_EXIF;
      return { ...chunk, data };
    });
  return { bytes: webpFile(kept), exif: exifIn(chunks) };
}

/** The chunks between two bytes of a file. */
export function chunksOf(
  bytes: Uint8Array,
  { from, to }: { from: number; to: number },
  file: ImageFile,
): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = from; at + 8 <= to; ) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = uint(bytes, at + 4, 4);
    if (at + 8 + length > to) {
      throw cutOff(
        file,
        `chunk ${JSON.stringify(name)} at byte ${at} needs ${length} bytes of data but only ${
          to - at - 8
        } follow`,
      );
    }
    chunks.push({ name, at, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length & 1);
  }
  if (chunks.length === 0) throw damaged(file, 'it has no chunks');
  return chunks;
}

function extendedCanvas({ data }: Chunk, file: ImageFile): Canvas {
  if (data.length < 10) throw damaged(file, 'an incomplete header');
  return { width: uint(data, 4, 3) + 1, height: uint(data, 7, 3) + 1, left: 0, top: 0 };
}

/** The frame header of VP8 (RFC 6386, 9.1). */
function lossySize({ data, at }: Chunk, file: ImageFile): { width: number; height: number } {
  if (data.length < 10 || data[0] & 1 || uint(data, 3, 3) !== 0x2a019d) {
    throw damaged(file, `no key frame at byte ${at}`);
  }
  return { width: uint(data, 6, 2) & 0x3fff, height: uint(data, 8, 2) & 0x3fff };
}

function losslessSize({ data, at }: Chunk, file: ImageFile): { width: number; height: number } {
  if (data.length < 5 || data[0] !== 0x2f) throw damaged(file, `no lossless picture at byte ${at}`);
  const bits = uint(data, 1, 4);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** The chunk that announces a picture with alpha. */
function extendedHeader({ width, height }: { width: number; height: number }): Chunk {
  const data = new Uint8Array(10);
  data[0] = 0x10;
  for (let i = 0; i < 3; i++) {
    data[4 + i] = (width - 1) >> (8 * i);
    data[7 + i] = (height - 1) >> (8 * i);
  }
  return { name: 'VP8X', at: 0, data };
}

/** A file of these chunks. */
export function webpFile(chunks: readonly Chunk[]): Uint8Array {
  const padded = (length: number) => length + (length & 1);
  const total = chunks.reduce((sum, { data }) => sum + 8 + padded(data.length), 12);
  const out = new Uint8Array(total);
  const view = new DataView(out.buffer);
  const write = (text: string, at: number) => out.set(new TextEncoder().encode(text), at);
  write('RIFF', 0);
  view.setUint32(4, total - 8, true);
  write('WEBP', 8);
  let at = 12;
  for (const { name, data } of chunks) {
    write(name, at);
    view.setUint32(at + 4, data.length, true);
    out.set(data, at + 8);
    at += 8 + padded(data.length);
  }
  return out;
}

/** A little-endian number of up to four bytes. */
function uint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
