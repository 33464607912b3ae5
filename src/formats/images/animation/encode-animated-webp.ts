/** Writes animated WebP files: frames that libwebp encodes, in the container of RFC 9649. */

import { encodeWebp, type WebpOptions } from '../encode-webp.js';
import { type Chunk, chunksOf, webpFile } from '../webp-header.js';
import { type AnimationFrame, type AnimationOptions, checkAnimation } from './animation.js';

const HAS_ALPHA = 0x10;
const IS_ANIMATION = 0x02;
/** The frame replaces what is below it. */
const DO_NOT_BLEND = 0x02;

/**
 * The bytes of an animated WebP file; lossless unless a quality is given.
 *
 * Throws ValueError when there are no frames, or frames of different sizes.
 *
 *     const webp = await encodeAnimatedWebp(frames.map((image) => ({ image, milliseconds: 100 })));
 */
export async function encodeAnimatedWebp(
  frames: readonly AnimationFrame[],
  options: AnimationOptions & WebpOptions = {},
): Promise<Uint8Array> {
  const { plays = 0, quality, effort, lossless = quality === undefined } = options;
  const { width, height } = checkAnimation('encodeAnimatedWebp', frames, plays);
  const parts: Chunk[] = [];
  for (const { image, milliseconds } of frames) {
    const data = bytesOf(
      ...[0, 0, width - 1, height - 1, Math.round(milliseconds)].map((value) => ({
        value,
        size: 3,
      })),
      { value: DO_NOT_BLEND, size: 1 },
    );
    const picture = pictureOf(await encodeWebp(image, { quality, effort, lossless }));
    parts.push({ name: 'ANMF', at: 0, data: joined(data, picture) });
  }
  const hasAlpha = frames.some(({ image }) => image.channels % 2 === 0);
  const flags = IS_ANIMATION | (hasAlpha ? HAS_ALPHA : 0);
  const header = bytesOf(
    { value: flags, size: 4 },
    { value: width - 1, size: 3 },
    { value: height - 1, size: 3 },
  );
  // A background that nothing shows, and how often to play.
  const play = bytesOf({ value: 0, size: 4 }, { value: plays, size: 2 });
  return webpFile([
    { name: 'VP8X', at: 0, data: header },
    { name: 'ANIM', at: 0, data: play },
    ...parts,
  ]);
}

/** The chunks of a WebP file that hold its picture, as they lie in it. */
function pictureOf(bytes: Uint8Array): Uint8Array {
  const chunks = chunksOf(
    bytes,
    { from: 12, to: bytes.length },
    { fileName: 'frame', kind: 'WebP' },
  );
  const kept = chunks.filter(({ name }) => ['VP8 ', 'VP8L', 'ALPH'].includes(name));
  return webpFile(kept).subarray(12);
}

/** Numbers with their lowest bytes first. */
const bytesOf = (...numbers: readonly { value: number; size: number }[]): Uint8Array =>
  Uint8Array.from(
    numbers.flatMap(({ value, size }) =>
      Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256),
    ),
  );

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
