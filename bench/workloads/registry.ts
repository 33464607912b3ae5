/** The workloads that can be measured, by name. */

import type { Workload } from '../workload.js';
import { lenet5 } from './lenet5.js';
import { matmul } from './matmul.js';

export const workloads: readonly Workload[] = [lenet5, matmul];
