/** Serves a data set in batches, in an order and with changes that depend only on the seed and the epoch. */

import { ValueError } from '../graph/errors.js';
import type { ImageDataset } from './dataset.js';
import { epochOrder, MAX_EPOCHS } from './epoch-order.js';
import type { PlanesShape, Transform } from './transforms/transform.js';
import { TransformChain } from './transforms/transform-chain.js';

export interface DataLoaderOptions {
  /** Pictures in one batch. */
  readonly batchSize: number;
  /** Whether every epoch has an order of its own. Default: false, the order of the data set. */
  readonly shuffle?: boolean;
  /** Decides the order, together with the epoch. Default: 0. */
  readonly seed?: number;
  /** Whether to leave out a last batch that is smaller. Default: false. */
  readonly dropLast?: boolean;
  /** Changes of each picture, mostly random, in this order, other ones in every epoch. Default: none. */
  readonly transforms?: readonly Transform[];
}

/** Some pictures, [B, C, H, W], and their labels, [B]. */
export interface Batch {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  /** B: the batch size, or less in the last batch. */
  readonly size: number;
  readonly shape: readonly [batch: number, channels: number, height: number, width: number];
}

/** How many batches stay valid at once: the newest and the two before it. */
const RING_SIZE = 3;

/**
 * Gathers batches from a data set in memory; that costs microseconds, so it needs no worker threads.
 *
 * NOTE: after the first three steps no buffer is allocated: batches live in a ring of three, so a batch is overwritten by the third one taken after it, in whatever epoch; copy what must live longer.
 *
 * Throws ValueError when an option does not fit the data set.
 *
 *     const loader = new DataLoader(train, { batchSize: 64, shuffle: true });
 *     for (const { images, labels } of loader.epoch(0)) step(images, labels);
 */
export class DataLoader implements Iterable<Batch> {
  readonly dataset: ImageDataset;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropLast: boolean;
  /** The number of batches in one epoch. */
  readonly length: number;
  readonly transforms: readonly Transform[];
  /** The shape of one picture of a batch: [channels, height, width]. */
  readonly shape: PlanesShape;
  readonly #chain: TransformChain | undefined;
  readonly #ring: Slot[] = [];
  #ringNext = 0;
  #epochNext = 0;

  constructor(dataset: ImageDataset, options: DataLoaderOptions) {
    const { batchSize, shuffle = false, seed = 0, dropLast = false, transforms = [] } = options;
    if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
      throw new ValueError(
        `DataLoader: batchSize is ${batchSize}; expected a whole number of one or more`,
      );
    }
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ValueError(
        `DataLoader: seed is ${seed}; expected a whole number of zero or more, up to 2^53 - 1`,
      );
    }
    checkDataset(dataset);
    if (dropLast && batchSize > dataset.length) {
      throw new ValueError(
        `DataLoader: batchSize ${batchSize} with dropLast leaves no batch of the ` +
          `${dataset.length} pictures of ${dataset.name}; lower batchSize or unset dropLast`,
      );
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.seed = seed;
    this.dropLast = dropLast;
    this.transforms = transforms;
    if (transforms.length > 0) {
      this.#chain = new TransformChain(transforms, { length: dataset.length, seed });
    }
    this.shape = this.#chain?.outputShape(dataset.shape) ?? dataset.shape;
    const batches = dataset.length / batchSize;
    this.length = dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /**
   * The batches of one epoch, from number `first` on; their order and what is changed in the pictures depend
   * only on the seed and the epoch's number.
   */
  epoch(epoch: number, first = 0): Generator<Batch, void, undefined> {
    if (!Number.isSafeInteger(epoch) || epoch < 0 || epoch >= MAX_EPOCHS) {
      throw new ValueError(
        `DataLoader: epoch is ${epoch}; expected a whole number from 0 to ${MAX_EPOCHS - 1}`,
      );
    }
    return this.#batches(epoch, first);
  }

  /** The next epoch: 0 at first, then 1, and so on. */
  [Symbol.iterator](): Generator<Batch, void, undefined> {
    return this.epoch(this.#epochNext++);
  }

  *#batches(epoch: number, firstBatch: number): Generator<Batch, void, undefined> {
    const { dataset, batchSize } = this;
    const order = this.shuffle ? epochOrder(dataset.length, this.seed, epoch) : undefined;
    for (let index = firstBatch; index < this.length; index++) {
      const first = index * batchSize;
      const batch = this.#takeBuffers(Math.min(batchSize, dataset.length - first));
      gather(dataset, { order, first, batch, epoch, chain: this.#chain });
      yield batch;
    }
  }

  #takeBuffers(size: number): Batch {
    const place = this.#ringNext;
    this.#ringNext = (place + 1) % RING_SIZE;
    const { dataset, batchSize } = this;
    this.#ring[place] ??= {
      full: allocate({ shape: this.shape, size: Math.min(batchSize, dataset.length) }),
      rest: undefined,
    };
    const slot = this.#ring[place];
    if (size === slot.full.size) return slot.full;
    slot.rest ??= firstOf(slot.full, size);
    return slot.rest;
  }
}

/** One place of the ring: a batch of full size, and the short last batch in the same memory. */
interface Slot {
  readonly full: Batch;
  rest: Batch | undefined;
}

function allocate({ shape, size }: { shape: PlanesShape; size: number }): Batch {
  const [channels, height, width] = shape;
  return {
    images: new Uint8Array(size * channels * height * width),
    labels: new Int32Array(size),
    size,
    shape: [size, channels, height, width],
  };
}

function firstOf(batch: Batch, size: number): Batch {
  const [, channels, height, width] = batch.shape;
  return {
    images: batch.images.subarray(0, size * channels * height * width),
    labels: batch.labels.subarray(0, size),
    size,
    shape: [size, channels, height, width],
  };
}

interface Gathering {
  readonly order: Uint32Array | undefined;
  /** The place of the batch's first picture in the order. */
  readonly first: number;
  readonly batch: Batch;
  readonly epoch: number;
  readonly chain: TransformChain | undefined;
}

function gather(dataset: ImageDataset, { order, first, batch, epoch, chain }: Gathering): void {
  const { images, labels, size } = batch;
  const pixels = dataset.images.length / dataset.length;
  const changed = images.length / size;
  for (let i = 0; i < size; i++) {
    const from = order ? order[first + i] : first + i;
    const picture = dataset.images.subarray(from * pixels, (from + 1) * pixels);
    if (chain) {
      const target = images.subarray(i * changed, (i + 1) * changed);
      chain.apply(picture, target, { epoch, picture: from, shape: dataset.shape });
    } else {
      images.set(picture, i * pixels);
    }
    labels[i] = dataset.labels[from];
  }
}

function checkDataset(dataset: ImageDataset): void {
  const { name, length, images, labels, shape } = dataset;
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new ValueError(`DataLoader: ${name} holds ${length} pictures; expected one or more`);
  }
  const pixels = length * shape[0] * shape[1] * shape[2];
  if (images.length !== pixels || labels.length !== length) {
    throw new ValueError(
      `DataLoader: ${name} has ${images.length} image bytes and ${labels.length} labels; ` +
        `expected ${pixels} and ${length} for [${[length, ...shape].join(', ')}]`,
    );
  }
}
