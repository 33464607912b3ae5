/** Reads animated GIF files: whole pictures, as they are shown one after the other. */

import { gifFrames } from '../gif.js';
import type { ImagePixels } from '../image-pixels.js';
import type { AnimationFrame } from './animation.js';

const CLEARED = 2;
const RESTORED = 3;

/**
 * The pictures of an animated GIF file, RGBA, each made when it is asked for. The canvas is as large as the first
 * frame found it; what later frames have beyond it is cut off.
 *
 * Throws FormatError when the file is cut off or damaged.
 *
 *     for (const { image, milliseconds } of decodeGifFrames(bytes, 'walk.gif')) show(image, milliseconds);
 */
export function* decodeGifFrames(
  bytes: Uint8Array,
  fileName: string,
): Generator<AnimationFrame, undefined> {
  let shown: ImagePixels | null = null;
  for (const { image, canvas, milliseconds, disposal } of gifFrames(bytes, fileName)) {
    shown ??= emptyCanvas(canvas);
    const before = shown.data.slice();
    paint(shown, image, canvas);
    yield { image: { ...shown, data: shown.data.slice() }, milliseconds };
    if (disposal === RESTORED) shown.data.set(before);
    if (disposal === CLEARED) clear(shown, image, canvas);
  }
}

const emptyCanvas = ({ width, height }: { width: number; height: number }): ImagePixels => ({
  ...{ width, height, channels: 4 },
  data: new Uint8Array(4 * width * height),
});

interface Place {
  readonly left: number;
  readonly top: number;
}

/** The bytes of the frame's pixel in both, for every pixel that is on the canvas. */
function* pixelsOn(
  canvas: ImagePixels,
  frame: { width: number; height: number },
  { left, top }: Place,
): Generator<readonly [from: number, to: number]> {
  for (let y = 0; y < Math.min(frame.height, canvas.height - top); y++) {
    for (let x = 0; x < Math.min(frame.width, canvas.width - left); x++) {
      yield [y * frame.width + x, 4 * ((top + y) * canvas.width + left + x)];
    }
  }
}

function paint(canvas: ImagePixels, frame: ImagePixels, place: Place): void {
  const { channels, data } = frame;
  for (const [pixel, to] of pixelsOn(canvas, frame, place)) {
    const from = pixel * channels;
    if (channels === 4 && data[from + 3] === 0) continue;
    for (let c = 0; c < 3; c++) canvas.data[to + c] = data[from + c];
    canvas.data[to + 3] = 255;
  }
}

function clear(canvas: ImagePixels, frame: ImagePixels, place: Place): void {
  for (const [, to] of pixelsOn(canvas, frame, place)) canvas.data.fill(0, to, to + 4);
}
