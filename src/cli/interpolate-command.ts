/** `fovea interpolate`: pictures on the way from one picture to another, side by side or moving. */

import { basename, extname } from 'node:path';
import {
  type AnimationFrame,
  encodeAnimatedWebp,
  encodeGif,
  type ImagePixels,
  writeFileAtomically,
} from '../formats/index.js';
import { interpolatePictures } from '../latent/generation/index.js';
import { imagesOf, latentPictures, openLatentRun } from '../latent/index.js';
import { classOption, type GenerationOptions, titleOf } from './generation/open-space.js';
import { checkExtension, sheetExtensions, writeSheet } from './generation/write-sheet.js';
import { print, type Terminal } from './terminal.js';
import { useThreads } from './threads.js';

export interface InterpolateOptions extends GenerationOptions {
  readonly steps?: number;
  readonly spherical?: boolean;
  readonly class?: string;
}

const animations: readonly string[] = ['.gif', '.webp'];
const usualSteps = 10;
/** Of an animation, there and back. */
const usualFrames = 24;
const milliseconds = 60;
/** How long the pictures at the ends are shown. */
const restMilliseconds = 500;
/** A side of an animation, about: small pictures are enlarged. */
const usualSide = 224;

/** Runs the command and returns the exit code; throws what goes wrong. */
export async function interpolateCommand(
  { folder, from, to }: { folder: string; from: string; to: string },
  options: InterpolateOptions,
  { stdout }: Terminal,
): Promise<number> {
  const { out = 'interpolation.png', spherical = false } = options;
  checkExtension(out, [...sheetExtensions, ...animations]);
  const extension = extname(out).toLowerCase();
  const isAnimation = animations.includes(extension);
  const { steps = isAnimation ? usualFrames : usualSteps } = options;
  if (options.threads !== undefined) useThreads(options.threads);
  const run = await openLatentRun(folder);
  const label = classOption(run, options.class);
  const [a, b] = await Promise.all(
    [from, to].map(async (path) => (await latentPictures(run, path)).pictures),
  );
  const between = interpolatePictures(run, [a, b], { steps, spherical, label });
  if (isAnimation) {
    const frames = thereAndBack(between);
    await writeFileAtomically(
      out,
      extension === '.gif' ? await encodeGif(frames) : await encodeAnimatedWebp(frames),
    );
  } else {
    const [first, last] = [a, b].map((picture) => imagesOf(picture, run.shape)[0]);
    await writeSheet(out, {
      rows: [[first, ...between, last]],
      columnLabels: [basename(from), ...between.map(() => ''), basename(to)],
      framed: (_, column) => column === 0 || column === steps + 1,
      title: `${titleOf(run)}: from one picture to another`,
      note: `The pictures in frames, and ${steps} codes on the ${spherical ? 'sphere' : 'straight line'} between theirs, decoded.`,
    });
  }
  if (options.json) {
    print(stdout, JSON.stringify({ run: folder, out, from, to, steps, spherical }));
  } else {
    print(stdout, `${steps} pictures from ${from} to ${to}: ${out}`);
  }
  return 0;
}

/** Frames that go forth and back without end, with a rest at both ends. */
function thereAndBack(pictures: readonly ImagePixels[]): AnimationFrame[] {
  const large = pictures.map(enlarged);
  const last = large.length - 1;
  const order = [...large.keys(), ...Array.from({ length: last - 1 }, (_, i) => last - 1 - i)];
  return order.map((i) => ({
    image: large[i],
    milliseconds: i === 0 || i === last ? restMilliseconds : milliseconds,
  }));
}

/** Every pixel as a square, so that a small picture is seen. */
function enlarged(picture: ImagePixels): ImagePixels {
  const { width, height, channels, data } = picture;
  const times = Math.max(1, Math.round(usualSide / Math.max(width, height)));
  if (times === 1) return picture;
  const large = new Uint8Array(data.length * times * times);
  for (let y = 0; y < height * times; y++) {
    for (let x = 0; x < width * times; x++) {
      const from = (Math.floor(y / times) * width + Math.floor(x / times)) * channels;
      large.set(data.subarray(from, from + channels), (y * width * times + x) * channels);
    }
  }
  return { width: width * times, height: height * times, channels, data: large };
}
