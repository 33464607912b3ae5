/** What a transform is: a change of pictures, mostly a random one, with which a training set teaches as if it were larger. */

import type { Philox } from '../../random/philox.js';

/** The shape of one picture. */
export type PlanesShape = readonly [channels: number, height: number, width: number];

export interface TransformContext {
  /** The shape of the picture: [channels, height, width]. */
  readonly shape: PlanesShape;
  /** Numbers for this transform of this picture in this epoch alone; up to 60 of 32 bits may be drawn. */
  readonly random: Philox;
}

/** A change of one picture, which keeps its label. */
export interface Transform {
  /** What it is called on the command line and in a run's configuration. */
  readonly name: string;
  /**
   * What `createTransform` makes the same transform from in a worker thread. With one that has none, written by
   * hand, pictures are decoded in the thread that trains.
   */
  readonly options?: object;
  /** The shape of the result. Default: that of the picture. */
  outputShape?(shape: PlanesShape): PlanesShape;
  /** Writes the whole changed picture [C, H, W] into `target`, which does not overlap `source`. */
  apply(source: Uint8Array, target: Uint8Array, context: TransformContext): void;
}
