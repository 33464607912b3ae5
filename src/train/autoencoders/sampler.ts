/** What an autoencoder makes of a few fixed test pictures, and of fixed random codes, while it learns. */

import { compile } from '../../compiler/index.js';
import type { ImageDataset } from '../../data/index.js';
import type { Tensor } from '../../graph/tensor.js';
import { Generator, normal, tensor } from '../../ops/index.js';

import { unitPixels } from './pictures.js';
import { isDenoising, isVariational, type TrainableAutoencoder } from './trainable.js';

/** All pictures are [count, C, H, W], 0..1, the same ones each time. */
export interface AutoencoderSamples {
  /** Steps taken so far. */
  readonly steps: number;
  readonly epoch: number;
  /** The first pictures of the test set. */
  readonly originals: Tensor;
  /** Those as a denoising model gets them. */
  readonly damaged?: Tensor;
  /** What the model makes of the originals, or of the damaged ones. */
  readonly reconstructions: Tensor;
  /** What a variational model makes of codes from the standard normal distribution, class by class. */
  readonly prior?: Tensor;
}

export interface Sampler {
  draw(): Omit<AutoencoderSamples, 'steps' | 'epoch'>;
  dispose(): void;
}

/** Keeps the random codes apart from the noise of trainings and examinations. */
const STREAM = 0x53414d;

export function sampler(
  model: TrainableAutoencoder,
  { test, seed, count }: { test: ImageDataset; seed: number; count: number },
): Sampler {
  const { latent, numClasses } = model;
  const taken = Math.min(count, test.length);
  const pixels = test.images.length / test.length;
  const images = tensor(test.images.slice(0, taken * pixels), [taken, ...test.shape]);
  const labels = Int32Array.from(test.labels.subarray(0, taken));
  // A row of samples for each class.
  const classes = Int32Array.from({ length: count }, (_, i) =>
    Math.floor((i * (numClasses ?? 1)) / count),
  );
  const told = (values: Int32Array) =>
    numClasses === null ? [] : [tensor(values, [values.length])];
  const random = new Generator(seed, STREAM);
  const first = random.state.data().slice();
  const noise = compile(() => ({
    codes: normal([count, latent], random),
    damaged: isDenoising(model) ? model.corruption.damage(unitPixels(images), random) : [],
  }));
  const reconstruct = compile((...[pictures, classesOfThem]: Tensor[]) =>
    model.decode(model.encode(pictures, classesOfThem), classesOfThem),
  );
  const generate = compile((...[codes, classesOfThem]: Tensor[]) =>
    model.decode(codes, classesOfThem),
  );
  const bytes = compile((pictures: Tensor) => unitPixels(pictures));
  return {
    draw: () => {
      const wasTraining = model.training;
      model.eval();
      try {
        random.state.set(first);
        const { codes, damaged } = noise();
        const originals = bytes(images);
        const seen = Array.isArray(damaged) ? originals : (damaged as Tensor);
        return {
          originals,
          ...(seen !== originals && { damaged: seen }),
          reconstructions: reconstruct(seen, ...told(labels)),
          ...(isVariational(model) && { prior: generate(codes, ...told(classes)) }),
        };
      } finally {
        model.train(wasTraining);
      }
    },
    dispose: () => {
      for (const program of [noise, reconstruct, generate, bytes]) program.dispose();
    },
  };
}
