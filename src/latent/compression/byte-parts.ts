/** The parts of a compressed file: bytes and whole numbers, seven bits a byte, the lowest first. */

import { FormatError } from '../../formats/format-error.js';

/** Puts parts together. */
export class ByteWriter {
  private readonly parts: Uint8Array[] = [];

  bytes(part: Uint8Array): void {
    this.parts.push(part);
  }

  number(value: number): void {
    const bytes: number[] = [];
    for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) + 0x80);
    bytes.push(value);
    this.bytes(Uint8Array.from(bytes));
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** Takes parts from the front; every problem is a FormatError that says where. */
export class ByteReader {
  position = 0;

  constructor(
    private readonly source: Uint8Array,
    private readonly fileName: string,
  ) {}

  get left(): number {
    return this.source.length - this.position;
  }

  bytes(length: number, what: string): Uint8Array {
    if (length > this.left) {
      throw this.damaged(
        `${what} at byte ${this.position} needs ${length} bytes, but ${this.left} are left`,
      );
    }
    this.position += length;
    return this.source.subarray(this.position - length, this.position);
  }

  /** A whole number from `least` to `most`. */
  number(what: string, { least = 0, most }: { least?: number; most: number }): number {
    const start = this.position;
    let value = 0;
    let unit = 1;
    for (;;) {
      const [byte] = this.bytes(1, what);
      value += (byte % 0x80) * unit;
      unit *= 0x80;
      if (byte < 0x80) break;
      if (unit > 2 ** 35) throw this.damaged(`${what} at byte ${start} has more than five bytes`);
    }
    if (value >= least && value <= most) return value;
    throw this.damaged(
      `${what} at byte ${start} is ${value}; a whole file has ${least} to ${most} there`,
    );
  }

  damaged(happened: string): FormatError {
    return new FormatError(this.fileName, {
      happened,
      expected: 'a whole file of fovea compress',
      mend: 'it is cut off or damaged; copy it again, or compress the pictures again',
    });
  }
}
