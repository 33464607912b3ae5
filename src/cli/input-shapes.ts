/** The shapes with which an opened network is run to be looked at. */

import type { NetworkInput } from './open-network.js';
import { UsageError } from './usage.js';

interface InputOptions {
  readonly batch: number;
  /** Extents of one picture, for the first input. */
  readonly given?: readonly number[];
}

/** The shapes of all inputs; throws UsageError where a file leaves extents open that are not given. */
export const inputShapes = (
  inputs: readonly NetworkInput[],
  { batch, given }: InputOptions,
): number[][] =>
  inputs.map((input, i) => shapeOf(input, { batch, given: i === 0 ? given : undefined }));

/** The shape of an input of an ONNX model; extents that the file leaves open must be given. */
function shapeOf({ name, shape }: NetworkInput, { batch, given }: InputOptions): number[] {
  if (given) return [typeof shape?.[0] === 'number' ? shape[0] : batch, ...given];
  const extents = shape?.map((extent, dim) => {
    const isOpen = typeof extent === 'string' || extent <= 0;
    return isOpen && dim === 0 ? batch : isOpen ? Number.NaN : extent;
  });
  if (extents?.every((extent) => !Number.isNaN(extent))) return extents;
  throw new UsageError(
    `the file leaves the shape of its input "${name}" open` +
      `${shape ? ` ([${shape.join(', ')}])` : ''}; give that of one picture: --input 3x224x224`,
  );
}
