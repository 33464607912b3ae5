/** The one WebAssembly memory that all programs, parameters and constants live in, and its allocator. */

import { reservedBytes } from './control.js';

/** The largest memory that 32-bit addresses reach. */
const mostPages = 65536;
/** The whole of a shared memory is reserved at once; with less than this no network fits. */
const fewestPages = 4096;
const pageBytes = 65536;
/** Blocks start on cache lines, so that threads do not share one. */
const alignment = 64;
/** Room behind every block for vector loads that reach over its end. */
const slack = 64;

interface Block {
  readonly address: number;
  readonly bytes: number;
}

export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  /** Free blocks by address; neighbours are merged. */
  #free: Block[] = [];
  readonly #sizes = new Map<number, number>();
  readonly #maximum: number;
  #end: number;

  constructor(shared: boolean) {
    this.shared = shared;
    const initial = 16;
    [this.memory, this.#maximum] = reserve(initial, shared);
    this.#end = initial * pageBytes;
    this.#free = [{ address: reservedBytes, bytes: this.#end - reservedBytes }];
  }

  /** Bytes in use. */
  get usedBytes(): number {
    let bytes = 0;
    for (const size of this.#sizes.values()) bytes += size;
    return bytes;
  }

  /** The address of a new block of `bytes`; its content is arbitrary. */
  allocate(bytes: number): number {
    const size = Math.ceil((bytes + slack) / alignment) * alignment;
    let place = this.#free.findIndex((block) => block.bytes >= size);
    if (place < 0) {
      this.#grow(size);
      place = this.#free.length - 1;
    }
    const { address, bytes: available } = this.#free[place];
    const rest = { address: address + size, bytes: available - size };
    this.#free.splice(place, 1, ...(rest.bytes > 0 ? [rest] : []));
    this.#sizes.set(address, size);
    return address;
  }

  free(address: number): void {
    const bytes = this.#sizes.get(address);
    if (bytes === undefined) return;
    this.#sizes.delete(address);
    this.#addFree({ address, bytes });
  }

  #grow(bytes: number): void {
    const last = this.#free[this.#free.length - 1];
    const usable = last && last.address + last.bytes === this.#end ? last.bytes : 0;
    const pages = Math.ceil((bytes - usable) / pageBytes);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      const megabytes = Math.ceil(bytes / 2 ** 20);
      throw new Error(
        `the WebAssembly memory cannot grow by ${megabytes} MB ` +
          `(it holds at most ${(this.#maximum * pageBytes) / 2 ** 20} MB); ` +
          `use a smaller batch or model, or dispose() of programs that are no longer needed`,
        { cause },
      );
    }
    const address = this.#end;
    this.#end += pages * pageBytes;
    this.#addFree({ address, bytes: pages * pageBytes });
  }

  #addFree(block: Block): void {
    const place = this.#free.findIndex(({ address }) => address > block.address);
    this.#free.splice(place < 0 ? this.#free.length : place, 0, block);
    const merged: Block[] = [];
    for (const next of this.#free) {
      const previous = merged[merged.length - 1];
      if (previous && previous.address + previous.bytes === next.address) {
        merged[merged.length - 1] = {
          address: previous.address,
          bytes: previous.bytes + next.bytes,
        };
      } else merged.push(next);
    }
    this.#free = merged;
  }
}

/** A memory with the largest maximum, in pages, that the system grants. */
function reserve(initial: number, shared: boolean): [WebAssembly.Memory, number] {
  for (let maximum = mostPages; ; maximum /= 2) {
    try {
      return [new WebAssembly.Memory({ initial, maximum, shared }), maximum];
    } catch (cause) {
      if (maximum > fewestPages) continue;
      throw new Error(
        `the system grants no WebAssembly memory of ${(maximum * pageBytes) / 2 ** 20} MB; ` +
          'close other pages or programs, or raise the limit on virtual memory',
        { cause },
      );
    }
  }
}
