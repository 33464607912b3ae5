/** Finds out where a training step first became infinite or NaN, and says so. */

import { grad } from '../autodiff/index.js';
import { compile } from '../compiler/index.js';
import type { Tensor } from '../graph/tensor.js';
import { type AnyModule, observeOutputs } from '../nn/index.js';
import { equal, sub, sum } from '../ops/index.js';
import type { Optimizer } from '../optim/index.js';

/** What was the first to become infinite or NaN. */
export type NonFinitePlace =
  /** The output of a layer, in forward order; `path` is empty for the model itself. */
  | { readonly kind: 'layer'; readonly path: string; readonly layer: string }
  | { readonly kind: 'loss' }
  /** The gradient of a parameter, though all of the forward pass was finite. */
  | { readonly kind: 'gradient'; readonly parameter: string }
  /** The weights themselves, after the last step. */
  | { readonly kind: 'update' }
  /** The loss on the test set, after the last step. */
  | { readonly kind: 'examination' }
  /** Something that did not happen again when the steps were repeated. */
  | { readonly kind: 'unrepeatable' };

/** Training that had to stop; the model has the last weights that worked. */
export class NonFiniteError extends Error {
  override name = 'NonFiniteError';
  /** The step, counted from 0 over all epochs. */
  readonly step: number;
  readonly epoch: number;
  readonly place: NonFinitePlace;

  constructor({ step, epoch, place }: { step: number; epoch: number; place: NonFinitePlace }) {
    super(
      `training stopped at step ${step + 1} (epoch ${epoch + 1}): ${describePlace(place)}; ` +
        'expected finite numbers throughout, so lower the learning rate; ' +
        'the model keeps the last weights that gave a finite loss',
    );
    this.step = step;
    this.epoch = epoch;
    this.place = place;
  }
}

function describePlace(place: NonFinitePlace): string {
  switch (place.kind) {
    case 'layer': {
      const name = place.path === '' ? place.layer : `${place.path} (${place.layer})`;
      return `the output of ${name} became infinite or NaN, the first in the forward pass`;
    }
    case 'loss':
      return 'the loss became infinite or NaN, though the output of every layer was finite';
    case 'gradient':
      return (
        `the gradient of ${place.parameter} became infinite or NaN, ` +
        'though the forward pass and the loss were finite'
      );
    case 'update':
      return 'its update made the weights infinite or NaN';
    case 'examination':
      return 'after its update the loss on the test set is infinite or NaN';
    case 'unrepeatable':
      return 'the loss became infinite or NaN, but not when the same steps were repeated';
  }
}

export interface FindNonFiniteOptions {
  /** The inputs of the step. */
  readonly inputs: readonly Tensor[];
  /** The scalar that the step makes small, of its inputs. */
  readonly lossOf: (...inputs: Tensor[]) => Tensor;
  readonly optimizer: Optimizer;
}

/** Runs the failed step once more, watching every layer. */
export function findNonFinite(model: AnyModule, options: FindNonFiniteOptions): NonFinitePlace {
  const { inputs, lossOf, optimizer } = options;
  const layers: { path: string; layer: string }[] = [];
  const diagnose = compile((...inner: Tensor[]) => {
    const forward = observeOutputs(() => lossOf(...inner));
    layers.push(...forward.outputs.map(({ path, layer }) => ({ path, layer })));
    const loss = forward.result;
    return {
      outputs: forward.outputs.map(({ output }) => allFinite(output)),
      loss: allFinite(loss),
      gradients: grad(loss, optimizer.parameters).map(allFinite),
    };
  });
  try {
    const { outputs, loss, gradients } = diagnose(...inputs);
    const broken = (flag: Tensor) => flag.item() === 0;
    const layer = outputs.findIndex(broken);
    if (layer >= 0) return { kind: 'layer', ...layers[layer] };
    if (broken(loss)) return { kind: 'loss' };
    // The backward pass reaches the last parameter first.
    const parameter = optimizer.parameters[gradients.findLastIndex(broken)];
    const named = model.namedParameters().find(([, candidate]) => candidate === parameter);
    return { kind: 'gradient', parameter: named?.[0] ?? 'a parameter outside the model' };
  } finally {
    diagnose.dispose();
  }
}

/** Whether every element is finite; a sum of the elements themselves could overflow. */
export function allFinite(x: Tensor): Tensor {
  return equal(sum(sub(x, x)), 0);
}

/** Whether all parameters and buffers of the model are finite. */
export function isStateFinite(model: AnyModule): boolean {
  return [...model.parameters(), ...model.buffers()].every((variable) =>
    variable.data().every(Number.isFinite),
  );
}
