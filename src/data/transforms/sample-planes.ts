/** samplePlanes: a picture whose pixels come from elsewhere in another, between its pixels too. */

import type { PlanesShape } from './transform.js';

export interface SamplePlanesOptions {
  readonly shape: PlanesShape;
  /** Rows and columns of the source for each pixel of the target, [H, W] each. */
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  /** What is beyond the edges, 0 to 255; null for the nearest pixel of the picture. */
  readonly fill: number | null;
}

/** Bilinear between the four pixels around a place, rounded to the nearest byte. */
export function samplePlanes(
  source: Uint8Array,
  target: Uint8Array,
  { shape: [channels, height, width], rows, columns, fill }: SamplePlanesOptions,
): void {
  const size = height * width;
  for (let i = 0; i < size; i++) {
    const top = Math.floor(rows[i]);
    const left = Math.floor(columns[i]);
    const down = rows[i] - top;
    const right = columns[i] - left;
    for (let channel = 0; channel < channels; channel++) {
      const at = (y: number, x: number): number => {
        if (y >= 0 && y < height && x >= 0 && x < width)
          return source[channel * size + y * width + x];
        if (fill !== null) return fill;
        const row = Math.min(Math.max(y, 0), height - 1);
        return source[channel * size + row * width + Math.min(Math.max(x, 0), width - 1)];
      };
      const upper = at(top, left) * (1 - right) + at(top, left + 1) * right;
      const lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
      target[channel * size + i] = Math.round(upper * (1 - down) + lower * down);
    }
  }
}
