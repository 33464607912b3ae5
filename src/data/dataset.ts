/** What a data set is: labelled pictures of one size, held in memory as bytes. */

/** Labelled pictures; `images` is row-major [N, C, H, W], 0 to 255. */
export interface ImageDataset {
  readonly name: string;
  /** Class names; a label is an index into them. */
  readonly classes: readonly string[];
  readonly images: Uint8Array;
  /** One label for each picture. */
  readonly labels: Uint8Array;
  /** The shape of one picture: [channels, height, width]. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** The number of pictures. */
  readonly length: number;
}

/** The pictures to learn from and the pictures to be examined on. */
export interface DatasetSplits {
  readonly train: ImageDataset;
  readonly test: ImageDataset;
}

/** Data that cannot be used: a broken file, a failed download, labels that no class has. */
export class DataError extends Error {
  override name = 'DataError';
}
