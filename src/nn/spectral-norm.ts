/** spectralNorm: divides a layer's weights by their largest singular value; and removeSpectralNorm, which undoes it. */

import type { Tensor } from '../graph/tensor.js';
import { Variable } from '../graph/variable.js';
import { div, maximum, mul, sqrt } from '../ops/elementwise.js';
import { matmul } from '../ops/matmul.js';
import { sum } from '../ops/reduction.js';
import { detach, permute, reshape, transpose } from '../ops/view.js';
import { ConvTranspose2d } from './conv-transpose-2d.js';
import { normal } from './init.js';
import type { AnyModule } from './module.js';
import { checkCount, checkNumber, checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';
import { dimensionOf, parameterOf, reparametrize, restoreParameter } from './reparametrized.js';

export interface SpectralNormOptions {
  /** The parameter to divide. Default: 'weight'. */
  name?: string;
  /** Power iterations in each training step. Default: 1. */
  nPowerIterations?: number;
  /** The least length to divide by. Default: 1e-12. */
  eps?: number;
  /** The dimension of the outputs. Default: 0, and 1 for ConvTranspose2d. */
  dim?: number;
}

/**
 * Replaces `weight` by `weight_orig` divided by its largest singular value, which power iteration
 * follows in the buffers `weight_u` and `weight_v` (Miyato et al. 2018).
 *
 * Changes the layer and returns it; in evaluation the buffers stay. Throws ValueError when there is no
 * such parameter or dimension or an option is out of range.
 *
 *     const conv = spectralNorm(new Conv2d(64, 128, { kernelSize: 4, stride: 2 }));
 */
export function spectralNorm<Layer extends AnyModule>(
  module: Layer,
  options: SpectralNormOptions = {},
): Layer {
  checkOptionNames('spectralNorm', options, ['name', 'nPowerIterations', 'eps', 'dim']);
  const { name = 'weight', nPowerIterations = 1, eps = 1e-12 } = options;
  const { dim = module instanceof ConvTranspose2d ? 1 : 0 } = options;
  checkCount('spectralNorm', 'nPowerIterations', nPowerIterations);
  checkNumber('spectralNorm', { eps });
  const original = parameterOf('spectralNorm', module, name);
  const rows = dimensionOf('spectralNorm', dim, original);
  const order = original.shape
    .map((_, i) => i)
    .sort((a, b) => Number(b === rows) - Number(a === rows));
  const height = original.shape[rows];
  const width = original.size / height;
  const weight = new Parameter(original.shape, original.data());
  const u = randomDirection(height, eps);
  const v = randomDirection(width, eps);

  const compute = (calling: boolean): Tensor => {
    const matrix = reshape(permute(weight, order), [height, width]);
    let left: Tensor = u;
    let right: Tensor = v;
    if (calling && module.training) {
      const fixed = detach(matrix);
      for (let i = 0; i < nPowerIterations; i++) {
        right = direction(times(transpose(fixed), left), eps);
        left = direction(times(fixed, right), eps);
      }
      // In this order: outside compile() `left` is then computed from the new `v`, not from the new `u`.
      v.assign(right);
      u.assign(left);
    }
    return div(weight, sum(mul(detach(left), times(matrix, detach(right)))));
  };
  const fields = { [`${name}_orig`]: weight, [`${name}_u`]: u, [`${name}_v`]: v };
  reparametrize(module, name, { owner: 'spectralNorm', fields, compute });
  return module;
}

/**
 * Undoes `spectralNorm`: the weights are one parameter again, with the values that they have.
 *
 * Changes the layer and returns it; an optimiser over its parameters has to be made anew. Throws
 * ValueError when `spectralNorm` did not replace the parameter `name`, 'weight' by default.
 *
 *     removeSpectralNorm(conv);
 */
export function removeSpectralNorm<Layer extends AnyModule>(module: Layer, name = 'weight'): Layer {
  restoreParameter('removeSpectralNorm', module, { owner: 'spectralNorm', name });
  return module;
}

/** matrix [M, K] times vector [K] -> [M] */
const times = (matrix: Tensor, vector: Tensor): Tensor =>
  reshape(matmul(matrix, reshape(vector, [vector.size, 1])), [matrix.shape[0]]);

const direction = (x: Tensor, eps: number): Tensor => div(x, maximum(sqrt(sum(mul(x, x))), eps));

function randomDirection(size: number, eps: number): Variable {
  const vector = new Variable(new Float32Array(size), [size], 'float32');
  normal(vector);
  vector.set(direction(vector, eps).data());
  return vector;
}
