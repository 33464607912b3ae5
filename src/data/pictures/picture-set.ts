/** What a set of picture files is: pictures of any size, read when they are needed. */

import { Philox } from '../../random/philox.js';
import { DataError } from '../dataset.js';

/** One picture: a path (Node), an address, or a file that a visitor chose (browsers). */
export interface PictureFile {
  /** For messages: its place in the set. */
  readonly name: string;
  readonly source: string | Blob;
}

export interface PictureSet {
  readonly name: string;
  /** Class names; a label is an index into them. */
  readonly classes: readonly string[];
  readonly files: readonly PictureFile[];
  /** One label for each picture. */
  readonly labels: Int32Array;
  /** What each picture is to become, where the set is of pairs. */
  readonly targets?: readonly PictureFile[];
  /** What each picture shows, where it is told. */
  readonly captions?: readonly string[];
  /** The number of pictures. */
  readonly length: number;
}

const ENDINGS = /\.(png|jpe?g|gif|bmp|webp)$/i;

/** Whether a file is called as pictures are, and is not hidden. */
export const isPictureName = (name: string): boolean => !name.startsWith('.') && ENDINGS.test(name);

/** By code units, as every system sorts them alike. */
export const byName = (one: string, other: string): number =>
  one < other ? -1 : Number(one > other);

/** The pictures of these numbers, in this order. */
export function picturesAt(set: PictureSet, numbers: Iterable<number>): PictureSet {
  const chosen = [...numbers];
  return {
    ...{ name: set.name, classes: set.classes, length: chosen.length },
    files: chosen.map((i) => set.files[i]),
    labels: Int32Array.from(chosen, (i) => set.labels[i]),
    ...(set.targets && { targets: chosen.map((i) => set.targets![i]) }),
    ...(set.captions && { captions: chosen.map((i) => set.captions![i]) }),
  };
}

/** Keeps the choice apart from other random numbers of the same seed. */
const STREAM = 0x53500000;

/**
 * Holds back a `share` of the pictures of every class, by the seed alone; of two pictures or more at least one
 * is held back, and one is not.
 *
 * Throws DataError for a share that is not between 0 and 1.
 *
 *     const { train, test } = splitPictures(await openImageFolder('pets'), { share: 0.1, seed: 0 });
 */
export function splitPictures(
  set: PictureSet,
  { share, seed = 0 }: { readonly share: number; readonly seed?: number },
): { readonly train: PictureSet; readonly test: PictureSet } {
  if (!(share > 0 && share < 1)) {
    throw new DataError(`a share of ${share} cannot be held back; expected between 0 and 1`);
  }
  const random = new Philox(seed, STREAM);
  const held = new Set<number>();
  for (let label = 0; label < Math.max(1, set.classes.length); label++) {
    const members = [...set.labels.keys()].filter((i) => set.labels[i] === label);
    const order = random.permutation(members.length);
    const count = Math.min(Math.max(1, Math.round(share * members.length)), members.length - 1);
    for (let i = 0; i < count; i++) held.add(members[order[i]]);
  }
  const all = [...set.labels.keys()];
  return {
    train: picturesAt(
      set,
      all.filter((i) => !held.has(i)),
    ),
    test: picturesAt(
      set,
      all.filter((i) => held.has(i)),
    ),
  };
}
