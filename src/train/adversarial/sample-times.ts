/** SampleTimes: shows what a generator makes of the same noise, from time to time. */

import { compile } from '../../compiler/index.js';
import type { Tensor } from '../../graph/tensor.js';
import { NoiseSource } from '../../nn/index.js';
import type { HealthWarning, HealthWatch } from './health.js';
import type { AdversarialOptions } from './options.js';
import type { AdversarialSteps } from './steps.js';

type Shown = Pick<
  AdversarialOptions<{ readonly size: number }>,
  'noise' | 'seed' | 'onSamples' | 'sampleCount' | 'sampleEvery' | 'sampleCondition'
>;

export class SampleTimes {
  readonly #options: Shown;
  readonly #steps: AdversarialSteps;
  readonly #noise: Tensor | null;

  constructor(options: Shown, steps: AdversarialSteps) {
    this.#options = options;
    this.#steps = steps;
    this.#noise = options.onSamples ? drawOnce(options) : null;
  }

  /** Whether it is time behind so many rounds; behind an epoch for null. */
  areDue(steps: number | null): boolean {
    const { sampleEvery } = this.#options;
    if (!this.#noise) return false;
    if (steps === null) return sampleEvery === undefined;
    return sampleEvery !== undefined && steps % sampleEvery === 0;
  }

  /** Makes and shows samples, and has them judged beside `real` ones. */
  async show(
    steps: number,
    { epoch, watch, real }: { epoch: number; watch: HealthWatch; real: Tensor },
  ): Promise<HealthWarning | null> {
    const { onSamples, sampleCondition } = this.#options;
    const samples = this.#steps.sample(this.#noise!, sampleCondition);
    await onSamples!({ steps, epoch, samples });
    const size = real.size / real.shape[0];
    const compared = { samples: numbersOf(samples), real: numbersOf(real), size };
    return watch.afterSamples(steps, compared);
  }
}

/** From a stream of its own, so that looking at samples changes nothing in the training. */
function drawOnce({ noise: shape, seed, sampleCount = 64 }: Shown): Tensor {
  const noise = new NoiseSource(shape, { seed, stream: 1 });
  const draw = compile(() => ({ noise: noise.draw(sampleCount) }));
  try {
    return draw().noise;
  } finally {
    draw.dispose();
  }
}

const numbersOf = (tensor: Tensor): Float32Array => Float32Array.from(tensor.data());
