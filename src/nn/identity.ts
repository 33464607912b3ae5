/** Identity: a layer that changes nothing. */

import type { Tensor } from '../graph/tensor.js';
import { Module } from './module.js';

/**
 * Gives x as it is; stands where a layer is taken out.
 *
 *     network.fc = new Identity();
 */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}
