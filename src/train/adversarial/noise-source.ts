/** NoiseSource: normal noise that compiled steps draw, from a counter that checkpoints hold. */

import type { Shape } from '../../graph/shape.js';
import { sizeOf } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import { Module } from '../../nn/index.js';
import {
  concatenate,
  cos,
  Generator,
  log,
  mul,
  reshape,
  sin,
  sliceDim,
  sqrt,
  sub,
  unbind,
  uniform,
} from '../../ops/index.js';

/**
 * Draws from the standard normal distribution; every step other numbers.
 *
 * A module, so that the state of its generator belongs to a training's `parts` as that of a dropout does.
 *
 *     const noise = new NoiseSource([100, 1, 1], { seed: 3 });
 *     const fakes = generator.call(noise.draw(64)); // from [64, 100, 1, 1]
 */
export class NoiseSource extends Module {
  /** Of one sample. */
  readonly shape: Shape;
  readonly generator: Generator;

  constructor(shape: Shape, { seed = 0, stream = 0 }: { seed?: number; stream?: number } = {}) {
    super();
    this.shape = [...shape];
    this.generator = new Generator(seed, stream);
  }

  /** Noise for `count` samples, [count, ...shape]. */
  draw(count: number): Tensor {
    return normalNoise([count, ...this.shape], this.generator);
  }

  /** Noise for as many samples as `x` has. */
  forward(x: Tensor): Tensor {
    return this.draw(x.shape[0]);
  }
}

/** Standard normal numbers of `shape` (Box and Muller 1958); every call goes on where the last one stopped. */
export function normalNoise(shape: Shape, generator: Generator): Tensor {
  const size = sizeOf(shape);
  const [lengths, turns] = unbind(uniform([2, Math.ceil(size / 2)], generator));
  // 1 minus a number below 1 is never 0.
  const radius = sqrt(mul(log(sub(1, lengths)), -2));
  const angle = mul(turns, 2 * Math.PI);
  const pairs = concatenate([mul(radius, cos(angle)), mul(radius, sin(angle))]);
  return reshape(sliceDim(pairs, { end: size }), shape);
}
