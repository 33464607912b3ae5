/** Operands of a convolution that are the same for every engine. */

import { sizeOf } from '../../src/graph/shape.js';
import { hashedValues } from '../hashed-data.js';
import { type Convolution, type ConvolutionShapes, shapesOf } from './convolution.js';

/** The seed of each tensor; bench/peers/pytorch/convolution.py has the same. */
const seeds = { input: 1, filter: 2, output: 3 } as const;

/** Values of one tensor; of the output, those of the gradient that arrives there. */
export function operandOf(convolution: Convolution, name: keyof ConvolutionShapes): Float32Array {
  return hashedValues(sizeOf(shapesOf(convolution)[name]), seeds[name]);
}
