/** What the published weights of each network expect of a picture. */

import type { Preprocessing } from '../train/preprocessing.js';
import { usualInput } from './usual-input.js';

/** Per channel, red first, for pixels scaled to 0..1. */
const statistics = {
  /** Of ImageNet's training pictures, as torchvision has them. */
  imageNet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  /** Pixels from -1 to 1: what Google trained GoogLeNet and Inception v3 with. */
  symmetric: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  /** Bytes less the mean, as Caffe's networks take them. */
  caffe: { mean: [123 / 255, 117 / 255, 104 / 255], std: [1 / 255, 1 / 255, 1 / 255] },
  cifar10: { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
  mnist: { mean: [0.1307], std: [0.3081] },
} as const;

/** Networks whose published weights were not trained with ImageNet's own statistics. */
const others: Readonly<Record<string, (typeof statistics)[keyof typeof statistics]>> = {
  lenet5: statistics.mnist,
  lenet5_1998: statistics.mnist,
  alexnet_2012: statistics.caffe,
  googlenet: statistics.symmetric,
  googlenet_2014: statistics.caffe,
  inception_v3: statistics.symmetric,
  resnet18_cifar: statistics.cifar10,
};

/**
 * What is done to pictures before the network of this name sees them: torchvision's published transforms
 * where it has the network.
 *
 *     const { resize, crop } = usualPreprocessing('inception_v3'); // 342, [299, 299]
 */
export function usualPreprocessing(name: string): Preprocessing {
  const [channels, height, width] = usualInput(name);
  const crop = [height, width] as const;
  const { mean, std } = others[name] ?? statistics.imageNet;
  const usual = { crop, interpolation: 'bilinear', mean, std } as const;
  if (channels === 1) return { ...usual, resize: crop, channels: 'grey', framing: 'digit' };
  // Where the middle of ImageNet's pictures is cut out; smaller ones are too small to lose an edge.
  const shorterSide = { 224: 256, 299: 342 }[height] ?? height;
  return { ...usual, resize: shorterSide, channels: 'rgb' };
}
