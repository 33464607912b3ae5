/** Planned memory: what a forward pass or a training step takes, as the compiler plans it, without running it. */

import { grad } from '../../autodiff/index.js';
import type { KernelBackend } from '../../backends/contract.js';
import { defaultBackend } from '../../backends/default-backend.js';
import { type Plan, readsOf, writesOf } from '../../backends/plan.js';
import { compile, type TensorTree } from '../../compiler/index.js';
import { bytesPerElement } from '../../graph/dtype.js';
import type { Tensor } from '../../graph/tensor.js';
import { type AnyModule, Parameter, trainableParameters } from '../../nn/index.js';
import { zeros } from '../../ops/index.js';
import { type Optimizer, SGD } from '../../optim/index.js';
import { inEvaluation, inTraining } from './evaluation.js';

/** Bytes of one program. */
export interface PlannedMemory {
  /** All intermediate values together: inputs, outputs, activations, gradients, after sharing memory. */
  readonly intermediates: number;
  /** What is prepared once and kept from run to run, such as filters in another order. */
  readonly prepared: number;
  readonly parameters: number;
  /** Running statistics and what the optimiser remembers. */
  readonly state: number;
  readonly total: number;
}

/**
 * What the program of `call` takes for inputs of these shapes, outside training. Beside it a backend takes
 * some megabytes for each thread.
 *
 *     const { total } = forwardMemory(model, [[1, 3, 224, 224]], (x) => model.call(x));
 */
export function forwardMemory(
  model: AnyModule,
  shapes: readonly (readonly number[])[],
  call: (...inputs: Tensor[]) => unknown,
): PlannedMemory {
  return inEvaluation(model, () => planned(shapes, (...inputs) => call(...inputs) as TensorTree));
}

export interface TrainingMemoryOptions {
  /** What is minimised. */
  readonly loss: (...inputs: Tensor[]) => Tensor;
  /** Default: SGD with momentum. */
  readonly optimizer?: (parameters: Parameter[]) => Optimizer;
}

/**
 * What one training step takes: forward pass, gradients and the update of all parameters that are not frozen.
 *
 *     const loss = (x: Tensor) => crossEntropy(model.call(x), labels);
 *     const { total } = trainingMemory(model, [[32, 3, 224, 224]], { loss });
 */
export function trainingMemory(
  model: AnyModule,
  shapes: readonly (readonly number[])[],
  { loss, optimizer = withMomentum }: TrainingMemoryOptions,
): PlannedMemory {
  const rule = optimizer(trainableParameters(model));
  return inTraining(model, () =>
    planned(shapes, (...inputs) => {
      const minimised = loss(...inputs);
      rule.step(grad(minimised, rule.parameters));
      return minimised;
    }),
  );
}

const withMomentum = (parameters: Parameter[]): Optimizer =>
  new SGD(parameters, { lr: 0.1, momentum: 0.9 });

function planned(
  shapes: readonly (readonly number[])[],
  build: (...inputs: Tensor[]) => TensorTree,
): PlannedMemory {
  const { backend, planOf } = planningBackend();
  const program = compile(build, { backend }).program(...shapes.map((shape) => zeros(shape)));
  const { arenaBytes: intermediates, keptBytes: prepared } = program.describe();
  const variables = [...variablesOf(planOf())];
  const bytes = (tensors: readonly Tensor[]): number =>
    tensors.reduce((sum, { dtype, size }) => sum + bytesPerElement[dtype] * size, 0);
  const parameters = bytes(variables.filter((variable) => variable instanceof Parameter));
  const state = bytes(variables) - parameters;
  return {
    intermediates,
    prepared,
    parameters,
    state,
    total: intermediates + prepared + parameters + state,
  };
}

/** The backend that everything runs on, but for the running: it takes no memory for what it is given. */
function planningBackend(): { backend: KernelBackend; planOf: () => Plan } {
  const real = defaultBackend();
  if (real.kind !== 'kernels') throw new Error(`internal: ${real.name} plans no memory`);
  let known: Plan | null = null;
  const run = (): never => {
    throw new Error('internal: this program was only planned');
  };
  const load = (plan: Plan) => {
    known = plan;
    return { run, profile: () => null, dispose: () => {} };
  };
  return { backend: { ...real, load }, planOf: () => known! };
}

function variablesOf({ kernels }: Plan): Set<Tensor> {
  const buffers = kernels.flatMap((kernel) => [...readsOf(kernel), ...writesOf(kernel)]);
  return new Set(
    buffers.flatMap(({ place }) => (place.kind === 'variable' ? [place.variable] : [])),
  );
}
