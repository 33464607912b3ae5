/** CRC-32 as zip archives hold it (ISO 3309) and CRC-32C as TFRecords do (Castagnoli), eight bytes at a time. */

const width = 8;

/** `tables[k][byte]`: what a byte does to the remainder when `k` more bytes follow it; of reflected polynomials. */
const zipTables = makeTables(0xedb88320);
const castagnoliTables = makeTables(0x82f63b78);

/**
 * The checksum of `bytes`, or of what came before and `bytes`, when `before` is the checksum up to there.
 *
 *     crc32(new TextEncoder().encode('123456789')) // 0xcbf43926
 */
export const crc32 = (bytes: Uint8Array, before = 0): number => remainder(zipTables, bytes, before);

/**
 * The same with Castagnoli's polynomial.
 *
 *     crc32c(new TextEncoder().encode('123456789')) // 0xe3069283
 */
export const crc32c = (bytes: Uint8Array, before = 0): number =>
  remainder(castagnoliTables, bytes, before);

function remainder(tables: readonly Int32Array[], bytes: Uint8Array, before: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let crc = ~before;
  let i = 0;
  for (const last = bytes.length - width; i <= last; i += width) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    crc =
      t7[crc & 0xff] ^
      t6[(crc >>> 8) & 0xff] ^
      t5[(crc >>> 16) & 0xff] ^
      t4[crc >>> 24] ^
      t3[bytes[i + 4]] ^
      t2[bytes[i + 5]] ^
      t1[bytes[i + 6]] ^
      t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]) & 0xff];
  return ~crc >>> 0;
}

function makeTables(polynomial: number): Int32Array[] {
  const made = Array.from({ length: width }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[0][byte] = crc;
  }
  for (let k = 1; k < width; k++) {
    for (let byte = 0; byte < 256; byte++) {
      const crc = made[k - 1][byte];
      made[k][byte] = (crc >>> 8) ^ made[0][crc & 0xff];
    }
  }
  return made;
}
