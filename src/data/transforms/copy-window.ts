/** copyWindow: a part of a picture, which may reach beyond its edges. */

import type { PlanesShape } from './transform.js';

/** Rows and columns of a picture; those before the first are negative. */
export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export interface CopyWindowOptions {
  /** The shape of the source. */
  readonly shape: PlanesShape;
  readonly window: Window;
  /** What is beyond the edges. */
  readonly fill: number;
}

/** Writes the window of `source` [C, H, W] into `target` [C, height, width]. */
export function copyWindow(
  source: Uint8Array,
  target: Uint8Array,
  { shape: [channels, height, width], window, fill }: CopyWindowOptions,
): void {
  const { top, left } = window;
  const first = Math.min(Math.max(left, 0), width);
  const kept = Math.min(left + window.width, width) - first;
  target.fill(fill);
  if (kept <= 0) return;
  for (let channel = 0; channel < channels; channel++) {
    const lastRow = Math.min(top + window.height, height);
    for (let y = Math.max(0, top); y < lastRow; y++) {
      const from = (channel * height + y) * width + first;
      const to = (channel * window.height + y - top) * window.width + first - left;
      target.set(source.subarray(from, from + kept), to);
    }
  }
}
