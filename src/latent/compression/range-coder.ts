/** A range coder: symbols become bytes, each of about as many bits as its share tells (Martin 1979). */

/** The largest sum of shares: the smallest range divided by it keeps 8 bits. */
export const LARGEST_TOTAL = 2 ** 24;

// All numbers here are integers below 2^48, which doubles hold exactly on every machine.
const BYTE = 256;
/** Bytes of `low` and `code`. */
const WIDTH = 5;
const CARRY = BYTE ** WIDTH;
const LOWEST_RANGE = CARRY / BYTE;

/** A symbol's place among all: it has `size` of `total` shares, behind `start` others. */
export interface Share {
  readonly start: number;
  readonly size: number;
  readonly total: number;
}

/**
 * Writes symbols; a `RangeDecoder` that is told the same totals reads them.
 *
 *     const encoder = new RangeEncoder();
 *     encoder.encode({ start: 3, size: 1, total: 4 }); // two bits
 *     const bytes = encoder.finish();
 */
export class RangeEncoder {
  /** The bytes before the one that a carry may still reach. */
  private readonly bytes: number[] = [];
  private low = 0;
  private range = CARRY - 1;
  /** The last byte that is no 255, and how many of these follow it; a carry changes them all. */
  private last: number | null = null;
  private pending = 0;

  encode({ start, size, total }: Share): void {
    const unit = Math.floor(this.range / total);
    this.low += unit * start;
    this.range = unit * size;
    while (this.range < LOWEST_RANGE) {
      this.range *= BYTE;
      this.shift();
    }
  }

  /** The bytes, without zeros at the end: a decoder reads zeros there. */
  finish(): Uint8Array {
    // Of all numbers in the range, the one that ends in the most zeros.
    let unit = CARRY;
    while (Math.ceil(this.low / unit) * unit >= this.low + this.range) unit /= BYTE;
    this.low = Math.ceil(this.low / unit) * unit;
    for (let i = 0; i <= WIDTH; i++) this.shift();
    let length = this.bytes.length;
    while (length > 0 && this.bytes[length - 1] === 0) length--;
    return Uint8Array.from(this.bytes.slice(0, length));
  }

  /** Takes the upper byte of `low`. */
  private shift(): void {
    if (this.low < CARRY - LOWEST_RANGE || this.low >= CARRY) {
      const carry = this.low >= CARRY ? 1 : 0;
      // Nothing is before the first byte, and nothing carries there.
      if (this.last !== null) this.bytes.push((this.last + carry) % BYTE);
      for (; this.pending > 0; this.pending--) this.bytes.push((BYTE - 1 + carry) % BYTE);
      this.last = Math.floor(this.low / LOWEST_RANGE) % BYTE;
    } else {
      this.pending++;
    }
    this.low = (this.low % LOWEST_RANGE) * BYTE;
  }
}

/** Reads what a `RangeEncoder` wrote: `find` tells where the next symbol is, `take` steps over it. */
export class RangeDecoder {
  private position = 0;
  private range = CARRY - 1;
  private code = 0;
  private unit = 1;

  /** `damaged` makes the error of bytes that no encoder writes. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly damaged: (position: number) => Error,
  ) {
    for (let i = 0; i < WIDTH; i++) this.code = this.code * BYTE + this.next();
  }

  /** A number from 0 to total - 1, which lies in the next symbol's share. */
  find(total: number): number {
    this.unit = Math.floor(this.range / total);
    const found = Math.floor(this.code / this.unit);
    if (found >= total) throw this.damaged(Math.min(this.position, this.bytes.length));
    return found;
  }

  /** Steps over the symbol that was found. */
  take({ start, size }: Pick<Share, 'start' | 'size'>): void {
    this.code -= this.unit * start;
    this.range = this.unit * size;
    while (this.range < LOWEST_RANGE) {
      this.range *= BYTE;
      this.code = this.code * BYTE + this.next();
    }
  }

  private next(): number {
    return this.position < this.bytes.length ? this.bytes[this.position++] : 0;
  }
}
