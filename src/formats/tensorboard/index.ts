/** TensorBoard's files of events. */

import { decodeEvent, type TensorBoardEvent } from './event.js';
import { readRecords } from './records.js';

export type { EventImage, EventValue, TensorBoardEvent } from './event.js';
export type { Histogram } from './histogram.js';
export { type TensorBoardOptions, TensorBoardWriter } from './tensorboard-writer.js';

/**
 * The events of a file, in order; a last one that is cut off is passed over. `fileName` is for messages.
 *
 * Throws FormatError when the file is damaged or another one.
 *
 *     const events = readTensorBoard(await readFile(path), path);
 */
export const readTensorBoard = (bytes: Uint8Array, fileName: string): TensorBoardEvent[] =>
  [...readRecords(bytes, fileName)].map((record) => decodeEvent(record, fileName));
