/** Normal numbers inside the graph. */

import { type Shape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { concatenate } from './concatenate.js';
import { cos, log, mul, sin, sqrt, sub } from './elementwise.js';
import { type Generator, uniform } from './random.js';
import { sliceDim, unbind } from './slicing.js';
import { reshape } from './view.js';

/**
 * Standard normal float32 numbers of `shape` (Box and Muller 1958); every call goes on where the last one stopped.
 *
 *     const noise = normal([64, 20], generator);
 */
export function normal(shape: Shape, generator: Generator): Tensor {
  const size = sizeOf(shape);
  const [lengths, turns] = unbind(uniform([2, Math.ceil(size / 2)], generator));
  // 1 minus a number below 1 is never 0.
  const radius = sqrt(mul(log(sub(1, lengths)), -2));
  const angle = mul(turns, 2 * Math.PI);
  const pairs = concatenate([mul(radius, cos(angle)), mul(radius, sin(angle))]);
  return reshape(sliceDim(pairs, { end: size }), shape);
}
