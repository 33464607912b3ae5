/** Single convolutions of LeNet, CIFAR and ImageNet networks, in three passes. */

import { type Convolution, passes } from '../convolutions/convolution.js';
import { convolutionCase } from '../convolutions/convolution-case.js';
import type { Workload } from '../workload.js';

const shapes: readonly Convolution[] = [
  convolution([64, 1, 28], [6, 5]),
  convolution([64, 16, 32], [16, 3]),
  convolution([32, 64, 32], [64, 3]),
  convolution([8, 128, 28], [128, 3]),
  convolution([8, 256, 14], [256, 3]),
  convolution([8, 512, 7], [512, 3]),
  convolution([1, 64, 224], [64, 3]),
  convolution([8, 64, 56], [256, 1]),
  convolution([16, 3, 224], [64, 7], { stride: 2 }),
  convolution([8, 128, 56], [128, 3], { stride: 2 }),
  convolution([8, 256, 14], [256, 3], { depthwise: true }),
];

export const convolutions: Workload = {
  name: 'convolutions',
  summary: 'single convolutions in three passes, and their errors; one table',
  convolutions: passes.flatMap((pass) => shapes.map((shape) => convolutionCase(shape, pass))),
};

function convolution(
  [batch, inChannels, size]: readonly number[],
  [outChannels, kernelSize]: readonly number[],
  { stride = 1, depthwise = false }: Partial<Convolution> = {},
): Convolution {
  return { batch, inChannels, size, outChannels, kernelSize, stride, depthwise };
}
