/** Layers without parameters that apply one function to every element: Relu, Tanh, Sigmoid, Gelu and the like. */

import type { Tensor } from '../graph/tensor.js';
import {
  type EluOptions,
  elu,
  type GeluOptions,
  gelu,
  type HardtanhOptions,
  hardsigmoid,
  hardswish,
  hardtanh,
  type LeakyReluOptions,
  leakyRelu,
  mish,
  relu6,
  type SoftplusOptions,
  selu,
  silu,
  softplus,
  softsign,
} from '../ops/activations.js';
import { zeros } from '../ops/creation.js';
import { relu, sigmoid, tanh } from '../ops/elementwise.js';
import { Module } from './module.js';
import { checkOptionNames } from './options.js';

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

/**
 * x above 0, else `negativeSlope` (default 0.01) times x, for tensors of any shape.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const y = new LeakyRelu({ negativeSlope: 0.2 }).call(x);
 */
export class LeakyRelu extends Module {
  readonly options: LeakyReluOptions;

  constructor(options: LeakyReluOptions = {}) {
    super();
    checkOptionNames('LeakyRelu', options, ['negativeSlope']);
    leakyRelu(zeros([]), options);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return leakyRelu(x, this.options);
  }

  override describe(): string {
    return 'LeakyRelu';
  }
}

/**
 * x above 0, else `alpha` (default 1) times (exp(x) - 1), for tensors of any shape.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const y = new Elu({ alpha: 0.5 }).call(x);
 */
export class Elu extends Module {
  readonly options: EluOptions;

  constructor(options: EluOptions = {}) {
    super();
    checkOptionNames('Elu', options, ['alpha']);
    elu(zeros([]), options);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return elu(x, this.options);
  }

  override describe(): string {
    return 'Elu';
  }
}

/**
 * elu with the constants that keep mean 0 and variance 1, for tensors of any shape.
 *
 *     const y = new Selu().call(x);
 */
export class Selu extends Module {
  forward(x: Tensor): Tensor {
    return selu(x);
  }

  override describe(): string {
    return 'Selu';
  }
}

/**
 * x times the normal distribution function of x, exact or with `approximate: 'tanh'`, for tensors of any shape.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const y = new Gelu().call(x);
 */
export class Gelu extends Module {
  readonly options: GeluOptions;

  constructor(options: GeluOptions = {}) {
    super();
    checkOptionNames('Gelu', options, ['approximate']);
    gelu(zeros([]), options);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return gelu(x, this.options);
  }

  override describe(): string {
    return 'Gelu';
  }
}

/**
 * x times sigmoid(x), for tensors of any shape.
 *
 *     const y = new Silu().call(x);
 */
export class Silu extends Module {
  forward(x: Tensor): Tensor {
    return silu(x);
  }

  override describe(): string {
    return 'Silu';
  }
}

/**
 * log(1 + exp(beta x)) / beta, and x itself where beta x > `threshold` (default 20), for tensors of any shape.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const y = new Softplus({ beta: 2 }).call(x);
 */
export class Softplus extends Module {
  readonly options: SoftplusOptions;

  constructor(options: SoftplusOptions = {}) {
    super();
    checkOptionNames('Softplus', options, ['beta', 'threshold']);
    softplus(zeros([]), options);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return softplus(x, this.options);
  }

  override describe(): string {
    return 'Softplus';
  }
}

/**
 * x / (1 + |x|), for tensors of any shape.
 *
 *     const y = new Softsign().call(x);
 */
export class Softsign extends Module {
  forward(x: Tensor): Tensor {
    return softsign(x);
  }

  override describe(): string {
    return 'Softsign';
  }
}

/**
 * x cut to `minVal`..`maxVal`, -1..1 by default, for tensors of any shape.
 *
 * Throws ValueError when an option is unknown or out of range.
 *
 *     const y = new Hardtanh().call(x);
 */
export class Hardtanh extends Module {
  readonly options: HardtanhOptions;

  constructor(options: HardtanhOptions = {}) {
    super();
    checkOptionNames('Hardtanh', options, ['minVal', 'maxVal']);
    hardtanh(zeros([]), options);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return hardtanh(x, this.options);
  }

  override describe(): string {
    return 'Hardtanh';
  }
}

/**
 * x cut to 0..6, for tensors of any shape.
 *
 *     const y = new Relu6().call(x);
 */
export class Relu6 extends Module {
  forward(x: Tensor): Tensor {
    return relu6(x);
  }

  override describe(): string {
    return 'Relu6';
  }
}

/**
 * x / 6 + 1 / 2 cut to 0..1, for tensors of any shape.
 *
 *     const y = new Hardsigmoid().call(x);
 */
export class Hardsigmoid extends Module {
  forward(x: Tensor): Tensor {
    return hardsigmoid(x);
  }

  override describe(): string {
    return 'Hardsigmoid';
  }
}

/**
 * x times hardsigmoid(x), for tensors of any shape.
 *
 *     const y = new Hardswish().call(x);
 */
export class Hardswish extends Module {
  forward(x: Tensor): Tensor {
    return hardswish(x);
  }

  override describe(): string {
    return 'Hardswish';
  }
}

/**
 * x times tanh(softplus(x)), for tensors of any shape.
 *
 *     const y = new Mish().call(x);
 */
export class Mish extends Module {
  forward(x: Tensor): Tensor {
    return mish(x);
  }

  override describe(): string {
    return 'Mish';
  }
}
