/** Reads the bits of a scan, whose bytes end at a marker (ITU-T T.81, F.2.2.5). */

/** Throws for what is found at a byte of the file; at its end, for a file that is cut off. */
export type FailAt = (what: string, position: number) => never;

export class BitReader {
  /** The lowest `count` bits are those that come next. */
  private buffer = 0;
  private count = 0;
  /** Bits of the buffer that the file does not have: zeros behind the scan's last byte. */
  private borrowed = 0;
  private position: number;
  private readonly bytes: Uint8Array;
  private readonly fail: FailAt;

  constructor(bytes: Uint8Array, position: number, fail: FailAt) {
    this.bytes = bytes;
    this.position = position;
    this.fail = fail;
  }

  /** The next 16 bits, which stay. */
  peek16(): number {
    if (this.count < 16) this.fill();
    return (this.buffer >>> (this.count - 16)) & 0xffff;
  }

  /** Takes bits that were peeked at. */
  skip(count: number): void {
    this.count -= count;
  }

  /** Takes up to 16 bits as a number. */
  take(count: number): number {
    if (this.count < count) this.fill();
    this.count -= count;
    return (this.buffer >>> this.count) & ((1 << count) - 1);
  }

  /** Takes a number of `count` bits whose negative half comes first (T.81, F.2.2.1). */
  takeSigned(count: number): number {
    if (count === 0) return 0;
    const value = this.take(count);
    return value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
  }

  /** Throws when more bits were taken than the scan has. */
  check(): void {
    if (this.borrowed <= this.count) return;
    const { length } = this.bytes;
    this.fail(
      this.position >= length
        ? `the file ends after ${length} bytes, within the pixels`
        : `the pixels end at byte ${this.position}, before the picture is complete`,
      this.position,
    );
  }

  /** Steps over the restart marker with this number, which ends a group of blocks. */
  restart(number: number): void {
    this.check();
    const { bytes } = this;
    // The buffer may have read on no further than to the marker.
    let at = this.position;
    while (at + 1 < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] >= 0xc0)) at++;
    if (at + 1 >= bytes.length) {
      this.fail(`the file ends after ${bytes.length} bytes, within the pixels`, bytes.length);
    }
    if (bytes[at + 1] !== 0xd0 + number) {
      this.fail(`restart marker ${number} is missing`, at);
    }
    this.position = at + 2;
    this.buffer = 0;
    this.count = 0;
    this.borrowed = 0;
  }

  /** Where the bytes that no bit was taken from begin. */
  end(): number {
    return this.position - Math.max(0, (this.count - this.borrowed) >> 3);
  }

  private fill(): void {
    while (this.count <= 24) {
      this.buffer = (this.buffer << 8) | this.nextByte();
      this.count += 8;
    }
  }

  private nextByte(): number {
    const { bytes, position } = this;
    const byte = bytes[position];
    // A zero stuffed behind a byte of ones tells that it is no marker.
    if (position < bytes.length && (byte !== 0xff || bytes[position + 1] === 0)) {
      this.position += byte === 0xff ? 2 : 1;
      return byte;
    }
    this.borrowed += 8;
    return 0;
  }
}
