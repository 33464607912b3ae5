/** The key of a convolution: a text that is equal for two of them when the same method is the fastest for both. */

import type { Conv2dKernel } from '../../plan.js';

export function convolutionKey(kernel: Conv2dKernel): string {
  const { shape, filterShape, stride, dilation, input, filters, prepared } = kernel;
  const parts = {
    out: shape,
    filters: filterShape,
    stride,
    dilation,
    input: input.extents,
    low: input.low,
  };
  return [
    ...Object.entries(parts).map(([name, values]) => `${name} ${values.join('x')}`),
    `input in order ${orderOf(input.view.strides, input.extents)}`,
    prepared ? 'filters prepared' : `filters in order ${orderOf(filters.strides, filterShape)}`,
  ].join(', ');
}

/** In which order the dimensions lie in memory, the farthest apart first, and whether neighbours touch. */
function orderOf(strides: readonly number[], extents: readonly number[]): string {
  const dims = strides
    .map((stride, dim) => ({ stride: Math.abs(stride), dim }))
    .filter(({ dim }) => extents[dim] > 1)
    .sort((a, b) => b.stride - a.stride || a.dim - b.dim);
  const nearest = dims.at(-1)?.stride ?? 1;
  return dims.map(({ dim }) => 'gnchw'[dim]).join('') + (nearest === 1 ? '' : '-apart');
}
