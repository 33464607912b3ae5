/** The workloads that can be measured, by name. */

import { type Case, casesOf, type Workload } from '../workload.js';
import { convolutions } from './convolutions.js';
import { dcgan } from './dcgan.js';
import { imageFolder } from './image-folder.js';
import { inference } from './inference.js';
import { layers } from './layers.js';
import { lenet5 } from './lenet5.js';
import { matmul } from './matmul.js';
import { resnet18Cifar } from './resnet18-cifar.js';
import { vae } from './vae.js';

export const workloads: readonly Workload[] = [
  ...[lenet5, vae, dcgan, resnet18Cifar],
  ...[inference, convolutions, matmul, layers, imageFolder],
];

/** The case with this name. */
export const findCase = (id: string): Case | undefined =>
  workloads.flatMap(casesOf).find((subject) => subject.id === id);
