/** Writes numbers, pictures and histograms into a file that TensorBoard shows. */

import { ValueError } from '../../graph/errors.js';
import { WriteError } from '../atomic-file.js';
import type { ImagePixels } from '../images/image-pixels.js';
import { encodePng } from '../images/png.js';
import { type EventValue, encodeEvent } from './event.js';
import { histogramOf } from './histogram.js';
import { encodeRecord } from './records.js';

export interface TensorBoardOptions {
  /** The step that a run goes on at: later ones in earlier files of the folder are shown no more. Default: 0. */
  readonly step?: number;
}

/** How many bytes wait in memory before they are written by themselves. */
const mostWaiting = 2 ** 20;

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
  #waiting: Uint8Array[] = [];
  #size = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder and the file. Throws WriteError when that is not possible. */
  static async open(
    folder: string,
    { step = 0 }: TensorBoardOptions = {},
  ): Promise<TensorBoardWriter> {
    const { mkdir } = await import('node:fs/promises');
    const { join } = await import('node:path');
    await mkdir(folder, { recursive: true }).catch((error) => {
      throw notWritten(folder, error);
    });
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    // TensorBoard reads the files of a folder in the order of their names.
    const name = `events.out.tfevents.${seconds}.fovea.${process.pid}.${String(counter++).padStart(6, '0')}`;
    const writer = new TensorBoardWriter(join(folder, name));
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

  /** Appends what waits. Throws WriteError when the disk is full. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#append());
    const writing = this.#writing;
    // A failure is told once, to whom waits for it; the next call tries again.
    this.#writing = writing.catch(() => {});
    return writing;
  }

  async #append(): Promise<void> {
    if (this.#size === 0) return;
    const { appendFile } = await import('node:fs/promises');
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const record of this.#waiting) {
      bytes.set(record, at);
      at += record.length;
    }
    this.#waiting = [];
    this.#size = 0;
    await appendFile(this.path, bytes).catch((error) => {
      throw notWritten(this.path, error);
    });
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
