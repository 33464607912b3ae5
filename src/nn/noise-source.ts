/** NoiseSource: normal noise that compiled steps draw, from a counter that checkpoints hold. */

import type { Shape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { normal } from '../ops/normal.js';
import { Generator, uniform } from '../ops/random.js';
import { Module } from './module.js';

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
    return normal([count, ...this.shape], this.generator);
  }

  /** Numbers of [0, 1) of `shape`, from the same generator. */
  uniform(shape: Shape): Tensor {
    return uniform(shape, this.generator);
  }

  /** Noise for as many samples as `x` has. */
  forward(x: Tensor): Tensor {
    return this.draw(x.shape[0]);
  }
}
