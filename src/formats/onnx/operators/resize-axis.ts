/** One axis of ONNX's Resize: where its samples lie, and which elements they are made of. */

export const transformations = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_crop_and_resize',
] as const;

export const nearestModes = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;

/** 'simple' is what versions before 11 do: down when enlarging, up when shrinking. */
export type NearestMode = (typeof nearestModes)[number] | 'simple';

export interface ResizedAxis {
  readonly dim: number;
  /** Extents before and after. */
  readonly from: number;
  readonly to: number;
  /** The extent after, before it is rounded to a whole number. */
  readonly length: number;
  readonly scale: number;
  /** The region that is resized, from 0 to 1. */
  readonly start: number;
  readonly end: number;
}

/** Where each sample lies between elements 0 and from - 1, or outside. */
export function samplePlaces(
  { from, to, length, scale, start, end }: ResizedAxis,
  transformation: (typeof transformations)[number],
): number[] {
  // As other runtimes do, in float32: so a place that should be whole is not just below.
  const centred = (i: number) => Math.fround(Math.fround((i + 0.5) / scale) - 0.5);
  const last = from - 1;
  const place: Record<(typeof transformations)[number], (i: number) => number> = {
    half_pixel: centred,
    half_pixel_symmetric: (i) => centred(i) + (from / 2) * (1 - to / length),
    pytorch_half_pixel: (i) => (to > 1 ? centred(i) : 0),
    align_corners: (i) => (to > 1 ? Math.fround((i * last) / (length - 1)) : 0),
    asymmetric: (i) => Math.fround(i / scale),
    tf_crop_and_resize: (i) => {
      if (to === 1) return Math.fround(((start + end) * last) / 2);
      return Math.fround(start * last + (i * (end - start) * last) / (length - 1));
    },
  };
  return Array.from({ length: to }, (_, i) => place[transformation](i));
}

/** The element that stands for each sample. */
export function nearestElements(
  places: readonly number[],
  { from, scale }: ResizedAxis,
  mode: NearestMode,
): number[] {
  const rounded: Record<NearestMode, (place: number) => number> = {
    round_prefer_floor: (place) => Math.ceil(place - 0.5),
    round_prefer_ceil: (place) => Math.floor(place + 0.5),
    floor: Math.floor,
    ceil: Math.ceil,
    simple: scale < 1 ? Math.ceil : Math.floor,
  };
  return places.map((place) => Math.min(Math.max(rounded[mode](place), 0), from - 1));
}

export interface Filter {
  /** The weight of an element by its distance from the sample. */
  readonly weight: (distance: number) => number;
  /** The distance from which on weights are 0. */
  readonly reach: number;
}

export const linearFilter: Filter = { reach: 1, weight: (distance) => 1 - distance };

/** Cubic convolution (Keys 1981). */
export const cubicFilter = (a: number): Filter => ({
  reach: 2,
  weight: (d) =>
    d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a,
});

export interface FilterOptions {
  /** Stretch the filter when shrinking, so that every element has its part. */
  readonly antialias: boolean;
  /** Leave out elements outside, instead of repeating the first or last. */
  readonly excludeOutside: boolean;
}

/** The matrix [to, from] that makes samples of elements; rows sum to 1. */
export function filterMatrix(
  places: readonly number[],
  { from, scale }: ResizedAxis,
  { filter, antialias, excludeOutside }: FilterOptions & { readonly filter: Filter },
): Float32Array {
  const stretch = antialias ? Math.min(scale, 1) : 1;
  const matrix = new Float64Array(places.length * from);
  places.forEach((place, i) => {
    const row = matrix.subarray(i * from, (i + 1) * from);
    const reach = filter.reach / stretch;
    let total = 0;
    for (let element = Math.ceil(place - reach); element <= Math.floor(place + reach); element++) {
      const outside = element < 0 || element >= from;
      if (outside && excludeOutside) continue;
      const weight = filter.weight(Math.min(Math.abs(element - place) * stretch, filter.reach));
      row[Math.min(Math.max(element, 0), from - 1)] += weight;
      total += weight;
    }
    // A sample far outside has no elements, and no value but what stands for the outside.
    if (total === 0) return;
    for (let element = 0; element < from; element++) row[element] /= total;
  });
  return Float32Array.from(matrix);
}
