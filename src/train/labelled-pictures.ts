/** Pictures with labels, in memory or in files: what trainings and examinations ask of both. */

import type { DataLoader, ImageDataset, PictureLoader } from '../data/index.js';

export type LabelledPictures = Pick<ImageDataset, 'name' | 'classes'> & {
  /** One label for each picture. */
  readonly labels: Uint8Array | Int32Array;
};

/** What the loader serves pictures of. */
export const labelledPicturesOf = (loader: DataLoader | PictureLoader): LabelledPictures =>
  'set' in loader ? loader.set : loader.dataset;
