/** The methods of a convolution: all that can compute it, the usual one for its shape, and one that was measured to be faster. */

import { sizeOf } from '../../../../graph/shape.js';
import type { Conv2dKernel } from '../../../plan.js';
import { phasesMethodOf, phasesOf, suitsPhases } from './by-phases.js';
import { depthwiseMethodOf } from './depthwise.js';
import { directMethodsOf } from './direct.js';
import { exchanged, suitsExchange } from './exchange.js';
import type { ConvolutionMethod } from './method.js';
import { oneByOneMethodOf } from './one-by-one.js';
import { winogradMethodsOf } from './winograd/winograd.js';

/** Every method that can compute a convolution over an input without zeros between its elements; first the usual one. */
export function candidatesOf(kernel: Conv2dKernel): ConvolutionMethod[] {
  const tiles = winogradMethodsOf(kernel);
  const direct = directMethodsOf(kernel);
  const depthwise = depthwiseMethodOf(kernel);
  const product = oneByOneMethodOf(kernel);
  const usual = depthwise ?? product ?? tiles.find(({ pays }) => pays) ?? direct[0];
  const others = [...direct, ...tiles].filter((method) => method !== usual);
  return [usual, ...others];
}

/** The convolutions, without zeros between elements of their inputs, that a convolution is computed as: itself or its phases. */
export function partsOfConvolution(given: Conv2dKernel): Conv2dKernel[] {
  const kernel = suitsExchange(given) ? exchanged(given) : given;
  if (!suitsPhases(kernel)) return sizeOf(kernel.shape) > 0 ? [kernel] : [];
  return phasesOf(kernel).filter(({ filterShape }) => sizeOf(filterShape) > 0);
}

/** Tells the name of the method that was measured to be the fastest, where one was. */
export type Measured = (kernel: Conv2dKernel) => string | undefined;

/** By which method each convolution is computed. */
export class ConvolutionMethods {
  readonly #measured: Measured;
  readonly #settled = new WeakMap<Conv2dKernel, ConvolutionMethod>();

  constructor(measured: Measured) {
    this.#measured = measured;
  }

  /**
   * NOTE: a kernel keeps its method, whatever is measured later: a program that is loaded again has memory
   * for filters as that method reads them.
   */
  methodOf(kernel: Conv2dKernel): ConvolutionMethod {
    const settled = this.#settled.get(kernel);
    if (settled) return settled;
    const method = this.#choose(kernel);
    this.#settled.set(kernel, method);
    return method;
  }

  /** Has a kernel that no program was made of yet computed by one of its candidates. */
  settle(kernel: Conv2dKernel, method: ConvolutionMethod): void {
    this.#settled.set(kernel, method);
  }

  #choose(given: Conv2dKernel): ConvolutionMethod {
    const kernel = suitsExchange(given) ? exchanged(given) : given;
    if (suitsPhases(kernel)) return phasesMethodOf(kernel, (phase) => this.#choose(phase));
    const candidates = candidatesOf(kernel);
    const name = this.#measured(kernel);
    // A name may be of another version, or of a shape that is alike in what the key tells only.
    return candidates.find((candidate) => candidate.name === name) ?? candidates[0];
  }
}
