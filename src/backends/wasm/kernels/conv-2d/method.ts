/** A way to compute a convolution. */

import type { KernelContext } from '../../kernel-context.js';

export interface ConvolutionMethod {
  /** For people: what it is called, and what it works on. */
  readonly name: string;
  readonly emit: (context: KernelContext) => void;
}
