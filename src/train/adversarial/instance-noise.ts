/** InstanceNoise: blurs what a discriminator sees, so that real samples and fakes overlap (Sonderby et al. 2017). */

import type { Tensor } from '../../graph/tensor.js';
import { Variable } from '../../graph/variable.js';
import { add, type Generator, mul, normal } from '../../ops/index.js';
import type { Schedule } from '../../optim/index.js';

export class InstanceNoise {
  readonly #deviation = new Variable(new Float32Array(1), [], 'float32');
  readonly #schedule: Schedule;
  readonly #generator: Generator;

  /** The standard deviation of the noise, by step. */
  constructor(schedule: Schedule, generator: Generator) {
    this.#schedule = schedule;
    this.#generator = generator;
  }

  /** Takes the deviation of a step. */
  before(step: number): void {
    this.#deviation.set(new Float32Array([this.#schedule(step)]));
  }

  /** `samples` with noise of the step's deviation. */
  blur(samples: Tensor): Tensor {
    return add(samples, mul(normal(samples.shape, this.#generator), this.#deviation));
  }
}
