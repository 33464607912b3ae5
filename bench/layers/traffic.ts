/** Memory traffic: the bytes that a layer must move at least, and how near it comes to a plain copy. */

/** Tensors, or anything that knows how many elements of four bytes it has. */
export interface Sized {
  readonly size: number;
}

/** What a step touches; every tensor is named once, in one of the lists. */
export interface Touched {
  readonly read?: readonly Sized[];
  readonly written?: readonly Sized[];
  /** Read and written: what an optimiser changes. */
  readonly updated?: readonly Sized[];
}

export interface Traffic {
  /** Bytes read and written, each element once: a step that keeps nothing in a cache moves more. */
  readonly bytes: number;
  /** Bytes of all tensors together: what has to fit a cache to be faster than memory. */
  readonly workingSet: number;
}

/** The least traffic of a step on float32 and int32 tensors. */
export function trafficOf({ read = [], written = [], updated = [] }: Touched): Traffic {
  const workingSet = bytesOf(read) + bytesOf(written) + bytesOf(updated);
  return { bytes: workingSet + bytesOf(updated), workingSet };
}

/** Billions of bytes a second of a step of `milliseconds` that moves `bytes`. */
export const gigabytesPerSecond = (bytes: number, milliseconds: number): number =>
  bytes / milliseconds / 1e6;

const bytesOf = (tensors: readonly Sized[]): number =>
  tensors.reduce((sum, { size }) => sum + 4 * size, 0);
