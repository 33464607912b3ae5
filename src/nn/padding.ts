/** Padding layers: zeros, a constant, reflection, replication, wrapping around. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import {
  type ConstantPadOptions,
  circularPad2d,
  constantPad2d,
  reflectionPad2d,
  replicationPad2d,
  type SidePadding,
  sidesOf,
} from '../ops/pad-2d.js';
import { Module } from './module.js';
import { checkOptionNames } from './options.js';

abstract class PaddingLayer extends Module {
  readonly padding: SidePadding;

  constructor(owner: string, padding: SidePadding, least = 0) {
    super();
    sidesOf(padding, owner, least);
    this.padding = padding;
  }
}

/**
 * [N, C, H, W] with zeros around it; `padding` is one number or [left, right, top, bottom], negative crops.
 *
 *     const y = new ZeroPad2d([0, 1, 0, 1]).call(x);
 */
export class ZeroPad2d extends PaddingLayer {
  constructor(padding: SidePadding) {
    super('ZeroPad2d', padding, -Infinity);
  }

  forward(x: Tensor): Tensor {
    return constantPad2d(x, this.padding);
  }
}

/**
 * [N, C, H, W] with `value` around it; `padding` is one number or [left, right, top, bottom], negative crops.
 *
 *     const y = new ConstantPad2d(1, { value: 0.5 }).call(x);
 */
export class ConstantPad2d extends PaddingLayer {
  readonly value: number;

  constructor(padding: SidePadding, options: ConstantPadOptions = {}) {
    super('ConstantPad2d', padding, -Infinity);
    checkOptionNames('ConstantPad2d', options, ['value']);
    const { value = 0 } = options;
    if (typeof value !== 'number') {
      throw new ValueError(`ConstantPad2d: value is ${value}; expected a number`);
    }
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    return constantPad2d(x, this.padding, { value: this.value });
  }
}

/**
 * [N, C, H, W] mirrored at its edges; `padding` is one number or [left, right, top, bottom].
 *
 *     const y = new ReflectionPad2d(3).call(x);
 */
export class ReflectionPad2d extends PaddingLayer {
  constructor(padding: SidePadding) {
    super('ReflectionPad2d', padding);
  }

  forward(x: Tensor): Tensor {
    return reflectionPad2d(x, this.padding);
  }
}

/**
 * [N, C, H, W] with its edges repeated; `padding` is one number or [left, right, top, bottom].
 *
 *     const y = new ReplicationPad2d(1).call(x);
 */
export class ReplicationPad2d extends PaddingLayer {
  constructor(padding: SidePadding) {
    super('ReplicationPad2d', padding);
  }

  forward(x: Tensor): Tensor {
    return replicationPad2d(x, this.padding);
  }
}

/**
 * [N, C, H, W] wrapped around; `padding` is one number or [left, right, top, bottom].
 *
 *     const y = new CircularPad2d(1).call(x);
 */
export class CircularPad2d extends PaddingLayer {
  constructor(padding: SidePadding) {
    super('CircularPad2d', padding);
  }

  forward(x: Tensor): Tensor {
    return circularPad2d(x, this.padding);
  }
}
