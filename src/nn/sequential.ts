/** Sequential: layers that run one after the other. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import { Module } from './module.js';

/**
 * Feeds each layer's output to the next; the layers are named `0`, `1`, ...
 *
 *     const head = new Sequential(new Flatten(), new Linear(400, 120), new Relu());
 *     const y = head.call(x);
 */
export class Sequential extends Module {
  readonly #layers: readonly Module[];

  constructor(...layers: Module[]) {
    super();
    layers.forEach((layer, i) => {
      if (layer instanceof Module) return;
      throw new ValueError(`Sequential: argument ${i} is no Module; wrap functions in a Module`);
    });
    this.#layers = layers;
  }

  /** The layers in order. */
  get layers(): readonly Module[] {
    return this.#layers;
  }

  forward(x: Tensor): Tensor {
    return this.#layers.reduce((input, layer) => layer.call(input), x);
  }

  override describe(): string {
    return 'Sequential';
  }

  protected override namedFields(): readonly [string, unknown][] {
    return [...Object.entries(this.#layers), ...super.namedFields()];
  }
}
