/** Reads the frames of GIF files (CompuServe, "Graphics Interchange Format", 87a and 89a). */

import { type Canvas, placed } from './canvas.js';
import type { ImagePixels } from './image-pixels.js';
import { checkSize, cutOff, damaged, type ImageFile } from './image-problem.js';

/** The longest string of a table of 4096 codes, of 12 bits each. */
const PIXELS_PER_BYTE = 2731;
/** A small file may still open a large canvas for a small frame. */
const USUAL_CANVAS = 16_000_000;
const MOST_CODES = 4096;

/** The first frame on its canvas: RGB, or RGBA where something is transparent. */
export function decodeGif(bytes: Uint8Array, fileName: string): ImagePixels {
  const { value } = gifFrames(bytes, fileName).next();
  return placed(value!.image, value!.canvas);
}

/** A frame as it is in the file: often a part of the canvas. */
export interface GifFrame {
  readonly image: ImagePixels;
  readonly canvas: Canvas;
  /** How long it is shown, in milliseconds. */
  readonly milliseconds: number;
  /** 2: what it covers is cleared before the next frame; 3: becomes again what it was; else it stays. */
  readonly disposal: number;
}

/** The frames one after the other, each decoded when it is asked for; a file has one or more. */
export function* gifFrames(bytes: Uint8Array, fileName: string): Generator<GifFrame, undefined> {
  const reader = new GifReader(bytes, { fileName, kind: 'GIF' });
  reader.skip(6);
  const canvas = { width: reader.uint16(), height: reader.uint16() };
  const flags = reader.byte();
  reader.skip(2);
  const shared = flags & 0x80 ? reader.take(3 << ((flags & 7) + 1)) : null;
  let control = noControl;
  for (let frames = 0; ; ) {
    const kind = reader.byte();
    if (kind === 0x2c) {
      const { transparent, ...timing } = control;
      yield { ...readFrame(reader, { canvas, shared, transparent }), ...timing };
      frames++;
      control = noControl;
    } else if (kind === 0x3b) {
      if (frames > 0) return;
      throw damaged(reader.file, 'it has no frame');
    } else if (kind === 0x21) {
      const label = reader.byte();
      const blocks = reader.blocks();
      if (label === 0xf9 && blocks.length >= 4) control = controlOf(blocks);
    } else {
      throw damaged(reader.file, `an unknown block ${kind} at byte ${reader.position - 1}`);
    }
  }
}

/** What stands in front of a frame; `transparent` is an index, -1 for none. */
const noControl = { transparent: -1, milliseconds: 0, disposal: 0 };

const controlOf = ([flags, low, high, index]: Uint8Array): typeof noControl => ({
  transparent: flags & 1 ? index : -1,
  milliseconds: 10 * (low | (high << 8)),
  disposal: (flags >> 2) & 7,
});

interface FrameContext {
  readonly canvas: { readonly width: number; readonly height: number };
  readonly shared: Uint8Array | null;
  readonly transparent: number;
}

function readFrame(
  reader: GifReader,
  { canvas, shared, transparent }: FrameContext,
): Pick<GifFrame, 'image' | 'canvas'> {
  const { file, length } = reader;
  const [left, top] = [reader.uint16(), reader.uint16()];
  const [width, height] = [reader.uint16(), reader.uint16()];
  const flags = reader.byte();
  const palette = flags & 0x80 ? reader.take(3 << ((flags & 7) + 1)) : shared;
  checkSize({ width, height }, { file, atMost: length * PIXELS_PER_BYTE });
  // A frame that reaches beyond the canvas widens it, as browsers have it.
  const place = {
    width: Math.max(canvas.width, left + width),
    height: Math.max(canvas.height, top + height),
    ...{ left, top },
  };
  checkSize(place, { file, atMost: USUAL_CANVAS + length * PIXELS_PER_BYTE });
  if (palette === null) throw damaged(file, 'it has no palette');
  const codeSize = reader.byte();
  if (codeSize < 1 || codeSize > 8) throw damaged(file, `codes of ${codeSize} bits`);
  const start = reader.position;
  const indices = decodeLzw(reader.blocks(), { codeSize, pixels: width * height }, (what) =>
    damaged(file, `${what}, in the frame at byte ${start}`),
  );
  const colours = palette.length / 3;
  const channels = indices.includes(transparent) ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const rows = flags & 0x40 ? interlacedRows(height) : null;
  for (let row = 0; row < height; row++) {
    let at = (rows ? rows[row] : row) * width * channels;
    for (let x = 0; x < width; x++, at += channels) {
      const index = indices[row * width + x];
      if (index >= colours && index !== transparent) {
        throw damaged(file, `colour ${index} of a palette of ${colours}`);
      }
      data[at] = palette[3 * index];
      data[at + 1] = palette[3 * index + 1];
      data[at + 2] = palette[3 * index + 2];
      if (channels === 4 && index !== transparent) data[at + 3] = 255;
    }
  }
  return { image: { width, height, channels, data }, canvas: place };
}

