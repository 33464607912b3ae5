/** The records of CIFAR's binary version: one or two labels, then the red, green and blue planes of 32x32. */

import { DataError, type ImageDataset } from './dataset.js';

/** The shape of one picture. */
export const CIFAR_SHAPE = [3, 32, 32] as const;
const PICTURE_BYTES = 3 * 32 * 32;

export interface CifarFile {
  /** What to call it in messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface CifarOptions {
  readonly name: string;
  readonly classes: readonly string[];
  /** Files of records; their pictures follow one another. */
  readonly files: readonly CifarFile[];
  /** Labels of one record, of which the last counts: 1 in CIFAR-10, 2 (coarse, fine) in CIFAR-100. Default: 1. */
  readonly labelBytes?: number;
}

/**
 * Pictures [N, 3, 32, 32] of files in CIFAR's binary version.
 *
 * Throws DataError when a file holds no whole number of records, or a label has no class.
 *
 *     const train = datasetFromCifar({ name: 'cifar10', classes, files: [{ name: 'data_batch_1.bin', bytes }] });
 */
export function datasetFromCifar(options: CifarOptions): ImageDataset {
  const { name, classes, files, labelBytes = 1 } = options;
  const record = labelBytes + PICTURE_BYTES;
  let length = 0;
  for (const { name: file, bytes } of files) {
    if (bytes.length === 0 || bytes.length % record !== 0) {
      throw new DataError(
        `${file}: it has ${bytes.length} bytes; expected a multiple of ${record}, since each picture takes ` +
          `${labelBytes} + ${PICTURE_BYTES}; get the binary version again`,
      );
    }
    length += bytes.length / record;
  }
  const images = new Uint8Array(length * PICTURE_BYTES);
  const labels = new Uint8Array(length);
  let picture = 0;
  for (const { name: file, bytes } of files) {
    for (let at = 0; at < bytes.length; at += record) {
      const label = bytes[at + labelBytes - 1];
      if (label >= classes.length) {
        throw new DataError(
          `${file}: picture ${at / record} has label ${label}, but ${name} has ${classes.length} classes, so 0 to ` +
            `${classes.length - 1} is allowed; check that it is a file of ${name} in its binary version`,
        );
      }
      labels[picture] = label;
      images.set(bytes.subarray(at + labelBytes, at + record), picture * PICTURE_BYTES);
      picture++;
    }
  }
  return { name, classes, images, labels, shape: CIFAR_SHAPE, length };
}

/** One name a line, empty lines passed over; throws DataError unless there are `count`. */
export function parseClassNames({ name, bytes }: CifarFile, count: number): string[] {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  if (names.length === count) return names;
  throw new DataError(
    `${name}: it names ${names.length} classes; expected ${count}, one a line; get the file again`,
  );
}
