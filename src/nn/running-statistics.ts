/** The buffers of layers that keep running statistics, and their names in state dictionaries. */

import { Variable } from '../graph/variable.js';

const stateNames: Readonly<Record<string, string>> = {
  runningMean: 'running_mean',
  runningVar: 'running_var',
  numBatchesTracked: 'num_batches_tracked',
};

/** Mean 0 and variance 1 of each feature, seen in no batch yet. */
export function runningStatistics(numFeatures: number) {
  return {
    mean: new Variable(new Float32Array(numFeatures), [numFeatures], 'float32'),
    variance: new Variable(new Float32Array(numFeatures).fill(1), [numFeatures], 'float32'),
    batches: new Variable(new Int32Array(1), [], 'int32'),
  };
}

/** The fields under PyTorch's names. */
export const statisticsFields = (
  fields: readonly [string, unknown][],
): readonly [string, unknown][] => fields.map(([name, field]) => [stateNames[name] ?? name, field]);
