/** The gradient, and the gradient of the gradient, of a small network's loss against central differences in float64. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import { compile } from '../src/compiler/index.js';
import type { Shape } from '../src/graph/shape.js';
import { Tensor } from '../src/graph/tensor.js';
import {
  AvgPool2d,
  Conv2d,
  crossEntropy,
  Flatten,
  Linear,
  MaxPool2d,
  Sequential,
  Sigmoid,
  Tanh,
} from '../src/nn/index.js';
import { add, mul, sum, tensor } from '../src/ops/index.js';
import { Philox } from '../src/random/philox.js';

const network = new Sequential(
  new Conv2d(2, 3, { kernelSize: 3, padding: [1, 0, 1, 1] }),
  new Tanh(),
  new MaxPool2d({ kernelSize: 2 }),
  new Conv2d(3, 4, { kernelSize: 2, stride: [1, 2], padding: 'valid' }),
  new Sigmoid(),
  new AvgPool2d({ kernelSize: [1, 2], stride: 1, padding: [0, 1], countIncludePad: false }),
  new Flatten(),
  new Linear(12, 3),
);
const parameters = network.parameters();
const labels = tensor([2, 0, 1], [3], 'int32');

/** Unrounded float64 numbers, which the reference backend takes as they are. */
function numbers(shapes: readonly Shape[], seed: number): Float64Array[] {
  const random = new Philox(seed);
  return shapes.map((shape) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return Float64Array.from({ length: size }, () => random.normal());
  });
}

const shapes = [[3, 2, 6, 8], ...parameters.map(({ shape }) => shape)];
const point = numbers(shapes, 1).map((values, i) => values.map((v) => (i === 0 ? v : v / 2)));
const direction = numbers(shapes, 2);

/** The point, `distance` along the direction. */
const moved = (distance: number): Tensor[] =>
  point.map((values, i) => {
    const data = values.map((value, j) => value + distance * direction[i][j]);
    return new Tensor(shapes[i], 'float32', { kind: 'data', data });
  });

/** The network's loss where its parameters are replaced by the inputs behind the first. */
function lossOf([x, ...weights]: readonly Tensor[]): Tensor {
  parameters.forEach((parameter, i) => {
    parameter.assign(weights[i]);
  });
  return crossEntropy(network.call(x), labels);
}

const along = (gradients: readonly Tensor[]): Tensor =>
  gradients
    .map((gradient, i) => sum(mul(gradient, tensor(direction[i], shapes[i]))))
    .reduce((a, b) => add(a, b));

const onInputs = <Result extends Tensor | Tensor[]>(build: (inputs: Tensor[]) => Result) =>
  compile((...inputs: Tensor[]) => build(inputs), { backend: reference });

const loss = onInputs(lossOf);
const gradients = onInputs((inputs) => grad(lossOf(inputs), inputs));
const gradientsOfGradients = onInputs((inputs) =>
  grad(along(grad(lossOf(inputs), inputs)), inputs),
);

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    const least = 1e-7 * Math.max(1, Math.abs(expected[i]));
    assert.ok(error <= least, `${what} ${i}: ${actual[i]}, differences give ${expected[i]}`);
  }
}

const step = 1e-5;

test('every element of the gradient', () => {
  const found = gradients(...moved(0));
  found.forEach((gradient, i) => {
    const expected = point[i].map((_, j) => {
      const at = (distance: number) => {
        const inputs = moved(0);
        const data = point[i].slice();
        data[j] += distance;
        inputs[i] = new Tensor(shapes[i], 'float32', { kind: 'data', data });
        return loss(...inputs).item();
      };
      return (at(step) - at(-step)) / (2 * step);
    });
    assertNear(gradient.data(), expected, `input ${i}, element`);
  });
});

test('every element of the gradient of the gradient along a direction', () => {
  const found = gradientsOfGradients(...moved(0));
  const [before, after] = [-step, step].map((distance) => gradients(...moved(distance)));
  found.forEach((product, i) => {
    const low = before[i].data();
    const expected = after[i].data().map((value, j) => (value - low[j]) / (2 * step));
    assertNear(product.data(), expected, `input ${i}, element`);
    assert.ok(
      expected.some((value) => Math.abs(value) > 1e-3),
      'differences that tell something',
    );
  });
});
