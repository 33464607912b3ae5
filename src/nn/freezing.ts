/** Freezing: parameters that training leaves as they are, without computing their gradients. */

import { guard } from '../graph/trace.js';
import type { Variable } from '../graph/variable.js';
import type { AnyModule } from './module.js';
import type { Parameter } from './parameter.js';

/** Weak, so that a frozen network can be freed. */
const frozen = new WeakSet<Variable>();

/**
 * Freezes every parameter of `module`: optimisers pass them over, and since nothing then needs their
 * gradients, compiled steps do not compute them. Compiled steps notice at their next call.
 *
 *     freeze(model.features);
 *     const optimizer = new Adam(trainableParameters(model));
 */
export function freeze(module: AnyModule): void {
  for (const parameter of module.parameters()) frozen.add(parameter);
}

/**
 * Lets every parameter of `module` be trained again.
 *
 *     unfreeze(model.features);
 *     step(images, labels); // compiled anew, with all gradients
 */
export function unfreeze(module: AnyModule): void {
  for (const parameter of module.parameters()) frozen.delete(parameter);
}

/** Whether `variable` is frozen; asking makes compiled functions depend on the answer. */
export function isFrozen(variable: Variable): boolean {
  guard(() => frozen.has(variable));
  return frozen.has(variable);
}

/**
 * The parameters of `module` that are not frozen, in the order of `parameters()`.
 *
 *     const grads = grad(loss, trainableParameters(model));
 */
export function trainableParameters(module: AnyModule): Parameter[] {
  return module.parameters().filter((parameter) => !isFrozen(parameter));
}
