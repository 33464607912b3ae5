/** Corruption: damages pictures in training, so that a network learns to see through it. */

import { ValueError } from '../../graph/errors.js';
import type { Tensor } from '../../graph/tensor.js';
import { Module } from '../../nn/module.js';
import { checkNumber, checkOptionNames } from '../../nn/options.js';
import { nextMaskStream } from '../../nn/seed.js';
import { add, cast, less, mul, sub } from '../../ops/elementwise.js';
import { normal } from '../../ops/normal.js';
import { Generator, uniform } from '../../ops/random.js';

/** 'gaussian' adds normal noise of a standard deviation; 'masking' sets a share of the pixels to 0. */
export type CorruptionKind = 'gaussian' | 'masking';

export class Corruption extends Module {
  readonly kind: CorruptionKind;
  readonly amount: number;
  readonly generator: Generator;

  constructor(kind: CorruptionKind, amount: number) {
    super();
    checkOptionNames('corruption', { [kind]: true }, ['gaussian', 'masking']);
    checkNumber('corruption', { corruptionAmount: amount });
    if (kind === 'masking' && amount > 1) {
      throw new ValueError(
        `corruption: corruptionAmount is ${amount}; expected a share of the pixels, 0 to 1`,
      );
    }
    this.kind = kind;
    this.amount = amount;
    const { seed, stream } = nextMaskStream();
    this.generator = new Generator(seed, stream);
  }

  /** Pictures as they are, outside of training. */
  forward(pictures: Tensor): Tensor {
    return this.training ? this.damage(pictures, this.generator) : pictures;
  }

  /** Damages pictures [N, C, H, W] whatever the mode, with numbers of `generator`. */
  damage(pictures: Tensor, generator: Generator): Tensor {
    if (this.kind === 'gaussian') {
      return add(pictures, mul(normal(pictures.shape, generator), this.amount));
    }
    const lost = cast(less(uniform(pictures.shape, generator), this.amount), 'float32');
    return mul(pictures, sub(1, lost));
  }

  override describe(): string {
    return `Corruption ${this.kind} ${this.amount}`;
  }
}
