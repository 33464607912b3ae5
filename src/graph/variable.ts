/** Variable: a named place in memory that a program reads and updates in place. */

import { allocate, type DType, type TypedArray } from './dtype.js';
import { ShapeError } from './errors.js';
import { formatShape, type Shape, sameShape } from './shape.js';
import { Tensor } from './tensor.js';
import { activeTrace, resolve } from './trace.js';

/** Memory of a variable inside a backend. */
export interface DeviceMemory {
  read(): TypedArray;
  write(data: TypedArray): void;
  release(): void;
}

export class Variable extends Tensor {
  /** Host copy, or what makes it once it is asked for; null while the only copy lives in a backend. */
  #host: TypedArray | (() => TypedArray) | null;
  #device: { owner: object; memory: DeviceMemory } | null = null;
  #version = 0;

  /** A function as `data` is called when the values are first asked for; memory is taken only then. */
  constructor(data: TypedArray | (() => TypedArray), shape: Shape, dtype: DType) {
    super(shape, dtype, { kind: 'variable' });
    if (typeof data !== 'function') this.#checkElements(data);
    this.#host = data;
  }

  /** How often the values were written: what was computed of them holds as long as this does not change. */
  get version(): number {
    return this.#version;
  }

  /** Says that a program has written the values. */
  noteWritten(): void {
    this.#version++;
  }

  /** The current values, as a copy that later steps do not change. */
  override data(): TypedArray {
    return this.#device ? this.#device.memory.read() : this.#hostData().slice();
  }

  /** Overwrites the values from the host; programs that use the variable see it at their next call. */
  set(data: ArrayLike<number>): void {
    if (data.length !== this.size) {
      throw new ShapeError(
        `set: expected ${this.size} elements for ${formatShape(this.shape)}, got ${data.length}`,
      );
    }
    this.noteWritten();
    if (this.#device) {
      // As they are: a float64 backend keeps what float32 would round.
      const numbers = ArrayBuffer.isView(data) ? (data as TypedArray) : Float64Array.from(data);
      this.#device.memory.write(numbers);
    } else if (typeof this.#host === 'function') {
      const host = allocate(this.dtype, this.size);
      host.set(data);
      this.#host = host;
    } else this.#host!.set(data);
  }

  /**
   * Overwrites the values with those that `produce` gives: called when they are first asked for, and never
   * when other values come before that.
   *
   *     weight.setLazily(() => new Float32Array(weight.size).fill(1));
   */
  setLazily(produce: () => TypedArray): void {
    if (this.#device) {
      this.set(produce());
      return;
    }
    this.noteWritten();
    this.#host = produce;
  }

  /** Gives the variable a new value: recorded inside compile(), computed at once outside. */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape) || value.dtype !== this.dtype) {
      throw new ShapeError(
        `assign: expected ${this.dtype} ${formatShape(this.shape)}, ` +
          `got ${value.dtype} ${formatShape(value.shape)}`,
      );
    }
    const trace = activeTrace();
    if (trace) trace.assignments.set(this, resolve(value));
    else this.set(value.data());
  }

  /** The variable's memory inside the backend `owner`, moved there at first use. */
  memoryIn<Memory extends DeviceMemory>(
    owner: object,
    create: (data: TypedArray) => Memory,
  ): Memory {
    if (this.#device?.owner !== owner) {
      // No copy, which large weights would feel: `create` makes its own.
      const data = this.#device ? this.#device.memory.read() : this.#hostData();
      this.#device?.memory.release();
      this.#device = { owner, memory: create(data) };
      this.#host = null;
    }
    return this.#device!.memory as Memory;
  }

  #hostData(): TypedArray {
    if (typeof this.#host === 'function') {
      const data = this.#host();
      this.#checkElements(data);
      this.#host = data;
    }
    return this.#host!;
  }

  #checkElements(data: TypedArray): void {
    if (data.length === this.size) return;
    throw new ShapeError(
      `a variable of shape ${formatShape(this.shape)} needs ${this.size} elements, got ${data.length}`,
    );
  }
}
