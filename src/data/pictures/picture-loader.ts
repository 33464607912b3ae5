/** PictureLoader: serves picture files in batches, decoded beside the training step, in an order that depends only on seed and epoch. */

import { ValueError } from '../../graph/errors.js';
import { checkCount, checkInteger, checkOptionNames } from '../../nn/options.js';
import { epochOrder, MAX_EPOCHS } from '../epoch-order.js';
import type { PlanesShape, Transform } from '../transforms/transform.js';
import { isNamed } from '../transforms/transform-names.js';
import {
  allocateSlot,
  batchOf,
  note,
  type PictureBatch,
  placeIn,
  type SlotMemory,
} from './batch-slot.js';
import { DecodingThreads } from './decoding-threads.js';
import { type MakerSettings, PictureMaker } from './picture-maker.js';
import type { PictureSet } from './picture-set.js';

export interface PictureLoaderOptions {
  /** Pictures in one batch. */
  readonly batchSize: number;
  /** Whether every epoch has an order of its own. Default: false, the order of the set. */
  readonly shuffle?: boolean;
  /** Decides the order and the transforms, together with the epoch. Default: 0. */
  readonly seed?: number;
  /** Whether to leave out a last batch that is smaller. Default: false. */
  readonly dropLast?: boolean;
  /** Changes of each picture, in this order; they must lead to one size. Default: none. */
  readonly transforms?: readonly Transform[];
  /** Grey (1) or colour (3). Default: 3. */
  readonly channels?: 1 | 3;
  /** Mixes each picture with another one, by Beta(alpha, alpha). Default: no. */
  readonly mixup?: { readonly alpha: number };
  /**
   * Worker threads that decode; 0 decodes in the thread that trains. Default: one less than there are cores, 1
   * to 4; 0 in browsers, which decode pictures in threads of their own, and with transforms written by hand.
   */
  readonly threads?: number;
  /** Batches that are decoded ahead. Default: 4. */
  readonly ahead?: number;
  /** Whether a picture that cannot be read ends the training. Default: false, it is skipped. */
  readonly strict?: boolean;
  /** Aborting it ends the epoch with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface SkippedPicture {
  readonly index: number;
  readonly name: string;
  readonly reason: string;
}

const known = [
  ...['batchSize', 'shuffle', 'seed', 'dropLast', 'transforms', 'channels', 'mixup', 'threads'],
  ...['ahead', 'strict', 'signal'],
];

/** Batches that stay valid at once: the newest and the two before it. */
const VALID = 3;
/** Pictures of one task: few enough that all threads work on the batch that is waited for. */
const TASK = 8;

interface Begun {
  readonly slot: SlotMemory;
  readonly size: number;
  readonly done: Promise<unknown>;
}

/**
 * Serves batches for a `Trainer`: the same ones for a seed and an epoch, whatever the number of threads, the
 * batch size or the batch begun with.
 *
 * For a picture that cannot be read the next one of the set stands in; `skipped` names it. Batches lie in a ring
 * of buffers: each is valid until the third one after it is taken; copy what must live longer. One epoch is
 * served at a time. `close` ends the threads; a process that forgets it ends all the same.
 *
 *     const loader = await PictureLoader.open(await openImageFolder('pets'), {
 *       batchSize: 64, shuffle: true, transforms: [resize({ height: 72, width: 72 }), horizontalFlip()],
 *     });
 *     for await (const { images, labels, shape } of loader.epoch(0)) step(tensor(images, shape), labels);
 *     await loader.close();
 */
export class PictureLoader {
  readonly set: PictureSet;
  /** The shape of one picture of a batch: [channels, height, width]. */
  readonly shape: PlanesShape;
  /** The number of batches in one epoch. */
  readonly length: number;
  readonly #options: PictureLoaderOptions;
  readonly #seed: number;
  readonly #maker: PictureMaker;
  readonly #threads: DecodingThreads | null;
  readonly #slots: readonly SlotMemory[];
  readonly #current = new Int32Array(
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(4) : new SharedArrayBuffer(4),
  );
  readonly #inFlight = new Set<Promise<unknown>>();
  #slotNext = 0;
  #isClosed = false;

  /**
   * Reads the first picture to learn what all come out as, and starts the threads.
   *
   * Throws ValueError when an option does not fit, and DataError when no picture can be read.
   */
  static async open(set: PictureSet, options: PictureLoaderOptions): Promise<PictureLoader> {
    checkOptionNames('PictureLoader', options, known);
    const {
      batchSize,
      ahead = 4,
      seed = 0,
      dropLast = false,
      threads = 0,
      transforms = [],
    } = options;
    checkCount('PictureLoader', 'batchSize', batchSize);
    checkCount('PictureLoader', 'ahead', ahead);
    checkInteger('PictureLoader', { seed, threads });
    checkCount('PictureLoader', 'the number of pictures', set.length);
    if (dropLast && batchSize > set.length) {
      throw new ValueError(
        `PictureLoader: batchSize ${batchSize} with dropLast leaves no batch of the ${set.length} ` +
          `pictures of ${set.name}; lower batchSize or unset dropLast`,
      );
    }
    if (threads < 0 || threads > 64) {
      throw new ValueError(`PictureLoader: threads is ${threads}; expected 0 to 64`);
    }
    const { channels = 3, strict = false, mixup } = options;
    const settings = { seed, channels, strict, mixup: mixup?.alpha ?? null };
    const maker = new PictureMaker(set, transforms, settings);
    const shape = await maker.shape();
    maker.expect(shape);
    return new PictureLoader({ set, options, maker, settings, shape });
  }

