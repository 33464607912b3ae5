/** Classes for networks that are told of them. */

import type { Decoder } from '../decoder.js';

/** `count` times the class; undefined for a network that is told of none. */
export const labelsFor = (
  { numClasses }: Decoder,
  count: number,
  label = 0,
): Int32Array | undefined => (numClasses === null ? undefined : new Int32Array(count).fill(label));

/** The classes in turn: row after row of `columns` codes; undefined for a network that is told of none. */
export const labelsInRows = (
  { numClasses }: Decoder,
  count: number,
  columns: number,
): Int32Array | undefined =>
  numClasses === null
    ? undefined
    : Int32Array.from({ length: count }, (_, i) => Math.floor(i / columns) % numClasses);
