/** The memory of the plan interpreter: one arena that knows who wrote each of its bytes. */

import type { Buffer } from '../src/backends/plan.js';
import { allocateReference, type ReferenceArray } from '../src/backends/reference/kernel.js';
import { allocate, bytesPerElement, type TypedArray } from '../src/graph/dtype.js';
import type { DeviceMemory, Variable } from '../src/graph/variable.js';

/** Values of buffers beside the arena; null where nothing was written. */
export type KeptValues = Map<Buffer, (number | null)[]>;

/** The arena, with a double for every byte address, and who wrote each byte last. */
export class PlanMemory {
  readonly #values: Float64Array;
  readonly #writers: Int32Array;
  #noted: Map<Buffer, Uint8Array> | null = null;
  /** What lives in the kernel that is running. */
  readonly #rows: KeptValues = new Map();
  readonly #kept: KeptValues;

  /** `kept`: what the prologue computes. */
  constructor(bytes: number, kept: KeptValues) {
    this.#kept = kept;
    this.#values = new Float64Array(bytes);
    this.#writers = new Int32Array(bytes).fill(-1);
  }

  /** The elements of each buffer that are read from now on, until `stopNoting`. */
  startNoting(): ReadonlyMap<Buffer, Uint8Array> {
    this.#noted = new Map();
    return this.#noted;
  }

  stopNoting(): void {
    this.#noted = null;
  }

  read(buffer: Buffer, at: number): number {
    checkBounds(buffer, at);
    this.#note(buffer, at);
    const { place } = buffer;
    if (place.kind === 'variable') return memoryOf(place.variable).data[at];
    if (place.kind === 'constant') {
      const inDoubles = buffer.dtype === 'float32' && place.data instanceof Float64Array;
      if (!inDoubles && allocate(buffer.dtype, 0).constructor !== place.data.constructor) {
        throw new Error(`plan: constant ${buffer.id} of ${buffer.dtype} is in another array`);
      }
      return place.data[at];
    }
    const apart = this.#apart(buffer);
    if (apart) {
      const value = apart.get(buffer)?.[at] ?? null;
      if (value !== null) return value;
      throw new Error(`plan: element ${at} of buffer ${buffer.id} is read, but was never written`);
    }
    const bytes = bytesPerElement[buffer.dtype];
    const address = buffer.offset + at * bytes;
    for (let byte = address; byte < address + bytes; byte++) {
      if (this.#writers[byte] === buffer.id) continue;
      const writer = this.#writers[byte] ?? -1;
      const fault = writer < 0 ? 'was never written' : `was overwritten by buffer ${writer}`;
      throw new Error(`plan: element ${at} of buffer ${buffer.id} is read, but ${fault}`);
    }
    return this.#values[address];
  }

  /** Where the values of a buffer are that is not in the arena. */
  #apart({ place }: Buffer): KeptValues | null {
    if (place.kind === 'row') return this.#rows;
    return place.kind === 'kept' ? this.#kept : null;
  }

  #note(buffer: Buffer, at: number): void {
    if (!this.#noted) return;
    const elements = this.#noted.get(buffer) ?? new Uint8Array(buffer.length);
    elements[at] = 1;
    this.#noted.set(buffer, elements);
  }

  write(buffer: Buffer, at: number, value: number): void {
    checkBounds(buffer, at);
    const { place } = buffer;
    if (place.kind === 'constant') throw new Error(`plan: constant ${buffer.id} is written`);
    if (place.kind === 'variable') {
      memoryOf(place.variable).data[at] = value;
      return;
    }
    const apart = this.#apart(buffer);
    if (apart) {
      const values = apart.get(buffer) ?? new Array<number | null>(buffer.length).fill(null);
      values[at] = value;
      apart.set(buffer, values);
      return;
    }
    const bytes = bytesPerElement[buffer.dtype];
    const address = buffer.offset + at * bytes;
    if (address % bytes !== 0 || address + bytes > this.#values.length) {
      throw new Error(`plan: address ${address} of buffer ${buffer.id} is outside or not aligned`);
    }
    this.#values[address] = value;
    this.#writers.fill(buffer.id, address, address + bytes);
  }

  /** Ends the lives of what lived in one kernel. */
  forgetRows(): void {
    this.#rows.clear();
  }
}

function checkBounds(buffer: Buffer, at: number): void {
  if (at >= 0 && at < buffer.length) return;
  throw new Error(`plan: element ${at} of buffer ${buffer.id} of ${buffer.length} does not exist`);
}

/** Whose the variables' memory is. */
const owner = {};

class VariableMemory implements DeviceMemory {
  constructor(readonly data: ReferenceArray) {}

  read(): TypedArray {
    return this.data.slice();
  }

  write(data: TypedArray): void {
    this.data.set(data);
  }

  release(): void {}
}

function memoryOf(variable: Variable): VariableMemory {
  return variable.memoryIn(owner, (data) => {
    const values = allocateReference(variable.dtype, data.length);
    values.set(data);
    return new VariableMemory(values);
  });
}
