/** Animated pictures: GIF and WebP files. */

export type { AnimationFrame, AnimationOptions } from './animation.js';
export { decodeGifFrames } from './decode-gif-frames.js';
export { encodeAnimatedWebp } from './encode-animated-webp.js';
export { encodeGif } from './encode-gif.js';
