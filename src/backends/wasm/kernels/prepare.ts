/** Operands that never change, put once into the order in which their kernel reads them. */

import type { Preparation } from '../../contract.js';
import type { PreparableKernel, PrepareKernel } from '../../plan.js';
import type { KernelContext } from '../kernel-context.js';
import { emitPreparedFilters, preparedFilterBytes } from './conv-2d/conv-2d.js';
import type { ConvolutionMethods } from './conv-2d/methods.js';
import { emitPackedOperand, packedOperand } from './matmul.js';

/** What is worth being prepared. */
export function preparationOf(
  kernel: PreparableKernel,
  convolutions: ConvolutionMethods,
): Preparation | null {
  if (kernel.kind === 'conv2d') {
    const bytes = preparedFilterBytes(kernel, convolutions);
    return bytes ? { operand: 'filters', length: bytes / 4 } : null;
  }
  const packed = packedOperand(kernel);
  return packed && { operand: packed.operand, length: packed.bytes / 4 };
}

export function emitPrepare(context: KernelContext, { of }: PrepareKernel): void {
  if (of.kind === 'conv2d') emitPreparedFilters(context, of);
  else emitPackedOperand(context, of);
}
