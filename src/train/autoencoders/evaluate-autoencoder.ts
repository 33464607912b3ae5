/** Examines an autoencoder on a data set: how far its pictures are from the true ones, and what its codes cost. */

import { compile } from '../../compiler/index.js';
import { DataLoader, type ImageDataset } from '../../data/index.js';
import type { Tensor } from '../../graph/tensor.js';
import { mse } from '../../nn/index.js';
import { NoiseSource } from '../../nn/noise-source.js';
import { tensorsOf } from '../batches.js';
import { eventLoopTurns } from '../event-loop.js';
import { checkPictures, labelsFor, unitPixels } from './pictures.js';
import { isVariational, type TrainableAutoencoder } from './trainable.js';

export interface AutoencoderEvaluation {
  /** What training makes small, over the data set. */
  readonly loss: number;
  /** Mean squared error of a pixel 0..1, through the codes that `encode` gives. */
  readonly testMse: number;
  /** -10 log10(testMse): decibels of peak signal to noise. */
  readonly psnr: number;
  readonly count: number;
  /** Of variational models alone, as the four below: the evidence lower bound, nats per picture. */
  readonly elbo?: number;
  /** -log p(picture | code), with sampled codes; elbo = -(reconstruction + kl). */
  readonly reconstruction?: number;
  readonly kl?: number;
  /** Numbers of a code whose mean varies over the pictures by more than 0.01 (Burda et al. 2016, section 4.1). */
  readonly activeUnits?: number;
}

export interface EvaluateAutoencoderOptions {
  readonly data: ImageDataset;
  /** Default: 250. */
  readonly batchSize?: number;
  /** Of the noise of sampled codes. Default: 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onBatch?: (progress: { done: number; count: number }) => void;
}

/** Keeps the noise of examinations apart from that of trainings. */
const STREAM = 0x45564c;
/** The variance from which on a number of a code is active. */
const ACTIVE = 0.01;

/**
 * Runs `model` in evaluation mode over every picture of `data`, each counted once; the noise is the same each time.
 *
 * Throws ValueError for pictures of another shape, and the signal's reason when aborted.
 *
 *     const { testMse, psnr } = await evaluateAutoencoder(model, { data: test });
 */
export async function evaluateAutoencoder(
  model: TrainableAutoencoder,
  options: EvaluateAutoencoderOptions,
): Promise<AutoencoderEvaluation> {
  const { data, batchSize = 250, seed = 0, signal, onBatch } = options;
  checkPictures(model, data);
  const noise = new NoiseSource([model.latent], { seed, stream: STREAM });
  const examine = compile((images: Tensor, labels: Tensor) => {
    const pictures = unitPixels(images);
    const told = labelsFor(model, labels);
    const codes = model.encode(pictures, told);
    const drawn = isVariational(model) ? noise.draw(images.shape[0]) : undefined;
    const { loss, terms } = model.objective(pictures, { labels: told, noise: drawn });
    const testMse = mse(model.decode(codes, told), pictures);
    return { means: { loss, testMse, ...terms }, codes };
  });
  const sums = new Map<string, number>();
  const spread = new Spread(model.latent);
  const wasTraining = model.training;
  const breathe = eventLoopTurns();
  let done = 0;
  model.eval();
  try {
    for (const batch of new DataLoader(data, { batchSize })) {
      signal?.throwIfAborted();
      const { means, codes } = examine(...tensorsOf(batch));
      for (const [name, value] of Object.entries(means)) {
        sums.set(name, (sums.get(name) ?? 0) + value.item() * batch.size);
      }
      spread.add(codes.data());
      done += batch.size;
      onBatch?.({ done, count: data.length });
      await breathe();
    }
  } finally {
    model.train(wasTraining);
    examine.dispose();
  }
  const mean = (name: string): number => (sums.get(name) ?? Number.NaN) / done;
  const [loss, testMse] = [mean('loss'), mean('testMse')];
  const evaluation = { loss, testMse, psnr: -10 * Math.log10(testMse), count: done };
  if (!isVariational(model)) return evaluation;
  const [reconstruction, kl] = [mean('reconstruction'), mean('kl')];
  const activeUnits = spread.variances().filter((variance) => variance > ACTIVE).length;
  return { ...evaluation, elbo: -(reconstruction + kl), reconstruction, kl, activeUnits };
}

/** The variance of each number of a code, by Welford's running means. */
class Spread {
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(latent: number) {
    this.#means = new Float64Array(latent);
    this.#squares = new Float64Array(latent);
  }

  /** Codes [N, latent]. */
  add(codes: ArrayLike<number>): void {
    const latent = this.#means.length;
    for (let first = 0; first < codes.length; first += latent) {
      this.#count++;
      for (let i = 0; i < latent; i++) {
        const difference = codes[first + i] - this.#means[i];
        this.#means[i] += difference / this.#count;
        this.#squares[i] += difference * (codes[first + i] - this.#means[i]);
      }
    }
  }

  variances(): Float64Array {
    return this.#squares.map((square) => square / this.#count);
  }
}
