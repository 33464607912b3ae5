/**
 * Convolutions [G, N, C, H, W] * [G, O, C, KH, KW]: output, input gradient and filter gradient alike.
 * There are several methods; methods.ts chooses.
 */

import { sizeOf } from '../../../../graph/shape.js';
import type { Conv2dKernel, Prepared } from '../../../plan.js';
import type { Address, KernelContext } from '../../kernel-context.js';
import { startOf } from '../../rows.js';
import { suitsExchange } from './exchange.js';
import type { ConvolutionMethods } from './methods.js';

export function emitConv2d(context: KernelContext, kernel: Conv2dKernel): void {
  if (sizeOf(kernel.shape) === 0) return;
  const method = context.common.convolutions.methodOf(kernel);
  if (kernel.prepared) {
    method.emit(context, addressOf(context, kernel.prepared));
    return;
  }
  const filters = context.sharedScratch(method.filterBytes);
  method.emitFilters(context, filters);
  method.emit(context, filters);
}

/** Puts the filters into the order in which the convolution reads them. */
export function emitPreparedFilters(
  context: KernelContext,
  kernel: Conv2dKernel & { readonly prepared: Prepared },
): void {
  const method = context.common.convolutions.methodOf(kernel);
  method.emitFilters(context, addressOf(context, kernel.prepared));
}

/** Bytes of the prepared filters; null where there is nothing to prepare. */
export function preparedFilterBytes(
  kernel: Conv2dKernel,
  convolutions: ConvolutionMethods,
): number | null {
  if (sizeOf(kernel.shape) === 0 || suitsExchange(kernel)) return null;
  const prepared = { operand: 'filters', view: kernel.filters } as const;
  const { readsInPlace, filterBytes } = convolutions.methodOf({ ...kernel, prepared });
  return readsInPlace ? null : filterBytes;
}

/** How a convolution is computed, in words. */
export function conv2dMethod(kernel: Conv2dKernel, convolutions: ConvolutionMethods): string {
  return sizeOf(kernel.shape) > 0 ? convolutions.methodOf(kernel).name : 'nothing to compute';
}

const addressOf = (context: KernelContext, { view }: Prepared): Address =>
  startOf(context, view, view.strides, []);
