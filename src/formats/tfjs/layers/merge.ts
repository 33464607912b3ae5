/** Layers that make one tensor of several. */

import { ShapeError } from '../../../graph/errors.js';
import { formatShape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { concatenate } from '../../../ops/concatenate.js';
import { add, maximum, minimum, mul, sub } from '../../../ops/elementwise.js';
import { type BuildLayer, FunctionLayer } from '../layer.js';

const merging =
  (merge: (inputs: readonly Tensor[]) => Tensor): BuildLayer =>
  ({ className }) =>
    new FunctionLayer(className, (inputs) => {
      if (inputs.some(({ rank }) => rank !== inputs[0].rank)) {
        const shapes = inputs.map(({ shape }) => formatShape(shape)).join(' and ');
        throw new ShapeError(`${className}: expected inputs of one rank, got ${shapes}`);
      }
      return merge(inputs);
    });

const folding = (combine: (a: Tensor, b: Tensor) => Tensor): BuildLayer =>
  merging((inputs) => inputs.reduce((a, b) => combine(a, b)));

export const addLayer = folding(add);
export const subtract = folding(sub);
export const multiply = folding(mul);
export const maximumLayer = folding(maximum);
export const minimumLayer = folding(minimum);
export const average = merging((inputs) =>
  mul(
    inputs.reduce((a, b) => add(a, b)),
    1 / inputs.length,
  ),
);

export const concatenateLayer: BuildLayer = ({ className, config, order }) => {
  const axis = config.number('axis', -1);
  return new FunctionLayer(className, (inputs) => {
    return concatenate(inputs, order.axis(axis, inputs[0].rank));
  });
};
