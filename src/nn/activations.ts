/** Layers without parameters that apply one function to every element: Relu, Tanh, Sigmoid. */

import type { Tensor } from '../graph/tensor.js';
import { relu, sigmoid, tanh } from '../ops/elementwise.js';
import { Module } from './module.js';

/**
 * max(x, 0) of every element, for tensors of any shape.
 *
 *     const y = new Relu().call(x);
 */
export class Relu extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }

  override describe(): string {
    return 'Relu';
  }
}

/**
 * The hyperbolic tangent of every element, for tensors of any shape.
 *
 *     const y = new Tanh().call(x);
 */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }

  override describe(): string {
    return 'Tanh';
  }
}

/**
 * 1 / (1 + exp(-x)) of every element, for tensors of any shape.
 *
 *     const y = new Sigmoid().call(x);
 */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }

  override describe(): string {
    return 'Sigmoid';
  }
}
