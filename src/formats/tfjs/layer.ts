/** What the builders of layers get and give. */

import type { Tensor } from '../../graph/tensor.js';
import { Module } from '../../nn/module.js';
import type { AxisOrder } from './axis-order.js';
import type { LayerConfig } from './layer-config.js';

/** A weight as the file has it. */
export interface LayerWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A layer to be built. */
export interface LayerContext {
  readonly className: string;
  readonly config: LayerConfig;
  readonly order: AxisOrder;
  /**
   * Reads the layer's weight of that name; null in `shape` stands for any extent, and for any shape.
   *
   * Throws FormatError when it is not there or has another shape.
   */
  weight(name: string, shape: readonly (number | null)[] | null): Promise<LayerWeight>;
}

/** A layer: from its inputs to its output. */
export type KerasLayer = Module<Tensor[]>;

export type BuildLayer = (context: LayerContext) => Promise<KerasLayer> | KerasLayer;

/** A layer without weights, named as Keras has it. */
export class FunctionLayer extends Module<Tensor[]> {
  readonly #className: string;
  readonly #compute: (inputs: readonly Tensor[]) => Tensor;

  constructor(className: string, compute: (inputs: readonly Tensor[]) => Tensor) {
    super();
    this.#className = className;
    this.#compute = compute;
  }

  forward(...inputs: Tensor[]): Tensor {
    return this.#compute(inputs);
  }

  override describe(): string {
    return this.#className;
  }
}
