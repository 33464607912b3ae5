/** Padding as a kernel of its own, where nothing reads through it. */

import type { PadKernel } from '../../plan.js';
import type { KernelContext } from '../kernel-context.js';
import { emitPaddedCopy } from '../padded-copy.js';
import { emitInTwoSteps } from './two-steps.js';

export function emitPad(context: KernelContext, kernel: PadKernel): void {
  emitInTwoSteps(context, kernel, (result) => emitPaddedCopy(context, kernel.input, result));
}
