/** Noise of a standard normal distribution, drawn inside the program by the transform of Box and Muller (1958). */

import {
  concatenate,
  cos,
  type Generator,
  log,
  mul,
  reshape,
  type Shape,
  sin,
  slice,
  sqrt,
  sub,
  type Tensor,
  uniform,
} from '../../src/index.js';

/** Normal float32 numbers of `shape`, whose size is even; every step draws others. */
export function normalNoise(shape: Shape, generator: Generator): Tensor {
  const half = shape.reduce((product, extent) => product * extent, 1) / 2;
  const drawn = uniform([2, half], generator);
  const [a, b] = [0, 1].map((row) => slice(drawn, { start: [row, 0], end: [row + 1, half] }));
  // 1 - a is never 0.
  const radius = sqrt(mul(log(sub(1, a)), -2));
  const angle = mul(b, 2 * Math.PI);
  return reshape(concatenate([mul(radius, cos(angle)), mul(radius, sin(angle))]), shape);
}
