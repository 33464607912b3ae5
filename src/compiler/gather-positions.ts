/**
 * Gather positions: a convolution with kernels of 1 x 1 and strides gets a copy of the positions that it
 * looks at, and is a matrix product of those.
 */

import type { Buffer, Conv2dKernel, Kernel, MapKernel } from '../backends/plan.js';
import { contiguousStrides, sizeOf } from '../graph/shape.js';
import { nextBufferId } from './prepare.js';

/** Outputs for which a copy is worth it: each element of it is read that often. */
const fewestOutputs = 16;

export function withGatheredPositions(kernels: readonly Kernel[]): Kernel[] {
  let nextId = nextBufferId(kernels);
  return kernels.flatMap((kernel) =>
    kernel.kind === 'conv2d' && skipsPositions(kernel) ? gathered(kernel, nextId++) : [kernel],
  );
}

function skipsPositions({ shape, input, filterShape, stride }: Conv2dKernel): boolean {
  const [groups, , outputs] = shape;
  const isPadded = input.extents.some((extent, dim) => extent !== input.shape[dim]);
  const looksAtSingleOnes = filterShape[3] === 1 && filterShape[4] === 1;
  const skips = stride.some((step) => step > 1);
  return groups === 1 && outputs >= fewestOutputs && looksAtSingleOnes && skips && !isPadded;
}

/** The copy, into a new buffer, and the convolution of it. */
function gathered(kernel: Conv2dKernel, id: number): [MapKernel, Conv2dKernel] {
  const { scope, input, stride } = kernel;
  const [groups, items, , height, width] = kernel.shape;
  const shape = [groups, items, input.shape[2], height, width];
  const buffer: Buffer = {
    ...{ id, dtype: 'float32', length: sizeOf(shape) },
    ...{ place: { kind: 'arena' }, offset: 0 },
  };
  const copy = { buffer, offset: 0, strides: contiguousStrides(shape) };
  const steps = [1, 1, 1, ...stride];
  const seen = {
    ...input.view,
    strides: input.view.strides.map((along, dim) => along * steps[dim]),
  };
  const copying: MapKernel = {
    ...{ kind: 'map', scope, label: 'copy', shape },
    stores: [{ view: copy, value: { kind: 'load', view: seen, dtype: 'float32' } }],
  };
  const low = shape.map(() => 0);
  const whole = { view: copy, extents: shape, shape, low, interior: low, value: 0 };
  return [copying, { ...kernel, input: whole, stride: [1, 1] }];
}
