/**
 * Convolutions [G, N, C, H, W] * [G, O, C, KH, KW]: output, input gradient and filter gradient alike.
 * There are several methods; which one is taken is a matter of shapes.
 */

import { sizeOf } from '../../../../graph/shape.js';
import type { Conv2dKernel } from '../../../plan.js';
import type { KernelContext } from '../../kernel-context.js';
import { emitByPhases, phasesOf, suitsPhases } from './by-phases.js';
import { directMethodOf } from './direct.js';
import { exchanged, suitsExchange } from './exchange.js';
import type { ConvolutionMethod } from './method.js';
import { winogradMethodOf } from './winograd/winograd.js';

export function emitConv2d(context: KernelContext, kernel: Conv2dKernel): void {
  if (sizeOf(kernel.shape) > 0) methodOf(kernel).emit(context);
}

/** How a convolution is computed, in words. */
export function conv2dMethod(kernel: Conv2dKernel): string {
  return sizeOf(kernel.shape) > 0 ? methodOf(kernel).name : 'nothing to compute';
}

function methodOf(given: Conv2dKernel): ConvolutionMethod {
  const kernel = suitsExchange(given) ? exchanged(given) : given;
  if (suitsPhases(kernel)) {
    const filtered = phasesOf(kernel).filter(({ filterShape }) => sizeOf(filterShape) > 0);
    return {
      name: `phases: ${[...new Set(filtered.map(conv2dMethod))].sort().join('; ')}`,
      emit: (context) => emitByPhases(context, kernel, emitConv2d),
    };
  }
  return winogradMethodOf(kernel) ?? directMethodOf(kernel);
}
