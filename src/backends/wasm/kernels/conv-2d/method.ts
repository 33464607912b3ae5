/** A way to compute a convolution. */

import type { Address, KernelContext } from '../../kernel-context.js';

export interface ConvolutionMethod {
  /** For people: what it is called, and what it works on. */
  readonly name: string;
  /** Whether it reads filters, or some of them, where they lie, so that they cannot be prepared. */
  readonly readsInPlace: boolean;
  /** Bytes of the filters in the order that it reads them. */
  readonly filterBytes: number;
  /** Writes the filters in that order, shared among the threads. */
  readonly emitFilters: (context: KernelContext, target: Address) => void;
  /** Convolves; waits itself until all threads have written their part of the filters. */
  readonly emit: (context: KernelContext, filters: Address) => void;
}
