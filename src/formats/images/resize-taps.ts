/** Which old pixels make each new one along one direction, and how much of each: Pillow's and PyTorch's ways. */

import { ValueError } from '../../graph/errors.js';

/** How new pixels are made of old ones. */
export type ResizeFilter = 'bilinear' | 'bicubic' | 'lanczos' | 'nearest';

/** The filters that weigh several pixels. */
export type SmoothFilter = Exclude<ResizeFilter, 'nearest'>;

/** For new pixel `i`: `length[i]` old ones from `first[i]` on, with the weights from `i * width` on. */
export interface Taps {
  readonly count: number;
  readonly width: number;
  readonly first: Int32Array;
  readonly length: Int32Array;
  readonly weights: Float64Array;
}

interface Sizes {
  readonly from: number;
  readonly to: number;
}

interface Kernel {
  /** Distance, in old pixels, from which on nothing is weighed. */
  readonly support: number;
  weigh(distance: number): number;
}

const kernels: Readonly<Record<SmoothFilter, Kernel>> = {
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weigh: (x) => cubic(x, -0.5) },
  lanczos: { support: 3, weigh: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Pillow's: the filter is as wide as what a new pixel covers, and ends at the border. */
export function smoothTaps(filter: SmoothFilter, { from, to }: Sizes): Taps {
  const { support: reach, weigh } = kernels[filter];
  const scale = from / to;
  const widening = Math.max(scale, 1);
  const support = reach * widening;
  const taps = emptyTaps(to, Math.ceil(support) * 2 + 1);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const length = Math.min(Math.trunc(center + support + 0.5), from) - first;
    taps.first[i] = first;
    taps.length[i] = length;
    const weights = taps.weights.subarray(i * taps.width, i * taps.width + length);
    let total = 0;
    for (let k = 0; k < length; k++) {
      // Pillow multiplies with the reciprocal; a quotient would round differently.
      weights[k] = weigh((k + first - center + 0.5) * (1 / widening));
      total += weights[k];
    }
    if (total !== 0) for (let k = 0; k < length; k++) weights[k] *= 1 / total;
  }
  return taps;
}

/** PyTorch's `interpolate`: two or four neighbours; beyond the border its pixels go on (`first` may lie there). */
export function unfilteredTaps(filter: SmoothFilter, { from, to }: Sizes): Taps {
  if (filter === 'lanczos') {
    throw new ValueError(
      "resizeImage: filter 'lanczos' comes with antialias: true only; " +
        "leave antialias out, or take 'bicubic'",
    );
  }
  const reach = filter === 'bilinear' ? 1 : 2;
  const taps = emptyTaps(to, 2 * reach);
  for (let i = 0; i < to; i++) {
    const place = (i + 0.5) * (from / to) - 0.5;
    const first = Math.floor(place) - reach + 1;
    taps.first[i] = first;
    taps.length[i] = 2 * reach;
    for (let k = 0; k < 2 * reach; k++) {
      const distance = place - (first + k);
      taps.weights[i * taps.width + k] =
        filter === 'bilinear' ? Math.max(0, 1 - Math.abs(distance)) : cubic(distance, -0.75);
    }
  }
  return taps;
}

function emptyTaps(count: number, width: number): Taps {
  return {
    count,
    width,
    first: new Int32Array(count),
    length: new Int32Array(count),
    weights: new Float64Array(count * width),
  };
}

/** Keys's cubic convolution: "Cubic convolution interpolation for digital image processing", 1981. */
function cubic(x: number, a: number): number {
  x = Math.abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
