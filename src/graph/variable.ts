/** Variable: a named place in memory that a program reads and updates in place. */

import type { DType, TypedArray } from './dtype.js';
import { ShapeError } from './errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from './shape.js';
import { Tensor } from './tensor.js';
import { activeTrace, resolve } from './trace.js';

/** Memory of a variable inside a backend. */
export interface DeviceMemory {
  read(): TypedArray;
  write(data: TypedArray): void;
  release(): void;
}

export class Variable extends Tensor {
  /** Host copy; null while the only copy lives in a backend. */
  #host: TypedArray | null;
  #device: { owner: object; memory: DeviceMemory } | null = null;

  constructor(data: TypedArray, shape: Shape, dtype: DType) {
    super(shape, dtype, { kind: 'variable' });
    if (data.length !== sizeOf(shape)) {
      throw new ShapeError(
        `a variable of shape ${formatShape(shape)} needs ${sizeOf(shape)} elements, got ${data.length}`,
      );
    }
    this.#host = data;
  }

  /** The current values, as a copy that later steps do not change. */
  override data(): TypedArray {
    return this.#device ? this.#device.memory.read() : this.#host!.slice();
  }

  /** Overwrites the values from the host; programs that use the variable see it at their next call. */
  set(data: ArrayLike<number>): void {
    if (data.length !== this.size) {
      throw new ShapeError(
        `set: expected ${this.size} elements for ${formatShape(this.shape)}, got ${data.length}`,
      );
    }
    if (this.#device) {
      // As they are: a float64 backend keeps what float32 would round.
      this.#device.memory.write(Float64Array.from(data));
    } else this.#host!.set(data);
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
      const data = this.data();
      this.#device?.memory.release();
      this.#device = { owner, memory: create(data) };
      this.#host = null;
    }
    return this.#device!.memory as Memory;
  }
}
