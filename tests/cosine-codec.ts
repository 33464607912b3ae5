/** A codec that needs no training, for tests: pictures of 8 x 8 by their 16 slowest cosines, as JPEG has them. */

import type { Codec } from '../src/latent/compression/index.js';
import { Philox } from '../src/random/philox.js';

const side = 8;
const kept = 4;
export const latent = kept * kept;
export const pixels = side * side;

const basis = Array.from({ length: latent }, (_, k) => {
  const wave = (place: number, frequency: number) =>
    Math.cos(((2 * place + 1) * frequency * Math.PI) / (2 * side)) *
    Math.sqrt((frequency === 0 ? 1 : 2) / side);
  return Float64Array.from(
    { length: pixels },
    (_, i) => wave(Math.floor(i / side), Math.floor(k / kept)) * wave(i % side, k % kept),
  );
});

/** What a component is multiplied with, so that they count differently: 1 to 16. */
const scale = (k: number): number => 2 ** (k % 5);

/** `numClasses` makes it conditional: a class adds a little brightness. */
export function cosineCodec({ numClasses = null }: { numClasses?: number | null } = {}): Codec {
  const brightness = (label: number | undefined) => 0.01 * (label ?? 0);
  return {
    folder: 'runs/cosines',
    latent,
    shape: [1, side, side],
    numClasses,
    modelHash: '0123456789abcdef'.repeat(4),
    encode: (pictures, labels) =>
      Float32Array.from({ length: (pictures.length / pixels) * latent }, (_, i) => {
        const [n, k] = [Math.floor(i / latent), i % latent];
        const light = brightness(labels?.[n]);
        return (
          scale(k) *
          basis[k].reduce((sum, value, at) => sum + value * (pictures[n * pixels + at] - light), 0)
        );
      }),
    decode: (codes, labels) =>
      Float32Array.from({ length: (codes.length / latent) * pixels }, (_, i) => {
        const [n, at] = [Math.floor(i / pixels), i % pixels];
        const sum = basis.reduce(
          (total, wave, k) => total + (wave[at] * codes[n * latent + k]) / scale(k),
          0,
        );
        return sum + brightness(labels?.[n]);
      }),
  };
}

/** Soft spots, the same for the same seed: [count, 1, 8, 8]. */
export function spots(count: number, seed = 0): Float32Array {
  const random = new Philox(seed);
  const pictures = new Float32Array(count * pixels);
  for (let n = 0; n < count; n++) {
    const [x, y, size] = [8 * random.uniform(), 8 * random.uniform(), 2 + 6 * random.uniform()];
    for (let i = 0; i < pixels; i++) {
      const distance = ((i % side) - x) ** 2 + (Math.floor(i / side) - y) ** 2;
      pictures[n * pixels + i] = 1 / (1 + distance / size);
    }
  }
  return pictures;
}
