/** openLatentRun: a trained autoencoder from the folder of its run, ready to make codes of pictures and pictures of codes. */

import { compile } from '../compiler/index.js';
import { FormatError } from '../formats/format-error.js';
import { streamSafetensors } from '../formats/safetensors.js';
import { stateToWrite } from '../formats/tensor-to-write.js';
import { ValueError } from '../graph/errors.js';
import { sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import {
  createAutoencoder,
  isAutoencoderName,
  type LatentModel,
} from '../models/autoencoders/index.js';
import { tensor } from '../ops/index.js';
import { loadNetwork, type NetworkConfig } from '../train/index.js';

export interface LatentRun {
  readonly folder: string;
  readonly config: NetworkConfig;
  /** In evaluation mode. */
  readonly model: LatentModel;
  /** The model's name, such as 'vae'. */
  readonly name: string;
  /** Numbers in a code. */
  readonly latent: number;
  /** Of one picture. */
  readonly shape: readonly [channels: number, height: number, width: number];
  /** The classes that a conditional model is told of; null where it is told of none. */
  readonly numClasses: number | null;
  /** SHA-256 of the weights, in hexadecimal digits. */
  readonly modelHash: string;
  /**
   * Pictures [N, C, H, W], 0..1 -> codes [N, latent]; of a variational model the means. A picture's code has the
   * same bits whatever it is together with. Throws ValueError for lengths that do not fit.
   */
  encode(pictures: Float32Array, labels?: Int32Array): Float32Array;
  /** Codes [N, latent] -> pictures [N, C, H, W], 0..1, likewise. */
  decode(codes: Float32Array, labels?: Int32Array): Float32Array;
}

/** Pictures or codes that one program computes at once: always as many, since sums may round by the shape. */
const BATCH = 64;

/**
 * The autoencoder that was trained in `folder`; of a training that has not ended, as its newest checkpoint has it.
 *
 * Throws FormatError when there is none, when its files are damaged, and for a run of another kind of network.
 *
 *     const run = await openLatentRun('runs/vae-mnist-1');
 *     const codes = run.encode(pictures); // Float32Array, N * run.latent
 */
export async function openLatentRun(folder: string): Promise<LatentRun> {
  const { config, stateDict } = await loadNetwork(folder);
  const { name, options } = config.model;
  if (!isAutoencoderName(name)) {
    throw new FormatError(folder, {
      happened: `the run trained "${name}", which makes no codes`,
      expected: 'the run of an autoencoder',
      mend: 'train one, such as: npx fovea train vae',
    });
  }
  const model = restored(folder, () => {
    const created = createAutoencoder(name, options);
    created.loadStateDict(stateDict);
    return created;
  });
  model.eval();
  const { latent, inputShape: shape, numClasses } = model;
  const encode = inBatches(
    { what: 'pictures', from: shape, to: [latent], numClasses },
    (pictures, labels) => model.encode(pictures, labels),
  );
  const decode = inBatches(
    { what: 'codes', from: [latent], to: shape, numClasses },
    (codes, labels) => model.decode(codes, labels),
  );
  return {
    ...{ folder, config, model, name, latent, shape, numClasses, encode, decode },
    modelHash: config.weights?.sha256 ?? (await hashOf(model)),
  };
}

/** The model that config.json tells of; what its options or weights lack is the folder's fault. */
function restored(folder: string, create: () => LatentModel): LatentModel {
  try {
    return create();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new FormatError(
      folder,
      {
        happened: `its weights or options are not those of its model (${error.message})`,
        expected: 'config.json and weights as training writes them',
        mend: 'copy the run again, or train it again',
      },
      error,
    );
  }
}

interface Batched {
  readonly what: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly numClasses: number | null;
}

/** `build` over any number of rows, the last batch filled up with zeros. */
function inBatches(
  { what, from, to, numClasses }: Batched,
  build: (rows: Tensor, labels?: Tensor) => Tensor,
): (values: Float32Array, labels?: Int32Array) => Float32Array {
  const run = compile((...inputs: Tensor[]) => build(inputs[0], inputs[1]));
  const [taken, given] = [sizeOf(from), sizeOf(to)];
  return (values, labels) => {
    const count = values.length / taken;
    if (!Number.isInteger(count)) {
      throw new ValueError(
        `expected ${what} of ${taken} numbers each, got ${values.length} numbers; ` +
          `pass N x ${from.join(' x ')} numbers`,
      );
    }
    if (numClasses !== null) checkLabels(labels, { count, numClasses });
    const result = new Float32Array(count * given);
    for (let first = 0; first < count; first += BATCH) {
      const size = Math.min(BATCH, count - first);
      const batch = new Float32Array(BATCH * taken);
      batch.set(values.subarray(first * taken, (first + size) * taken));
      const inputs = tensor(batch, [BATCH, ...from]);
      const classes = new Int32Array(BATCH);
      if (labels) classes.set(labels.subarray(first, first + size));
      const told = numClasses === null ? [] : [tensor(classes, [BATCH])];
      const made = run(inputs, ...told).data() as Float32Array;
      result.set(made.subarray(0, size * given), first * given);
    }
    return result;
  };
}

function checkLabels(
  labels: Int32Array | undefined,
  { count, numClasses }: { count: number; numClasses: number },
): void {
  if (labels?.length === count && labels.every((label) => label >= 0 && label < numClasses)) return;
  throw new ValueError(
    `the model is told of classes: expected ${count} labels from 0 to ${numClasses - 1}, ` +
      `got ${labels ? `${labels.length}: ${labels.slice(0, 5).join(', ')}` : 'none'}`,
  );
}

/** Of the weights as they would be saved. */
async function hashOf(model: LatentModel): Promise<string> {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  for (const chunk of streamSafetensors(stateToWrite(model)).chunks) hash.update(chunk);
  return hash.digest('hex');
}
