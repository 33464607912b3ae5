/**
 * Convolution over an input with zeros between its elements (the input gradient of a strided
 * convolution, a transposed convolution): output positions that are alike modulo the spacing meet the
 * same taps and only true elements, so each such phase is a small convolution of its own, and no zero
 * is written or multiplied.
 */

import { sizeOf } from '../../../../graph/shape.js';
import type { Conv2dKernel, Expression } from '../../../plan.js';
import { type Address, roundUp } from '../../kernel-context.js';
import { overDimensions, type Strided } from '../../nest.js';
import { emitStores, withResult } from '../map.js';
import { cropped } from './cropped.js';
import type { ConvolutionMethod } from './method.js';

/** Filters of one phase begin at a multiple of so many bytes. */
const filterAlignment = 64;

/** Whether there are zeros between elements that steps of one would walk over. */
export function suitsPhases({ input, stride, dilation }: Conv2dKernel): boolean {
  const plain = [...stride, ...dilation].every((step) => step === 1);
  const outside = [0, 1, 2].every((dim) => input.interior[dim] === 0);
  return plain && outside && (input.interior[3] > 0 || input.interior[4] > 0);
}

export function phasesMethodOf(
  kernel: Conv2dKernel,
  methodOf: (phase: Conv2dKernel) => ConvolutionMethod,
): ConvolutionMethod {
  let filterBytes = 0;
  const phases = phasesOf(kernel).map((phase) => {
    const method = sizeOf(phase.filterShape) > 0 ? methodOf(phase) : null;
    const offset = filterBytes;
    filterBytes += method ? roundUp(method.filterBytes, filterAlignment) : 0;
    return { phase, method, offset };
  });
  const part = ({ base, offset }: Address, by: number): Address => ({ base, offset: offset + by });
  const names = phases.flatMap(({ method }) => (method ? [method.name] : []));
  return {
    name: `phases: ${[...new Set(names)].sort().join('; ')}`,
    readsInPlace: phases.some(({ method }) => method?.readsInPlace),
    filterBytes,
    emitFilters: (context, target) => {
      for (const { method, offset } of phases) method?.emitFilters(context, part(target, offset));
    },
    emit: (context, filters) => {
      for (const { phase, method, offset } of phases) {
        if (method) context.withScratch(() => method.emit(context, part(filters, offset)));
        else emitStores(context, phase.shape, withResult(phase.stores, zero));
      }
    },
  };
}

/** The convolutions that together are the whole one. */
export function phasesOf(kernel: Conv2dKernel): Conv2dKernel[] {
  const spacing = [kernel.input.interior[3] + 1, kernel.input.interior[4] + 1];
  const phases: Conv2dKernel[] = [];
  for (let row = 0; row < spacing[0]; row++) {
    for (let column = 0; column < spacing[1]; column++) {
      phases.push(phaseOf(kernel, spacing, [row, column]));
    }
  }
  return phases.filter(({ shape }) => sizeOf(shape) > 0);
}

const zero: Expression = { kind: 'constant', value: 0, dtype: 'float32' };

/** The convolution at the output positions spacing * p + first, for all p. */
function phaseOf(
  kernel: Conv2dKernel,
  spacing: readonly number[],
  first: readonly number[],
): Conv2dKernel {
  const { input, filters, filterShape, shape } = kernel;
  const axes = [0, 1].map((axis) => {
    const dim = 3 + axis;
    const step = spacing[axis];
    // Taps that meet elements: those at tap, tap + step, ...
    const tap = modulo(input.low[dim] - first[axis], step);
    const taps = Math.max(0, Math.ceil((filterShape[dim] - tap) / step));
    const positions = Math.max(0, Math.ceil((shape[dim] - first[axis]) / step));
    // Where tap `tap` of the first position lies: this many elements before the first one.
    const before = (input.low[dim] - first[axis] - tap) / step;
    return { tap, taps, positions, before };
  });
  const outer = <Item>(list: readonly Item[]): Item[] => list.slice(0, 3);
  const sparse = <View extends Strided>(view: View): View => ({
    ...view,
    offset: view.offset + first[0] * view.strides[3] + first[1] * view.strides[4],
    strides: [
      ...outer(view.strides),
      ...[0, 1].map((axis) => view.strides[3 + axis] * spacing[axis]),
    ],
  });
  return {
    ...kernel,
    shape: [...outer(shape), ...axes.map(({ positions }) => positions)],
    stores: overDimensions(kernel.stores, sparse),
    input: cropped(
      {
        ...input,
        low: [...outer(input.low), ...axes.map(({ before }) => before)],
        interior: input.interior.map(() => 0),
        shape: [
          ...outer(input.shape),
          ...axes.map(({ positions, taps }) => positions + Math.max(taps, 1) - 1),
        ],
      },
      [3, 4],
    ),
    filters: {
      ...filters,
      offset: axes.reduce(
        (sum, { tap }, axis) => sum + tap * filters.strides[3 + axis],
        filters.offset,
      ),
      strides: [
        ...outer(filters.strides),
        ...[0, 1].map((axis) => filters.strides[3 + axis] * spacing[axis]),
      ],
    },
    filterShape: [...outer(filterShape), ...axes.map(({ taps }) => taps)],
  };
}

const modulo = (value: number, divisor: number): number => ((value % divisor) + divisor) % divisor;
