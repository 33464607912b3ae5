/** Convolution with kernels of 1 x 1: for each item a product of the filters and its planes, read where they lie. */

import type { BufferView, Conv2dKernel, MatmulKernel } from '../../../plan.js';
import { overDimensions, type Strided, viewsOf } from '../../nest.js';
import { emitMatmul } from '../matmul.js';
import type { ConvolutionMethod } from './method.js';

/** The method for a convolution that looks at single positions, all of them; null for any other. */
export function oneByOneMethodOf(kernel: Conv2dKernel): ConvolutionMethod | null {
  const product = productOf(kernel);
  if (!product) return null;
  return {
    name: 'matrix product',
    readsInPlace: true,
    filterBytes: 0,
    emitFilters: () => {},
    emit: (context) => emitMatmul(context, product),
  };
}

function productOf(kernel: Conv2dKernel): MatmulKernel | null {
  const { shape, stores, input, filters, filterShape, stride, scope, label } = kernel;
  const [groups, items, outputs, height, width] = shape;
  const [, , channels, filterHeight, filterWidth] = filterShape;
  const isWhole = input.shape.every(
    (extent, dim) => extent === input.extents[dim] && input.low[dim] === 0,
  );
  const looksAtAll =
    [groups, filterHeight, filterWidth, ...stride].every((n) => n === 1) &&
    input.extents[3] === height &&
    input.extents[4] === width;
  const views: Strided[] = [...viewsOf(stores), input.view];
  const joins = views.every(({ strides }) => height === 1 || strides[3] === width * strides[4]);
  if (!isWhole || !looksAtAll || !joins) return null;
  /** Over items, channels and positions instead of groups, items, channels, rows and columns. */
  const joined = <View extends Strided>(view: View): View => {
    const [, item, channel, , column] = view.strides;
    return { ...view, strides: [item, channel, width === 1 ? view.strides[3] : column] };
  };
  const a: BufferView = { ...filters, strides: [0, filters.strides[1], filters.strides[2]] };
  return {
    ...{ kind: 'matmul', scope, label, shape: [items, outputs, height * width], depth: channels },
    ...{ a, b: joined(input.view) },
    stores: overDimensions(stores, joined),
  };
}
