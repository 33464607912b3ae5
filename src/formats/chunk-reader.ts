/** Reads chunks of bytes in order, as many bytes at a time as are wanted. */

/** Goes through `chunks` once, from the first byte to the last. */
export class ChunkReader {
  readonly #chunks: AsyncGenerator<Uint8Array, void>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncGenerator<Uint8Array, void>) {
    this.#chunks = chunks;
  }

  /** The next `length` bytes in a buffer of their own, or fewer where the chunks end. */
  async next(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      if (this.#rest.length === 0) {
        const { value } = await this.#chunks.next();
        if (!value) return bytes.slice(0, done);
        this.#rest = value;
        continue;
      }
      const taken = this.#rest.subarray(0, length - done);
      bytes.set(taken, done);
      done += taken.length;
      this.#rest = this.#rest.subarray(taken.length);
    }
    return bytes;
  }

  /** Goes through what is left, for the sake of the checks that the chunks make at their end. */
  async finish(): Promise<void> {
    while (!(await this.#chunks.next()).done);
  }

  /** Stops where it is. */
  async close(): Promise<void> {
    await this.#chunks.return();
  }
}
