/** Central differences in float64 on the reference backend: the check of gradients, first and second. */

import { grad } from '../src/autodiff/index.js';
import { reference } from '../src/backends/reference/index.js';
import type { TypedArray } from '../src/graph/dtype.js';
import { Tensor } from '../src/graph/tensor.js';
import { trace } from '../src/graph/trace.js';
import { add, cast, mul, sum, tensor } from '../src/ops/index.js';
import { Philox } from '../src/random/philox.js';
import { type Case, outputsOf } from './cases/case.js';

/** sum of random weights times the tensors: a number that depends on every element of them. */
const weighted = (tensors: readonly Tensor[], seed: number): Tensor =>
  tensors
    .map((output, i) => sum(mul(cast(output, 'float32'), weightsLike(output, seed + i))))
    .reduce((total, term) => add(total, term));

function weightsLike({ shape, size }: Tensor, seed: number): Tensor {
  const random = new Philox(seed);
  // Away from zero, so that no element goes unseen.
  const data = Float64Array.from({ length: size }, () => 0.5 + random.uniform());
  return tensor(data, shape);
}

/** A number made of a case, and the gradient of that number, as functions of the inputs' elements. */
interface Differentiated {
  readonly value: (data: readonly TypedArray[]) => number;
  readonly gradient: (data: readonly TypedArray[]) => TypedArray[];
}

function placeholders(testCase: Case): Tensor[] {
  return testCase.inputs.map(({ shape, dtype }) => new Tensor(shape, dtype, { kind: 'input' }));
}

/** Of order 1: the weighted outputs. Of order 2: the weighted gradient of order 1. */
export function differentiated(testCase: Case, order: 1 | 2): Differentiated {
  const inputs = placeholders(testCase);
  const floats = inputs.filter(({ dtype }) => dtype === 'float32');
  const built = trace(() => {
    const value = weighted(outputsOf(testCase, inputs), 1000);
    const chosen = order === 1 ? value : weighted(grad(value, floats), 2000);
    return { value: chosen, gradients: grad(chosen, floats) };
  }).result;
  const value = reference.load({ inputs, outputs: [built.value], assignments: [] });
  const gradient = reference.load({ inputs, outputs: built.gradients, assignments: [] });
  return {
    value: (data) => value.run(data)[0][0],
    gradient: (data) => gradient.run(data),
  };
}

/** Elements to move one by one; more are too slow to be worth it. */
const maxElements = 12;
const step = 1e-4;

/** Throws where the gradient of a case is not what moving its inputs shows. */
export function checkGradient(testCase: Case, order: 1 | 2): void {
  const differentiable = differentiated(testCase, order);
  const data = testCase.inputs.map(({ dtype, data }) =>
    dtype === 'float32' ? Float64Array.from(data) : data,
  );
  const gradients = differentiable.gradient(data);
  const scale = Math.max(1, ...gradients.flatMap((gradient) => [...gradient].map(Math.abs)));
  const floats = data.filter((_, i) => testCase.inputs[i].dtype === 'float32');
  floats.forEach((elements, which) => {
    for (const at of chosen(elements.length)) {
      const moved = (by: number): number => {
        const before = elements[at];
        elements[at] = before + by;
        const value = differentiable.value(data);
        elements[at] = before;
        return value;
      };
      // Four points: the error falls with the fourth power of the step.
      const difference =
        (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
      const found = gradients[which][at];
      if (Math.abs(found - difference) <= 1e-7 * scale) continue;
      throw new Error(
        `${testCase.name}: order ${order}, input ${which}, element ${at}: ` +
          `gradient ${found}, difference ${difference}`,
      );
    }
  });
}

/** All of them, or some spread over all. */
function chosen(length: number): number[] {
  if (length <= maxElements) return [...new Array(length).keys()];
  return [...new Philox(length).permutation(length).subarray(0, maxElements)];
}
