/** What a transform is: a random change of pictures, with which a training set teaches as if it were larger. */

import type { Philox } from '../random/philox.js';

export interface TransformContext {
  /** The shape of the picture: [channels, height, width]. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** Numbers for this transform of this picture in this epoch alone; up to 60 of 32 bits may be drawn. */
  readonly random: Philox;
}

/** A random change of one picture, which keeps its shape and its label. */
export interface Transform {
  /** What it is called on the command line and in a run's configuration. */
  readonly name: string;
  /** Writes the whole changed picture [C, H, W] into `target`, which does not overlap `source`. */
  apply(source: Uint8Array, target: Uint8Array, context: TransformContext): void;
}
