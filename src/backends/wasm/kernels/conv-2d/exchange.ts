/**
 * The filter gradient of a transposed convolution: an input with zeros between its elements under long
 * filters. With input and filters exchanged it is that of a convolution, whose filters are dilated, and
 * no zero is read; the result comes out turned around.
 */

import type { Conv2dKernel } from '../../../plan.js';
import { overDimensions, type Strided } from '../../nest.js';
import { suitsPhases } from './by-phases.js';
import { cropped } from './cropped.js';

/** Whether the filters are longer than the output, and the input is spread and padded in its planes only. */
export function suitsExchange(kernel: Conv2dKernel): boolean {
  const { input, filterShape, shape } = kernel;
  const wholePlanes = [0, 1, 2].every(
    (dim) => input.low[dim] === 0 && input.shape[dim] === input.extents[dim],
  );
  const long = filterShape[3] > shape[3] && filterShape[4] > shape[4];
  return suitsPhases(kernel) && wholePlanes && long && input.value === 0;
}

export function exchanged(kernel: Conv2dKernel): Conv2dKernel {
  const { input, filters, filterShape, shape, stores } = kernel;
  const [groups, items, outputs, ...positions] = shape;
  const turned = <View extends Strided>(view: View): View => {
    const [group, item, output, row, column] = view.strides;
    return {
      ...view,
      offset: view.offset + (positions[0] - 1) * row + (positions[1] - 1) * column,
      strides: [group, output, item, -row, -column],
    };
  };
  const dilation = [input.interior[3] + 1, input.interior[4] + 1] as const;
  const padded = positions.map(
    (count, axis) => count + (input.extents[3 + axis] - 1) * dilation[axis],
  );
  return {
    ...kernel,
    shape: [groups, outputs, items, ...positions],
    stores: overDimensions(stores, turned),
    input: cropped(
      {
        view: filters,
        extents: filterShape,
        low: [0, 0, 0, ...positions.map((count, axis) => count - 1 - input.low[3 + axis])],
        interior: [0, 0, 0, 0, 0],
        shape: [...filterShape.slice(0, 3), ...padded],
        value: 0,
      },
      [3, 4],
    ),
    filters: input.view,
    filterShape: input.extents,
    dilation,
  };
}
