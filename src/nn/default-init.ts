/** PyTorch's default initialisation of convolution and linear layers. */

import { fanInAndFanOut, kaimingUniform, uniform } from './init.js';
import type { Parameter } from './parameter.js';

/** Weight and bias uniform within 1 / sqrt(fan in), which Kaiming's rule gives for a slope of sqrt(5). */
export function initLikePyTorch(weight: Parameter, bias: Parameter | null): void {
  kaimingUniform(weight, { negativeSlope: Math.sqrt(5) });
  if (!bias) return;
  const bound = 1 / Math.sqrt(fanInAndFanOut(weight.shape).fanIn);
  uniform(bias, { low: -bound, high: bound });
}
