/** elasticDistortion: pictures as if drawn on rubber. */

import { ValueError } from '../../graph/errors.js';
import { Philox } from '../../random/philox.js';
import { samplePlanes } from './sample-planes.js';
import type { Transform } from './transform.js';

export interface ElasticDistortionOptions {
  /** How far pixels move: the factor of the smoothed noise. Default: 8, for pictures of 28 x 28. */
  readonly alpha?: number;
  /** How even the movement is: the standard deviation of the smoothing, in pixels. Default: 4. */
  readonly sigma?: number;
}

/** Keeps the field apart from other random numbers of the same seed. */
const STREAM = 0x454c0000;

/**
 * Every pixel moved by noise of -1 to 1, smoothed by a Gaussian of `sigma` pixels and scaled by `alpha`, so that
 * neighbours move alike (Simard et al. 2003, "Best Practices for Convolutional Neural Networks").
 *
 * NOTE: `Math.exp` may differ in the last bit from one JavaScript engine to another.
 *
 * Throws ValueError for options that are no such numbers.
 *
 *     const loader = new DataLoader(digits, { batchSize: 64, transforms: [elasticDistortion()] });
 */
export function elasticDistortion(options: ElasticDistortionOptions = {}): Transform {
  const { alpha = 8, sigma = 4 } = options;
  if (!(alpha >= 0 && alpha <= 1e4)) {
    throw new ValueError(`elasticDistortion: alpha is ${alpha}; expected 0 to 10,000`);
  }
  if (!(sigma > 0 && sigma <= 100)) {
    throw new ValueError(`elasticDistortion: sigma is ${sigma}; expected above 0, up to 100`);
  }
  const taps = gaussian(sigma);
  return {
    name: 'elastic',
    options: { alpha, sigma },
    apply(source, target, { shape, random }) {
      const [, height, width] = shape;
      // The field takes more numbers than a picture has; their seed is drawn.
      const field = new Philox(random.uint32(), STREAM);
      const displacements = () => {
        const noise = new Float64Array(height * width);
        for (let i = 0; i < noise.length; i++) noise[i] = 2 * field.uniform() - 1;
        return smoothed(noise, { height, width, taps });
      };
      const [rows, columns] = [displacements(), displacements()];
      for (let i = 0, y = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          rows[i] = y + alpha * rows[i];
          columns[i] = x + alpha * columns[i];
        }
      }
      samplePlanes(source, target, { shape, rows, columns, fill: null });
    },
  };
}

/** The weights of a Gaussian up to three deviations to each side; their sum is 1. */
function gaussian(sigma: number): Float64Array {
  const radius = Math.ceil(3 * sigma);
  const weights = new Float64Array(2 * radius + 1);
  for (let i = 0; i < weights.length; i++)
    weights[i] = Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Along rows, then along columns; there is no noise beyond the edges. */
function smoothed(
  noise: Float64Array,
  { height, width, taps }: { height: number; width: number; taps: Float64Array },
): Float64Array {
  const radius = taps.length >> 1;
  const along = (from: Float64Array, stride: number, extent: number): Float64Array =>
    from.map((_, i) => {
      const place = Math.floor(i / stride) % extent;
      const first = Math.max(0, place - radius);
      const last = Math.min(extent - 1, place + radius);
      let sum = 0;
      for (let k = first; k <= last; k++)
        sum += taps[k - place + radius] * from[i + (k - place) * stride];
      return sum;
    });
  return along(along(noise, 1, width), width, height);
}
