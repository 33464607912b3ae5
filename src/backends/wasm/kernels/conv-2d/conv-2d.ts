/**
 * Convolutions [G, N, C, H, W] * [G, O, C, KH, KW]: output, input gradient and filter gradient alike.
 * There are several methods; which one is taken is a matter of shapes.
 */

import { sizeOf } from '../../../../graph/shape.js';
import type { Conv2dKernel, Prepared } from '../../../plan.js';
import type { Address, KernelContext } from '../../kernel-context.js';
import { phasesMethodOf, suitsPhases } from './by-phases.js';
import { depthwiseMethodOf } from './depthwise.js';
import { directMethodOf } from './direct.js';
import { exchanged, suitsExchange } from './exchange.js';
import type { ConvolutionMethod } from './method.js';
import { winogradMethodOf } from './winograd/winograd.js';

export function emitConv2d(context: KernelContext, kernel: Conv2dKernel): void {
  if (sizeOf(kernel.shape) === 0) return;
  const method = methodOf(kernel);
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
  methodOf(kernel).emitFilters(context, addressOf(context, kernel.prepared));
}

/** Bytes of the prepared filters; null where there is nothing to prepare. */
export function preparedFilterBytes(kernel: Conv2dKernel): number | null {
  if (sizeOf(kernel.shape) === 0 || suitsExchange(kernel)) return null;
  return methodOf({ ...kernel, prepared: { operand: 'filters', view: kernel.filters } })
    .filterBytes;
}

/** How a convolution is computed, in words. */
export function conv2dMethod(kernel: Conv2dKernel): string {
  return sizeOf(kernel.shape) > 0 ? methodOf(kernel).name : 'nothing to compute';
}

function methodOf(given: Conv2dKernel): ConvolutionMethod {
  const kernel = suitsExchange(given) ? exchanged(given) : given;
  if (suitsPhases(kernel)) return phasesMethodOf(kernel, methodOf);
  return depthwiseMethodOf(kernel) ?? winogradMethodOf(kernel) ?? directMethodOf(kernel);
}

function addressOf(context: KernelContext, { view }: Prepared): Address {
  const { base, offset } = context.address(view.buffer);
  return { base, offset: offset + view.offset * 4 };
}
