/** resizePlanes: a part of a picture in another size. */

import { type ResizeFilter, resizeImage } from '../../formats/images/resize-image.js';
import type { Window } from './copy-window.js';
import { copyWindow } from './copy-window.js';
import type { SizeOptions } from './size-options.js';
import type { PlanesShape } from './transform.js';

export interface ResizePlanesOptions extends SizeOptions {
  /** The shape of the source. */
  readonly shape: PlanesShape;
  /** The part of the source to resize. Default: all. */
  readonly window?: Window;
  readonly filter?: ResizeFilter;
}

/** Writes `source` [C, H, W], or a window inside it, into `target` [C, height, width], as `resizeImage` resizes. */
export function resizePlanes(
  source: Uint8Array,
  target: Uint8Array,
  { shape, window, height, width, filter }: ResizePlanesOptions,
): void {
  const [channels] = shape;
  const from = window ?? { height: shape[1], width: shape[2] };
  let planes = source;
  if (window) {
    planes = new Uint8Array(channels * window.height * window.width);
    copyWindow(source, planes, { shape, window, fill: 0 });
  }
  const size = from.height * from.width;
  for (let channel = 0; channel < channels; channel++) {
    const data = planes.subarray(channel * size, (channel + 1) * size);
    const plane = { width: from.width, height: from.height, channels: 1, data };
    target.set(resizeImage(plane, { width, height, filter }).data, channel * height * width);
  }
}
