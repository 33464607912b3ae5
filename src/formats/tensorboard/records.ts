/** TFRecord framing: each record with its length, both guarded by masked CRC-32C sums. */

import { crc32c } from '../crc32.js';
import { FormatError } from '../format-error.js';

const HEADER = 12;
const FOOTER = 4;

/** TFRecords hold sums that are turned by 15 bits and moved, for sums of data with sums in it. */
const masked = (bytes: Uint8Array): number => {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
};

/** The bytes of a record with `data` in it. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER + data.length + FOOTER);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(data, HEADER);
  view.setUint32(HEADER + data.length, masked(data), true);
  return bytes;
}

/**
 * The data of each record; a last one that is cut off, as in a file that is being written, is passed over.
 *
 * Throws FormatError when a sum is another than the one that was written.
 */
export function* readRecords(bytes: Uint8Array, fileName: string): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const check = (data: Uint8Array, sumAt: number, what: string): void => {
    if (view.getUint32(sumAt, true) === masked(data)) return;
    throw new FormatError(fileName, {
      happened: `the checksum of ${what} at byte ${sumAt} is wrong`,
      expected: 'TFRecords, as TensorBoard reads them',
      mend: 'it is damaged or no such file; restore it',
    });
  };
  for (let at = 0; at + HEADER <= bytes.length; ) {
    check(bytes.subarray(at, at + 8), at + 8, 'a length');
    const length = Number(view.getBigUint64(at, true));
    const end = at + HEADER + length;
    if (end + FOOTER > bytes.length) return;
    const data = bytes.subarray(at + HEADER, end);
    check(data, end, 'a record');
    yield data;
    at = end + FOOTER;
  }
}
