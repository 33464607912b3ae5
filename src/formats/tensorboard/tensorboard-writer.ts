/** Writes numbers, pictures and histograms into a file that TensorBoard shows. */

import { ValueError } from '../../graph/errors.js';
import { type FileSystem, WriteError } from '../atomic-file.js';
import type { ImagePixels } from '../images/image-pixels.js';
import { encodePng } from '../images/png.js';
import { type EventValue, encodeEvent } from './event.js';
import { histogramOf } from './histogram.js';
import { encodeRecord } from './records.js';

export interface TensorBoardOptions {
  /** The step that a run goes on at: later ones in earlier files of the folder are shown no more. Default: 0. */
  readonly step?: number;
  /** Opens the file; tests pass disks that are full. */
  readonly files?: Pick<FileSystem, 'open'>;
}

/** How many bytes should wait in memory at the most before they are written. */
const mostWaiting = 2 ** 20;
/** How many bytes are held at the most while they cannot be written; then the oldest are dropped. */
const mostHeld = 2 ** 24;

/**
 * A new file of events in a folder, beside those of earlier processes; `tensorboard --logdir` opens it.
 *
 *     const board = await TensorBoardWriter.open('runs/1/tensorboard');
 *     board.scalars(step, { 'train/loss': loss });
 *     board.image(step, 'drawn', picture);
 *     await board.flush();
 */
export class TensorBoardWriter {
  readonly path: string;
  readonly #files: Pick<FileSystem, 'open'> | undefined;
  #waiting: Uint8Array[] = [];
  #size = 0;
  /** Bytes of whole records in the file. */
  #written = 0;
  #dropped = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, files: Pick<FileSystem, 'open'> | undefined) {
    this.path = path;
    this.#files = files;
  }

  /** Events that were lost, because so much could not be written for so long. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Makes the folder and the file. Throws WriteError when that is not possible. */
  static async open(
    folder: string,
    { step = 0, files }: TensorBoardOptions = {},
  ): Promise<TensorBoardWriter> {
    const { mkdir } = await import('node:fs/promises');
    const { join } = await import('node:path');
    await mkdir(folder, { recursive: true }).catch((error) => {
      throw notWritten(folder, error);
    });
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    // TensorBoard reads the files of a folder in the order of their names.
    const name = `events.out.tfevents.${seconds}.fovea.${process.pid}.${String(counter++).padStart(6, '0')}`;
    const writer = new TensorBoardWriter(join(folder, name), files);
    writer.#add(encodeEvent({ ...now(0), fileVersion: 'brain.Event:2', values: [] }));
    writer.#add(encodeEvent({ ...now(step), begins: true, values: [] }));
    await writer.flush();
    return writer;
  }

  /** Numbers at a step, by name; a slash in a name groups those with the same beginning. */
  scalars(step: number, values: Readonly<Record<string, number>>): void {
    this.#put(
      step,
      Object.entries(values).map(([tag, scalar]) => ({ tag, scalar })),
    );
  }

  image(step: number, tag: string, image: ImagePixels): void {
    const { width, height, channels } = image;
    this.#put(step, [{ tag, image: { width, height, channels, png: encodePng(image) } }]);
  }

  /** Throws ValueError when there are no values, or infinite ones. */
  histogram(step: number, tag: string, values: ArrayLike<number>): void {
    this.#put(step, [{ tag, histogram: histogramOf(values) }]);
  }

  /**
   * Appends what waits. Throws WriteError when the disk is full: nothing is lost then, the next call tries to
   * write it as well.
   */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#append());
    const writing = this.#writing;
    // A failure is told once, to whom waits for it; the next call tries again.
    this.#writing = writing.catch(() => {});
    return writing;
  }

  async #append(): Promise<void> {
    if (this.#size === 0) return;
    const records = this.#waiting;
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const record of records) {
      bytes.set(record, at);
      at += record.length;
    }
    this.#waiting = [];
    this.#size = 0;
    try {
      await this.#write(bytes);
      this.#written += bytes.length;
    } catch (error) {
      this.#waiting = [...records, ...this.#waiting];
      this.#size += bytes.length;
      this.#dropOldest();
      throw notWritten(this.path, error);
    }
  }

  /** Behind the whole records of the file: what a full disk has taken of others is overwritten. */
  async #write(bytes: Uint8Array): Promise<void> {
    const files = this.#files ?? (await import('node:fs/promises'));
    const file = await files.open(this.path, 'a');
    try {
      await file.truncate(this.#written);
      await file.writeFile(bytes);
    } finally {
      await file.close();
    }
  }

  #dropOldest(): void {
    let first = 0;
    for (; this.#size > mostHeld; first++) this.#size -= this.#waiting[first].length;
    this.#waiting = this.#waiting.slice(first);
    this.#dropped += first;
  }

  #put(step: number, values: readonly EventValue[]): void {
    if (!Number.isSafeInteger(step) || step < 0) {
      throw new ValueError(`step is ${step}; expected a whole number from 0 on`);
    }
    if (values.length === 0) return;
    this.#add(encodeEvent({ ...now(step), values }));
  }

  #add(event: Uint8Array): void {
    const record = encodeRecord(event);
    this.#waiting.push(record);
    this.#size += record.length;
  }

  /** Whether so much waits that it should be flushed. */
  get isFull(): boolean {
    return this.#size > mostWaiting;
  }
}

let counter = 0;

const now = (step: number) => ({ step, wallTime: Date.now() / 1000 });

function notWritten(path: string, error: unknown): WriteError {
  const what = error instanceof Error ? error.message : String(error);
  const mend = 'free some space, or make the folder writable';
  return new WriteError(path, { what, mend }, error);
}
