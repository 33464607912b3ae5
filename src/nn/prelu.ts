/** PRelu: the leaky rectifier that learns its slopes. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { prelu } from '../ops/activations.js';
import { Module } from './module.js';
import { checkCount, checkNumber, checkOptionNames } from './options.js';
import { Parameter } from './parameter.js';

export interface PReluOptions {
  /** 1 for one slope, or the channels of [N, C, ...] for one each. Default: 1. */
  numParameters?: number;
  /** The slopes at first. Default: 0.25. */
  init?: number;
}

/**
 * x above 0, else a learned slope times x, one for all or one per channel of [N, C, ...].
 *
 * Throws ValueError when an option is unknown or out of range (He et al. 2015, arXiv:1502.01852).
 *
 *     const act = new PRelu({ numParameters: 64 });
 *     const y = act.call(x);
 */
export class PRelu extends Module {
  /** [numParameters] */
  readonly weight: Parameter;

  constructor(options: PReluOptions = {}) {
    super();
    checkOptionNames('PRelu', options, ['numParameters', 'init']);
    const { numParameters = 1, init = 0.25 } = options;
    checkCount('PRelu', 'numParameters', numParameters);
    checkNumber('PRelu', { init }, { least: -Number.MAX_VALUE });
    this.weight = new Parameter([numParameters], new Float32Array(numParameters).fill(init));
  }

  forward(x: Tensor): Tensor {
    const [slopes] = this.weight.shape;
    if (slopes > 1 && x.shape[1] !== slopes) {
      throw new ShapeError(
        `expected ${slopes} channels, one per slope, got ${x.shape[1] ?? 'none'} in ${formatShape(x.shape)}; ` +
          `dimension 1 must be ${slopes}`,
      );
    }
    return prelu(x, this.weight);
  }

  override describe(): string {
    return `PRelu ${this.weight.shape[0]}`;
  }
}