/** Where the rows of an interlaced frame belong. */
function interlacedRows(height: number): number[] {
  const passes = [
    { first: 0, step: 8 },
    { first: 4, step: 8 },
    { first: 2, step: 4 },
    { first: 1, step: 2 },
  ];
  return passes.flatMap(({ first, step }) => {
    const rows = Math.max(0, Math.ceil((height - first) / step));
    return Array.from({ length: rows }, (_, i) => first + i * step);
  });
}

/** Decodes `pixels` indices (T. Welch, "A technique for high-performance data compression", 1984). */
function decodeLzw(
  bytes: Uint8Array,
  { codeSize, pixels }: { codeSize: number; pixels: number },
  problem: (what: string) => Error,
): Uint8Array {
  const out = new Uint8Array(pixels);
  const clear = 1 << codeSize;
  const end = clear + 1;
  // A code stands for the string of another code and one pixel behind it.
  const prefix = new Uint16Array(MOST_CODES);
  const suffix = new Uint8Array(MOST_CODES);
  const lengths = new Uint16Array(MOST_CODES);
  for (let i = 0; i < clear; i++) [suffix[i], lengths[i]] = [i, 1];
  let [next, width, previous, filled] = [end + 1, codeSize + 1, -1, 0];
  let [buffer, count, at] = [0, 0, 0];
  while (filled < pixels) {
    while (count < width && at < bytes.length) {
      buffer |= bytes[at++] << count;
      count += 8;
    }
    if (count < width) throw problem(`its pixels end after ${filled} of ${pixels}`);
    const code = buffer & ((1 << width) - 1);
    buffer >>>= width;
    count -= width;
    if (code === end) throw problem(`its pixels end after ${filled} of ${pixels}`);
    if (code === clear) {
      [next, width, previous] = [end + 1, codeSize + 1, -1];
      continue;
    }
    const isNew = code === next && previous >= 0 && next < MOST_CODES;
    if (code >= next && !isNew) throw problem(`code ${code} before it was defined`);
    const known = isNew ? previous : code;
    const length = lengths[known] + (isNew ? 1 : 0);
    let [place, string] = [filled + lengths[known] - 1, known];
    for (; place > filled; place--, string = prefix[string]) {
      if (place < pixels) out[place] = suffix[string];
    }
    const first = suffix[string];
    out[filled] = first;
    if (isNew && filled + length - 1 < pixels) out[filled + length - 1] = first;
    filled += length;
    if (previous >= 0 && next < MOST_CODES) {
      prefix[next] = previous;
      suffix[next] = first;
      lengths[next] = lengths[previous] + 1;
      next++;
      if (next === 1 << width && width < 12) width++;
    }
    previous = code;
  }
  return out;
}

/** Takes bytes from the front of a file, which may end too early. */
class GifReader {
  readonly file: ImageFile;
  position = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, file: ImageFile) {
    this.bytes = bytes;
    this.file = file;
  }

  get length(): number {
    return this.bytes.length;
  }

  take(count: number): Uint8Array {
    const from = this.position;
    if (from + count > this.bytes.length) {
      throw cutOff(
        this.file,
        `${count} bytes are needed at byte ${from}, but the file ends after ${this.bytes.length}`,
      );
    }
    this.position += count;
    return this.bytes.subarray(from, from + count);
  }

  skip(count: number): void {
    this.take(count);
  }

  byte(): number {
    return this.take(1)[0];
  }

  uint16(): number {
    const [low, high] = this.take(2);
    return low | (high << 8);
  }

  /** The bytes of a chain of blocks, which an empty one ends. */
  blocks(): Uint8Array {
    const start = this.position;
    let total = 0;
    for (let size = this.byte(); size > 0; size = this.byte()) {
      this.skip(size);
      total += size;
    }
    const joined = new Uint8Array(total);
    let filled = 0;
    for (let at = start; filled < total; at += this.bytes[at] + 1) {
      joined.set(this.bytes.subarray(at + 1, at + 1 + this.bytes[at]), filled);
      filled += this.bytes[at];
    }
    return joined;
  }
}
