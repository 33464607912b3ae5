/** Maps of numbers as pictures: heat over a photo, brightness on black, filters, and sheets of many small ones. */

import type { ImagePixels } from '../../formats/index.js';

export { dataUri, filterPicture, type Sheet, sheetOf } from '../../inspect/picture-sheet.js';

/** Numbers by row and column. */
export interface NumberMap {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
}

type Colour = readonly [red: number, green: number, blue: number];

/** From dark red over orange to light yellow. */
const warm: readonly Colour[] = [
  [120, 10, 40],
  [214, 39, 40],
  [255, 127, 14],
  [255, 221, 87],
];
/** From dark to light blue. */
const cold: readonly Colour[] = [
  [20, 40, 120],
  [31, 119, 210],
  [110, 200, 250],
];
/** Steps of a heat's colour: few enough for a small file, too many to be seen. */
const steps = 48;

/**
 * Heat to lay over a photo: the larger a value, the less of the photo is seen through; negative values in
 * blue. `largest` is the size of the value that hides most.
 */
export function heat({ width, height, values }: NumberMap, largest: number): ImagePixels {
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const share = largest > 0 ? Math.min(1, Math.abs(values[i]) / largest) : 0;
    const stepped = Math.round(share * steps) / steps;
    const [red, green, blue] = rampAt(values[i] < 0 ? cold : warm, stepped);
    data.set([red, green, blue, Math.round(215 * stepped ** 1.1)], 4 * i);
  }
  return { width, height, channels: 4, data };
}

function rampAt(ramp: readonly Colour[], share: number): Colour {
  const place = share * (ramp.length - 1);
  const from = Math.min(Math.floor(place), ramp.length - 2);
  const mixed = ramp[from].map((value, c) =>
    Math.round(value + (ramp[from + 1][c] - value) * (place - from)),
  );
  return [mixed[0], mixed[1], mixed[2]];
}

/** Zero black and the hundredth part of the largest values white. */
export function brightness({ width, height, values }: NumberMap): ImagePixels {
  const sorted = Float64Array.from(values).sort();
  const white = sorted[Math.floor(0.99 * (sorted.length - 1))] || sorted[sorted.length - 1] || 1;
  const data = Uint8Array.from(values, (value) =>
    Math.round(255 * Math.min(1, Math.max(0, value / white)) ** 0.75),
  );
  return { width, height, channels: 1, data };
}

/** Shades of a stretched map: few enough for a small file. */
const shades = 40;

/** The smallest value black, the largest white. */
export function stretched({ width, height, values }: NumberMap): ImagePixels {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  const scale = high > low ? (shades - 1) / (high - low) : 0;
  const data = Uint8Array.from(values, (value) =>
    Math.round((Math.round((value - low) * scale) * 255) / (shades - 1)),
  );
  return { width, height, channels: 1, data };
}

/**
 * A map of the picture's size from values at some of its places, by row and column; in between they are
 * mixed, beyond the outermost they go on.
 */
export function mixedBetween(
  values: ArrayLike<number>,
  { rows, columns, width, height }: MixedPlaces,
): NumberMap {
  const out = new Float32Array(width * height);
  const across = Array.from({ length: width }, (_, x) => neighbours(columns, x));
  for (let y = 0; y < height; y++) {
    const down = neighbours(rows, y);
    for (let x = 0; x < width; x++) {
      const mix = (row: number): number => {
        const { from, to, share } = across[x];
        const first = values[row * columns.length + from];
        return first + (values[row * columns.length + to] - first) * share;
      };
      out[y * width + x] = mix(down.from) + (mix(down.to) - mix(down.from)) * down.share;
    }
  }
  return { width, height, values: out };
}

export interface MixedPlaces {
  /** Where the values are, from the top and from the left, in pixels. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly width: number;
  readonly height: number;
}

/** The places before and behind the middle of pixel `at`, and how far it is on the way. */
function neighbours(places: readonly number[], at: number): Neighbours {
  const next = places.findIndex((place) => place > at + 0.5);
  if (next <= 0) {
    const only = next === 0 ? 0 : places.length - 1;
    return { from: only, to: only, share: 0 };
  }
  const [before, behind] = [places[next - 1], places[next]];
  return { from: next - 1, to: next, share: (at + 0.5 - before) / (behind - before) };
}

interface Neighbours {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** The map with each side at most `longest`: means of squares. */
export function shrunk(map: NumberMap, longest: number): NumberMap {
  const factor = Math.ceil(Math.max(map.width, map.height) / longest);
  if (factor <= 1) return map;
  const width = Math.ceil(map.width / factor);
  const height = Math.ceil(map.height / factor);
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let count = 0;
      for (let v = y * factor; v < Math.min((y + 1) * factor, map.height); v++) {
        for (let u = x * factor; u < Math.min((x + 1) * factor, map.width); u++) {
          sum += map.values[v * map.width + u];
          count++;
        }
      }
      values[y * width + x] = sum / count;
    }
  }
  return { width, height, values };
}
