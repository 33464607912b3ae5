/** NamedSequential: layers that run one after the other, each under a name of its own. */

import type { Module } from './module.js';
import { Sequential } from './sequential.js';

/**
 * A `Sequential` whose layers have names, in the order of the object; as PyTorch's of an OrderedDict.
 *
 * Throws ValueError when a value is no Module.
 *
 *     const stem = new NamedSequential({ conv: new Conv2d(3, 64, { kernelSize: 3 }), relu: new Relu() });
 *     stem.stateDict(); // conv.weight, conv.bias
 */
export class NamedSequential extends Sequential {
  readonly #named: readonly [string, Module][];

  constructor(layers: Readonly<Record<string, Module>>) {
    super(...Object.values(layers));
    this.#named = Object.entries(layers);
  }

  override describe(): string {
    return 'NamedSequential';
  }

  protected override namedFields(): readonly [string, unknown][] {
    return this.#named;
  }
}
