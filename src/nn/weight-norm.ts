/** weightNorm: learns the length and the direction of a layer's weights separately; and removeWeightNorm, which undoes it. */

import type { Tensor } from '../graph/tensor.js';
import { div, mul, sqrt } from '../ops/elementwise.js';
import { sum } from '../ops/reduction.js';
import { reshape } from '../ops/view.js';
import type { AnyModule } from './module.js';
import { checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';
import { dimensionOf, parameterOf, reparametrize, restoreParameter } from './reparametrized.js';

export interface WeightNormOptions {
  /** The parameter to part. Default: 'weight'. */
  name?: string;
  /** The dimension that keeps one length per index; null for one length in all. Default: 0. */
  dim?: number | null;
}

/**
 * Replaces `weight` by `weight_g`, its lengths, times the direction of `weight_v` (Salimans and Kingma 2016).
 *
 * Changes the layer and returns it. Throws ValueError when there is no such parameter or dimension.
 *
 *     const fc = weightNorm(new Linear(20, 40));
 *     fc.namedParameters(); // bias, weight_g [40, 1], weight_v [40, 20]
 */
export function weightNorm<Layer extends AnyModule>(
  module: Layer,
  options: WeightNormOptions = {},
): Layer {
  checkOptionNames('weightNorm', options, ['name', 'dim']);
  const { name = 'weight', dim = 0 } = options;
  const original = parameterOf('weightNorm', module, name);
  const kept = dim === null ? null : dimensionOf('weightNorm', dim, original);
  const dims = original.shape.map((_, i) => i).filter((i) => i !== kept);
  const lengths = (v: Tensor) => sqrt(sum(mul(v, v), dims, { keepDims: true }));
  const start = lengths(original);
  const g = new Parameter(kept === null ? [] : start.shape, start.data());
  const v = new Parameter(original.shape, original.data());
  reparametrize(module, name, {
    owner: 'weightNorm',
    fields: { [`${name}_g`]: g, [`${name}_v`]: v },
    compute: () => mul(v, div(kept === null ? reshape(g, start.shape) : g, lengths(v))),
  });
  return module;
}

/**
 * Undoes `weightNorm`: the weights are one parameter again, with the values that they have.
 *
 * Changes the layer and returns it; an optimiser over its parameters has to be made anew. Throws
 * ValueError when `weightNorm` did not replace the parameter `name`, 'weight' by default.
 *
 *     removeWeightNorm(fc); // as after training, to save plain weights
 */
export function removeWeightNorm<Layer extends AnyModule>(module: Layer, name = 'weight'): Layer {
  restoreParameter('removeWeightNorm', module, { owner: 'weightNorm', name });
  return module;
}
