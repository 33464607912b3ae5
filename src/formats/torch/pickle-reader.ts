/** Reads the bytes of a pickle: opcodes, counted bytes, lines and numbers, none beyond the end. */

import { FormatError } from '../format-error.js';

/** The pickle goes on behind the bytes at hand. */
export class PickleEnd extends Error {
  override name = 'PickleEnd';
}

/** Where a pickle lies, for messages. */
export interface PicklePlace {
  readonly fileName: string;
  /** Such as `data.pkl`. */
  readonly what: string;
}

/** What helps where a pickle is damaged. */
export const damagedMend = 'the file is cut off or damaged; download or save it again';

/** Bytes of all pickles of a file; tensors lie outside of them. */
export const longestPickle = 2 ** 26;
const longestLine = 65536;
/** Bytes of the largest integer: nothing in a checkpoint needs more, and conversions take time. */
const longestInteger = 512;

/** A position in a pickle, and what is read there. */
export class PickleReader {
  readonly place: PicklePlace;
  /** The byte behind what was read last. */
  position: number;
  /** Where the opcode stands that is worked on. */
  opcodeAt: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, place: PicklePlace, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.place = place;
    this.position = position;
    this.opcodeAt = position;
  }

  /** `byte 17 of data.pkl`, the place of the opcode that is worked on. */
  get where(): string {
    return `byte ${this.opcodeAt} of ${this.place.what}`;
  }

  /** The error of a pickle that is damaged at the opcode. */
  damaged(happened: string, expected = 'a pickle as PyTorch writes it'): FormatError {
    return new FormatError(this.place.fileName, {
      happened: `${happened} at ${this.where}`,
      expected,
      mend: damagedMend,
    });
  }

  opcode(): number {
    this.opcodeAt = this.position;
    return this.uint8();
  }

  uint8(): number {
    return this.#bytes[this.#take(1)];
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  /** A count of 64 bits; a number beyond 2^53 is inexact, and beyond every file as well. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** The one number that pickles keep with its highest byte first. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** The next `length` bytes as text. */
  text(length: number): string {
    return this.decode(this.bytes(length));
  }

  decode(bytes: Uint8Array): string {
    // NOTE: Python's 'surrogatepass' lets lone surrogates through, which are no text for us.
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.damaged('a text that is not UTF-8 lies');
    }
  }

  /** The bytes up to a line feed, which is skipped. */
  line(): Uint8Array {
    const start = this.position;
    const end = this.#bytes.indexOf(0x0a, start);
    if ((end < 0 ? this.#bytes.length : end) - start > longestLine) {
      throw this.damaged(`a line of more than ${longestLine} bytes begins`);
    }
    if (end < 0) throw new PickleEnd();
    this.position = end + 1;
    return this.#bytes.subarray(start, end);
  }

  lineText(): string {
    return this.decode(this.line());
  }

  /** A whole number in decimal digits, as the opcodes of protocol 0 have it. */
  decimal(text: string): number | bigint {
    const digits = text.trim();
    if (digits.length > longestInteger)
      throw this.damaged(`a number of ${digits.length} digits lies`);
    if (!/^[+-]?\d+$/.test(digits)) throw this.damaged('a line that is no whole number lies');
    return exact(BigInt(digits.replace(/^\+/, '')));
  }

  /** An integer of `length` bytes in two's complement, lowest byte first. */
  integer(length: number): number | bigint {
    if (length > longestInteger) {
      throw this.damaged(
        `an integer of ${length} bytes lies`,
        `integers of at most ${longestInteger} bytes`,
      );
    }
    const bytes = this.bytes(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
    return exact(BigInt.asIntN(8 * length, value));
  }

  #take(length: number): number {
    const start = this.position;
    if (length > this.#bytes.length - start) throw new PickleEnd();
    this.position = start + length;
    return start;
  }
}

/** A number where it is exact, otherwise the bigint. */
function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
