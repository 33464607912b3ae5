/** The networks of the workload `inference`, and how its cases are called. */

import type { Shape } from '../src/graph/shape.js';

export interface Network {
  /** torchvision's name, as `createModel` knows it. */
  readonly name: string;
  /** Height and width of its pictures. */
  readonly size: number;
  /** Multiply-adds of convolutions and products for one picture. */
  readonly multiplyAdds: number;
}

export interface Inference {
  readonly network: Network;
  readonly batch: number;
}

export const networks: readonly Network[] = [
  { name: 'alexnet', size: 224, multiplyAdds: 714_188_480 },
  { name: 'vgg16', size: 224, multiplyAdds: 15_470_264_320 },
  { name: 'googlenet', size: 224, multiplyAdds: 1_498_376_192 },
  { name: 'inception_v3', size: 299, multiplyAdds: 5_713_216_096 },
  { name: 'resnet18', size: 224, multiplyAdds: 1_814_073_344 },
  { name: 'resnet50', size: 224, multiplyAdds: 4_089_184_256 },
];

/** `inference/resnet18/b16`, for sixteen pictures. */
export const inferenceId = ({ network, batch }: Inference): string =>
  `inference/${network.name}/b${batch}`;

/** The network and batch of a case's name, or null for other cases. */
export function parseInference(id: string): Inference | null {
  const [, name, batch] = /^inference\/(\w+)\/b(\d+)$/.exec(id) ?? [];
  const network = networks.find((known) => known.name === name);
  return network ? { network, batch: Number(batch) } : null;
}

export const picturesShape = ({ network: { size }, batch }: Inference): Shape => [
  ...[batch, 3, size, size],
];
