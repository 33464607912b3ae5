/** Layers that move, cut or repeat what they get. Shapes in their settings are in Keras's order. */

import type { Tensor } from '../../../graph/tensor.js';
import { tensor } from '../../../ops/creation.js';
import { interpolate } from '../../../ops/interpolate.js';
import { matmul } from '../../../ops/matmul.js';
import { padPicture } from '../../../ops/pad-2d.js';
import { expand, permute, reshape, slice } from '../../../ops/view.js';
import { type BuildLayer, FunctionLayer } from '../layer.js';
import type { Pair } from '../layer-config.js';

export const flatten: BuildLayer = ({ className, order }) =>
  new FunctionLayer(className, ([x]) => reshape(order.toKeras(x), [x.shape[0], -1]));

export const reshapeLayer: BuildLayer = ({ className, config, order }) => {
  const target = config.extents('target_shape');
  return new FunctionLayer(className, ([x]) => {
    return order.fromKeras(reshape(order.toKeras(x), [x.shape[0], ...target]));
  });
};

export const permuteLayer: BuildLayer = ({ className, config, order }) => {
  // Axes are counted from 1, the batch being 0.
  const dims = config.whole('dims', null);
  return new FunctionLayer(className, ([x]) => {
    return order.fromKeras(permute(order.toKeras(x), [0, ...dims]));
  });
};

export const repeatVector: BuildLayer = ({ className, config }) => {
  const times = config.number('n', 1);
  return new FunctionLayer(className, ([x]) => {
    const [batch, features] = x.shape;
    return expand(reshape(x, [batch, 1, features]), [batch, times, features]);
  });
};

export const zeroPadding2D: BuildLayer = ({ className, config }) => {
  const sides = config.sides('padding');
  return new FunctionLayer(className, ([x]) => padPicture(x, sides, 'zeros'));
};

export const cropping2D: BuildLayer = ({ className, config }) => {
  const [top, bottom, left, right] = config.sides('cropping');
  return new FunctionLayer(className, ([x]) => {
    const [batch, channels, height, width] = x.shape;
    const end = [batch, channels, height - bottom, width - right];
    return slice(x, { start: [0, 0, top, left], end });
  });
};

export const upSampling2D: BuildLayer = ({ className, config }) => {
  const factors = config.pair('size', [2, 2]);
  const mode = config.choice('interpolation', ['nearest', 'bilinear'], 'nearest');
  return new FunctionLayer(className, ([x]) => {
    return mode === 'nearest' ? interpolate(x, { scaleFactor: factors }) : bilinear(x, factors);
  });
};

/**
 * As TensorFlow.js enlarges: the first pixels lie on each other, where PyTorch and newer versions of Keras
 * lay the borders on each other.
 */
function bilinear(x: Tensor, [down, right]: Pair): Tensor {
  const [, , height, width] = x.shape;
  const rows = weights(height, down);
  const columns = weights(width, right);
  const wide = matmul(x, permute(tensor(columns, [width * right, width]), [1, 0]));
  return matmul(tensor(rows, [height * down, height]), wide);
}

/** For each new place along an axis, how much it takes of each old one. */
function weights(from: number, factor: number): Float32Array {
  const out = new Float32Array(from * factor * from);
  for (let i = 0; i < from * factor; i++) {
    const low = Math.floor(i / factor);
    const part = i / factor - low;
    out[i * from + low] += 1 - part;
    out[i * from + Math.min(low + 1, from - 1)] += part;
  }
  return out;
}
