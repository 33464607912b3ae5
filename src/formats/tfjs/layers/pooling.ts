/** Pooling of pictures, over windows and over all of them. */

import type { Tensor } from '../../../graph/tensor.js';
import { avgPool2d, maxPool2d, type PoolOptions } from '../../../ops/pooling.js';
import { max, mean } from '../../../ops/reduction.js';
import { reshape } from '../../../ops/view.js';
import { type BuildLayer, FunctionLayer } from '../layer.js';
import { samePadding, type Windows } from '../same-padding.js';

type Pool = (x: Tensor, options: PoolOptions) => Tensor;

const pooling =
  (pool: Pool): BuildLayer =>
  ({ className, config }) => {
    const kernel = config.pair('pool_size', [2, 2]);
    const windows: Windows = { kernel, stride: config.pair('strides', kernel), dilation: [1, 1] };
    const same = config.choice('padding', ['valid', 'same'], 'valid') === 'same';
    return new FunctionLayer(className, ([x]) => {
      const padding = same && x.rank === 4 ? samePadding(x, windows) : 0;
      return pool(x, { kernelSize: kernel, stride: windows.stride, padding });
    });
  };

export const maxPooling2D = pooling(maxPool2d);

/** TensorFlow's mean is of what lies in the picture. */
export const averagePooling2D = pooling((x, options) => {
  return avgPool2d(x, { ...options, countIncludePad: false });
});

type Reduce = (x: Tensor, dims: readonly number[]) => Tensor;

const globalPooling =
  (reduce: Reduce): BuildLayer =>
  ({ className, config }) => {
    const keep = config.boolean('keepdims', false);
    return new FunctionLayer(className, ([x]) => {
      const y = reduce(x, [2, 3]);
      return keep ? reshape(y, [...y.shape, 1, 1]) : y;
    });
  };

export const globalAveragePooling2D = globalPooling((x, dims) => mean(x, dims));
export const globalMaxPooling2D = globalPooling((x, dims) => max(x, dims));
