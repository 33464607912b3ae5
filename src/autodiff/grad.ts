/** Reverse-mode differentiation: the gradient of a graph is more graph. */

import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Application, Tensor } from '../graph/tensor.js';
import { resolve, withScope } from '../graph/trace.js';
import type { PrimitiveName } from '../graph/vocabulary.js';
import { ones, zeros } from '../ops/creation.js';
import { add } from '../ops/elementwise.js';
import { type Vjp, type VjpContext, vjps } from './rules.js';

export interface GradOptions {
  /** The gradient that arrives at `output`; defaults to 1 for an output with one element. */
  outputGradient?: Tensor;
}

/**
 * Gradients of `output` with respect to each of `inputs`, zeros where it does not depend on one.
 *
 * Throws ShapeError for an output that is no single float32 number, and ValueError for one whose value was read
 * before: it has forgotten how it was made.
 *
 *     const [dx] = grad(sum(mul(x, x)), [x]);
 */
export function grad(
  output: Tensor,
  inputs: readonly Tensor[],
  { outputGradient }: GradOptions = {},
): Tensor[] {
  if (output.dtype !== 'float32') {
    throw new ShapeError(`grad: only float32 has gradients, the output is ${output.dtype}`);
  }
  if (!outputGradient && output.size !== 1) {
    throw new ShapeError(
      `grad: the output is ${formatShape(output.shape)}; reduce it to one number (sum, mean) or ` +
        `give outputGradient`,
    );
  }
  const targets = inputs.map(resolve);
  const { source } = output;
  if (source.kind === 'data' && source.computed && !targets.includes(output)) {
    throw new ValueError(
      'grad: the value of the output was read already, with item() or data(), and with that it forgot ' +
        'how it was computed; take the gradients first, or both at once with valueAndGrad()',
    );
  }
  const order = dependents(output, new Set(targets));
  const gradients = new Map<Tensor, Tensor>();
  gradients.set(output, outputGradient ?? ones(output.shape));
  for (const tensor of order) {
    const gradient = gradients.get(tensor);
    const source = tensor.source;
    if (!gradient || source.kind !== 'apply') continue;
    withScope(source.scope, () => {
      propagate(tensor, source, gradient, (input, contribution) => {
        if (!order.has(input)) return;
        const sofar = gradients.get(input);
        gradients.set(input, sofar ? add(sofar, contribution) : contribution);
      });
    });
  }
  return targets.map((target) => gradients.get(target) ?? zeros(target.shape));
}

/** The value of `build()` together with its gradients. */
export function valueAndGrad(
  build: () => Tensor,
  inputs: readonly Tensor[],
): { value: Tensor; grads: Tensor[] } {
  const value = build();
  return { value, grads: grad(value, inputs) };
}

function propagate(
  output: Tensor,
  { primitive, inputs, attributes }: Application,
  gradient: Tensor,
  emit: (input: Tensor, contribution: Tensor) => void,
): void {
  const vjp = vjps[primitive.name] as Vjp<PrimitiveName>;
  const gradientsOf: VjpContext<PrimitiveName>['gradientsOf'] = (of, wanted, outputGradient) =>
    grad(of, wanted, { outputGradient });
  vjp({ inputs, output, attributes, gradient, gradientsOf }).forEach((contribution, i) => {
    if (contribution) emit(inputs[i], contribution);
  });
}

/** The tensors between `output` and the targets, every consumer before what it consumes. */
function dependents(output: Tensor, targets: ReadonlySet<Tensor>): Set<Tensor> {
  const reaches = new Map<Tensor, boolean>();
  const finished: Tensor[] = [];
  // An explicit stack: graphs of deep networks would overflow the call stack.
  const stack: { tensor: Tensor; next: number }[] = [{ tensor: output, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const source = top.tensor.source;
    const inputs = source.kind === 'apply' ? source.inputs : [];
    if (top.next < inputs.length) {
      const input = inputs[top.next++];
      if (!reaches.has(input)) {
        reaches.set(input, false);
        stack.push({ tensor: input, next: 0 });
      }
      continue;
    }
    stack.pop();
    const reached = targets.has(top.tensor) || inputs.some((input) => reaches.get(input));
    reaches.set(top.tensor, reached && top.tensor.dtype === 'float32');
    if (reached) finished.push(top.tensor);
  }
  return new Set(finished.reverse());
}
