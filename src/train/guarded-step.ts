/** A training step that guards the weights: it looks into a broken run without breaking more. */

import { grad } from '../autodiff/index.js';
import { type Compiled, compile } from '../compiler/index.js';
import type { Tensor } from '../graph/tensor.js';
import { Variable } from '../graph/variable.js';
import type { AnyModule } from '../nn/index.js';
import { and, detach, where } from '../ops/index.js';
import type { Optimizer } from '../optim/index.js';
import { allFinite } from './non-finite.js';

export interface GuardedStepOptions {
  readonly optimizer: Optimizer;
  /** The scalar that the step makes small, of its inputs. */
  readonly lossOf: (...inputs: Tensor[]) => Tensor;
}

export interface GuardedStep {
  /** The same step, but it changes nothing when the loss or a gradient is infinite or NaN. */
  readonly run: Compiled<Tensor[], { finite: Tensor }>;
  /** Gives the model the weights with which the last finite step was computed. */
  restoreLastGood(): void;
}

/**
 * The step that is used to look into a broken run.
 *
 * Its updates wait for every gradient, so that they cannot be fused into the products that make the
 * gradients; that is why training does not use it.
 */
export function guardedStep(
  model: AnyModule,
  { optimizer, lossOf }: GuardedStepOptions,
): GuardedStep {
  const generators = model.namedGenerators().map(([, generator]) => generator.state);
  const changedByForward: readonly Variable[] = [...model.buffers(), ...generators];
  const state: readonly Variable[] = [...changedByForward, ...model.parameters()];
  const lastGood = state.map((variable) => {
    return new Variable(variable.data(), variable.shape, variable.dtype);
  });
  const run = compile((...inputs: Tensor[]) => {
    // NOTE: read before forward() runs, because it may assign buffers.
    const before = state.map(detach);
    const loss = lossOf(...inputs);
    const gradients = grad(loss, optimizer.parameters);
    const finite = gradients.map(allFinite).reduce(and, allFinite(loss));
    // An update may itself be what breaks the next step; only weights that gave a finite loss and
    // gradient are proven good, and those are the ones this step started from.
    lastGood.forEach((kept, i) => {
      kept.assign(where(finite, before[i], kept));
    });
    // Whoever looks into the broken step must find the same random masks.
    changedByForward.forEach((variable, i) => {
      variable.assign(where(finite, variable, before[i]));
    });
    optimizer.step(gradients, { when: finite });
    return { finite };
  });
  const restoreLastGood = () => {
    state.forEach((variable, i) => {
      variable.set(lastGood[i].data());
    });
  };
  return { run, restoreLastGood };
}
