/** Damaged compressed files whose checksum is right, so that what stands behind it is tested. */

import { crc32 } from '../src/formats/crc32.js';

/** The same bytes with the checksum that they should have. */
export function sealed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const end = copy.length - 4;
  if (end >= 0) new DataView(copy.buffer).setUint32(end, crc32(copy.subarray(0, end)), true);
  return copy;
}
