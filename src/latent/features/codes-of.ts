/** codesOf and picturesOf: what an autoencoder makes of many pictures or codes, with pauses between. */

import type { LatentRun } from '../open-latent-run.js';
import { paced, type WorkOptions } from './progress.js';
import { type Rows, rowsOf } from './rows.js';

/** What turns pictures into codes and back, such as an opened run. */
export type Coder = Pick<LatentRun, 'encode' | 'decode' | 'latent' | 'shape' | 'numClasses'>;

/** Pictures or codes at once, between two reports. */
const CHUNK = 1024;

/**
 * The codes [N, latent] of pictures [N, C, H, W], 0..1; a conditional network takes their classes as well.
 *
 * Throws ValueError when lengths do not fit, or a code is not finite, and the signal's reason when aborted.
 *
 *     const codes = await codesOf(run, pictures);
 */
export async function codesOf(
  run: Coder,
  pictures: Float32Array,
  { labels, ...work }: WorkOptions & { readonly labels?: Int32Array | null } = {},
): Promise<Rows> {
  const size = run.shape.reduce((product, extent) => product * extent, 1);
  const values = await inChunks(
    { values: pictures, labels: run.numClasses === null ? null : labels, size },
    { ...work, to: run.latent, make: (part, classes) => run.encode(part, classes) },
  );
  return rowsOf(values, run.latent);
}

/** The pictures [N, C * H * W] that codes [N, latent] stand for, likewise. */
export async function picturesOf(
  run: Coder,
  codes: Rows,
  { labels, ...work }: WorkOptions & { readonly labels?: Int32Array | null } = {},
): Promise<Rows> {
  const size = run.shape.reduce((product, extent) => product * extent, 1);
  const values = await inChunks(
    { values: codes.values, labels: run.numClasses === null ? null : labels, size: codes.size },
    { ...work, to: size, make: (part, classes) => run.decode(part, classes) },
  );
  return rowsOf(values, size);
}

interface Chunked {
  readonly values: Float32Array;
  readonly labels: Int32Array | null | undefined;
  readonly size: number;
}

async function inChunks(
  { values, labels, size }: Chunked,
  options: WorkOptions & {
    readonly to: number;
    readonly make: (values: Float32Array, labels?: Int32Array) => Float32Array;
  },
): Promise<Float32Array> {
  const { to, make } = options;
  const count = values.length / size;
  // One that is none is refused by what makes it of the whole.
  if (!Number.isInteger(count)) return make(values, labels ?? undefined);
  const made = new Float32Array(count * to);
  const pace = paced(options);
  for (let start = 0; start < count; start += CHUNK) {
    const end = Math.min(start + CHUNK, count);
    const part = values.subarray(start * size, end * size);
    made.set(make(part, labels?.subarray(start, end)), start * to);
    await pace(end, count);
  }
  return made;
}