  private constructor(parts: {
    readonly set: PictureSet;
    readonly options: PictureLoaderOptions;
    readonly maker: PictureMaker;
    readonly settings: MakerSettings;
    readonly shape: PlanesShape;
  }) {
    const { set, options, maker, settings, shape } = parts;
    const { batchSize, dropLast = false, ahead = 4, transforms = [] } = options;
    this.set = set;
    this.shape = shape;
    this.#options = options;
    this.#seed = settings.seed;
    this.#maker = maker;
    this.length = Math[dropLast ? 'floor' : 'ceil'](set.length / batchSize);
    const hasTargets = set.targets !== undefined;
    const size = Math.min(batchSize, set.length);
    this.#slots = Array.from({ length: ahead + VALID }, () =>
      allocateSlot({ size, shape, hasTargets }),
    );
    const count = threadCount(options);
    const setup = {
      ...{ set: plain(set), settings, shape, slots: this.#slots, current: this.#current },
      transforms: transforms.map(({ name, options: given = {} }) => ({ name, options: given })),
    };
    const onSkipped = (skipped: readonly (readonly [number, string])[]) => {
      for (const [index, reason] of skipped) maker.skipped.set(index, reason);
    };
    this.#threads = count > 0 ? new DecodingThreads(setup, { count, onSkipped }) : null;
  }

  /** Pictures that could not be read so far, in the order of the set. */
  get skipped(): readonly SkippedPicture[] {
    return [...this.#maker.skipped]
      .map(([index, reason]) => ({ index, name: this.set.files[index].name, reason }))
      .sort((a, b) => a.index - b.index);
  }

  /**
   * The batches of one epoch, from number `first` on.
   *
   * Throws DataError as `PictureMaker.make` does, and the signal's reason when it is aborted.
   */
  epoch(epoch: number, first = 0): AsyncGenerator<PictureBatch, void, undefined> {
    if (!Number.isSafeInteger(epoch) || epoch < 0 || epoch >= MAX_EPOCHS) {
      throw new ValueError(
        `PictureLoader: epoch is ${epoch}; expected a whole number from 0 to ${MAX_EPOCHS - 1}`,
      );
    }
    if (this.#isClosed) throw new ValueError('PictureLoader: it is closed; open another one');
    return this.#batches(epoch, first);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    this.#isClosed = true;
    Atomics.add(this.#current, 0, 1);
    await this.#threads?.close();
  }

  async *#batches(epoch: number, first: number): AsyncGenerator<PictureBatch, void, undefined> {
    const { ahead = 4, batchSize, shuffle, signal } = this.#options;
    // What is left of another epoch still writes into the ring.
    const generation = Atomics.add(this.#current, 0, 1) + 1;
    await Promise.allSettled(this.#inFlight);
    const { length } = this.set;
    const order = shuffle ? epochOrder(length, this.#seed, epoch) : undefined;
    const begun: Begun[] = [];
    let next = first;
    const begin = () => {
      for (; begun.length < ahead && next < this.length; next++) {
        const start = next * batchSize;
        const size = Math.min(batchSize, length - start);
        const pictures = Array.from({ length: size }, (_, i) => order?.[start + i] ?? start + i);
        begun.push(this.#begin(pictures, { epoch, generation }));
      }
    };
    try {
      for (let index = first; index < this.length; index++) {
        begin();
        const { slot, size, done } = begun.shift()!;
        await untilAborted(done, signal);
        if (Atomics.load(this.#current, 0) !== generation) {
          throw new ValueError('PictureLoader: another epoch was begun, or it was closed');
        }
        begin();
        yield batchOf(slot, {
          size,
          shape: this.shape,
          isMixed: this.#options.mixup !== undefined,
        });
      }
    } finally {
      Atomics.compareExchange(this.#current, 0, generation, generation + 1);
      await Promise.allSettled(begun.map(({ done }) => done));
    }
  }

  #begin(
    pictures: readonly number[],
    { epoch, generation }: { epoch: number; generation: number },
  ): Begun {
    const place = this.#slotNext;
    this.#slotNext = (place + 1) % this.#slots.length;
    const slot = this.#slots[place];
    const tasks: Promise<unknown>[] = [];
    for (let first = 0; first < pictures.length; first += TASK) {
      const part = pictures.slice(first, first + TASK);
      tasks.push(
        this.#threads?.run({ slot: place, first, epoch, pictures: part, generation }) ??
          this.#decode(part, { slot, first, epoch }),
      );
    }
    const done = Promise.all(tasks);
    this.#inFlight.add(done);
    const forget = () => this.#inFlight.delete(done);
    // Also hears of failures that nobody waits for any more.
    done.then(forget, forget);
    return { slot, size: pictures.length, done };
  }

  /** Without threads; a browser decodes several at once. */
  #decode(
    pictures: readonly number[],
    { slot, first, epoch }: { slot: SlotMemory; first: number; epoch: number },
  ): Promise<unknown> {
    return Promise.all(
      pictures.map(async (picture, i) => {
        note(slot, first + i, await this.#maker.make({ epoch, picture }, placeIn(slot, first + i)));
      }),
    );
  }
}

function threadCount({ threads, transforms = [] }: PictureLoaderOptions): number {
  if (!globalThis.process?.versions?.node || !transforms.every(isNamed)) return 0;
  if (threads !== undefined) return threads;
  const cores = process.getBuiltinModule('node:os').availableParallelism();
  return Math.min(Math.max(1, cores - 1), 4);
}

/** What a thread needs of a set, without methods that somebody may have given it. */
const plain = ({ name, classes, files, labels, targets, length }: PictureSet): PictureSet => ({
  ...{ name, classes, labels, length },
  files: files.map(({ name: file, source }) => ({ name: file, source })),
  ...(targets && { targets: targets.map(({ name: file, source }) => ({ name: file, source })) }),
});

async function untilAborted(
  done: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!signal) {
    await done;
    return;
  }
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([done, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
