/** Tensor: an immutable, lazy, shape-checked node of the graph. */

import type { DType, TypedArray } from './dtype.js';
import { ValueError } from './errors.js';
import type { Primitive } from './primitive.js';
import { formatShape, type Shape, sizeOf } from './shape.js';
import type { PrimitiveAttributes, PrimitiveName } from './vocabulary.js';

/** One use of a primitive. */
export interface Application {
  readonly kind: 'apply';
  readonly primitive: Primitive;
  readonly inputs: readonly Tensor[];
  readonly attributes: PrimitiveAttributes[PrimitiveName];
  /** The path of the layer that built it, such as `features.3`; empty outside layers. */
  readonly scope: string;
}

/** Where a tensor's value comes from. */
export type Source =
  | Application
  /** `computed`: it was an application, whose value was read. */
  | { readonly kind: 'data'; readonly data: TypedArray; readonly computed?: true }
  | { readonly kind: 'fill'; readonly value: number }
  | { readonly kind: 'input' }
  | { readonly kind: 'variable' };

/** Computes a lazy tensor; installed by the compiler, so that the graph need not know it. */
export type Evaluator = (tensor: Tensor) => TypedArray;

let evaluator: Evaluator | null = null;

export function installEvaluator(evaluate: Evaluator): void {
  evaluator = evaluate;
}

export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  #source: Source;

  constructor(shape: Shape, dtype: DType, source: Source) {
    this.shape = shape;
    this.dtype = dtype;
    this.#source = source;
  }

  get source(): Source {
    return this.#source;
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The elements in row-major order; computes the tensor first if it is still lazy. Do not write into it. */
  data(): TypedArray {
    const source = this.#source;
    if (source.kind === 'data') return source.data;
    if (source.kind === 'input') {
      throw new ValueError(
        `a tensor inside compile() has no values yet (shape ${formatShape(this.shape)}); ` +
          `return it from the compiled function and read the result instead`,
      );
    }
    if (!evaluator) throw new Error('no evaluator is installed; import from the package root');
    const data = evaluator(this);
    // A computed tensor forgets how it was made, so that its graph can be freed.
    if (source.kind === 'apply') this.#source = { kind: 'data', data, computed: true };
    return data;
  }

  /** The only element of a tensor of size 1. */
  item(): number {
    if (this.size !== 1) {
      throw new ValueError(
        `item() needs a tensor with one element, this one is ${formatShape(this.shape)}; use data()`,
      );
    }
    return this.data()[0];
  }

  toString(): string {
    return `Tensor(${this.dtype} ${formatShape(this.shape)})`;
  }
}
