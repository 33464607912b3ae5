/** Layers without parameters that apply one function to every element: Relu, Tanh, Sigmoid. */

import type { Tensor } from '../graph/tensor.js';
import { relu, sigmoid, tanh } from '../ops/elementwise.js';
import { Module } from './module.js';

/** max(x, 0) of every element. */
export class Relu extends Module {
  forward(x: Tensor): Tensor {
    return relu(x);
  }

  override describe(): string {
    return 'Relu';
  }
}

/** The hyperbolic tangent of every element. */
export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return tanh(x);
  }

  override describe(): string {
    return 'Tanh';
  }
}

/** 1 / (1 + exp(-x)) of every element. */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return sigmoid(x);
  }

  override describe(): string {
    return 'Sigmoid';
  }
}
