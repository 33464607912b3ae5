/** What an animation is: pictures of one size, and how long each is shown. */

import { ValueError } from '../../../graph/errors.js';
import { checkPixels, type ImagePixels } from '../image-pixels.js';

export interface AnimationFrame {
  readonly image: ImagePixels;
  /** How long it is shown, in milliseconds. */
  readonly milliseconds: number;
}

export interface AnimationOptions {
  /** How often all frames are shown; 0 is for ever. Default: 0. */
  readonly plays?: number;
}

/** What both GIF and WebP can hold of a side, and of a time. */
const LONGEST_SIDE = 16_383;
const LONGEST_TIME = 655_350;
const MOST_PLAYS = 65_535;

/** Throws ValueError unless there are frames, all of one size, and times and plays that files can hold. */
export function checkAnimation(
  what: string,
  frames: readonly AnimationFrame[],
  plays: number,
): { width: number; height: number } {
  const refuse = (happened: string): never => {
    throw new ValueError(`${what}: ${happened}`);
  };
  if (frames.length === 0) refuse('there are no frames; expected one or more');
  const [{ width, height }] = frames.map(({ image }) => image);
  for (const [i, { image, milliseconds }] of frames.entries()) {
    checkPixels(image);
    if (image.width !== width || image.height !== height) {
      refuse(
        `frame ${i} has ${image.width} x ${image.height} pixels, the first one ${width} x ${height}; ` +
          'expected frames of one size',
      );
    }
    if (!(milliseconds >= 0 && milliseconds <= LONGEST_TIME)) {
      refuse(`frame ${i} is to be shown for ${milliseconds} ms; expected 0 to ${LONGEST_TIME}`);
    }
  }
  if (width > LONGEST_SIDE || height > LONGEST_SIDE) {
    refuse(`frames of ${width} x ${height} pixels; expected sides of at most ${LONGEST_SIDE}`);
  }
  if (!Number.isInteger(plays) || plays < 0 || plays > MOST_PLAYS) {
    refuse(`plays is ${plays}; expected a whole number from 0 (for ever) to ${MOST_PLAYS}`);
  }
  return { width, height };
}
