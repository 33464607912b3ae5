/** A Huffman code of a JPEG file, decoded by a table of its short codes (ITU-T T.81, annex C). */

import type { BitReader, FailAt } from './bit-reader.js';

/** Codes up to this length are found by one look. */
const SHORT = 9;

export class HuffmanTable {
  /** Length and value of the short code that 9 bits begin with; 0 for none. */
  private readonly short = new Uint16Array(1 << SHORT);
  /** The largest code of each length, aligned left in 16 bits; -1 for none. */
  private readonly largest = new Int32Array(17).fill(-1);
  /** What to add to a code of each length to find its value. */
  private readonly offset = new Int32Array(17);
  private readonly values: Uint8Array;
  private readonly fail: FailAt;

  /** `counts[i]` is the number of codes of length `i + 1`. */
  constructor(counts: Uint8Array, values: Uint8Array, { fail, at }: { fail: FailAt; at: number }) {
    this.values = values;
    this.fail = fail;
    let code = 0;
    let next = 0;
    for (let length = 1; length <= 16; length++) {
      const count = counts[length - 1];
      if (code + count > 1 << length) fail('a Huffman table has more codes than bits', at);
      this.offset[length] = next - code;
      for (let i = 0; i < count; i++, code++, next++) {
        if (length > SHORT) continue;
        const first = code << (SHORT - length);
        this.short.fill((length << 8) | values[next], first, first + (1 << (SHORT - length)));
      }
      if (count > 0) this.largest[length] = ((code << (16 - length)) - 1) | 0;
      code <<= 1;
    }
  }

  /** The value of the code that comes next. */
  decode(reader: BitReader): number {
    const bits = reader.peek16();
    const entry = this.short[bits >> (16 - SHORT)];
    if (entry !== 0) {
      reader.skip(entry >> 8);
      return entry & 255;
    }
    for (let length = SHORT + 1; length <= 16; length++) {
      if (bits <= this.largest[length]) {
        reader.skip(length);
        return this.values[this.offset[length] + (bits >> (16 - length))];
      }
    }
    reader.check();
    return this.fail('bits that are no Huffman code', reader.end());
  }
}
