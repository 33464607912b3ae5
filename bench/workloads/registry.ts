/** The workloads that can be measured, by name. */

import type { Workload } from '../workload.js';
import { dcgan } from './dcgan.js';
import { layers } from './layers.js';
import { lenet5 } from './lenet5.js';
import { matmul } from './matmul.js';
import { vae } from './vae.js';

export const workloads: readonly Workload[] = [lenet5, vae, dcgan, layers, matmul];
