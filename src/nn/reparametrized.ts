/** Replaces a parameter of a layer by a tensor that every call computes anew from others. */

import { ValueError } from '../graph/errors.js';
import type { Tensor } from '../graph/tensor.js';
import type { Variable } from '../graph/variable.js';
import type { AnyModule } from './module.js';
import { Parameter } from './parameter.js';

/** The parameter `name` of `module`; throws ValueError when it has none, or one that is computed. */
export function parameterOf(owner: string, module: AnyModule, name: string): Parameter {
  const field = Object.getOwnPropertyDescriptor(module, name)?.value;
  if (field instanceof Parameter) return field;
  throw new ValueError(
    `${owner}: ${module.describe()} has no parameter "${name}" of its own; name one that it has ` +
      `and that is not computed already`,
  );
}

/** The dimension counted from the front; throws ValueError when `shape` has none such. */
export function dimensionOf(owner: string, dim: number, { shape }: Tensor): number {
  const rank = shape.length;
  if (Number.isInteger(dim) && dim >= -rank && dim < rank) return dim < 0 ? dim + rank : dim;
  throw new ValueError(`${owner}: dim is ${dim}; the parameter has dimensions 0 to ${rank - 1}`);
}

/**
 * Takes the parameter `name` out of `module` and puts `fields` in; reading `module[name]` gives
 * `compute(false)`, during a call what `compute(true)` gave at its start.
 */
export function reparametrize(
  module: AnyModule,
  name: string,
  { fields, compute }: { fields: Record<string, Variable>; compute: (calling: boolean) => Tensor },
): void {
  let current: Tensor | null = null;
  const forward = module.forward;
  delete (module as unknown as Record<string, unknown>)[name];
  Object.assign(module, fields);
  // Not enumerable, so that neither is taken for a field of the layer.
  Object.defineProperty(module, name, { get: () => current ?? compute(false) });
  Object.defineProperty(module, 'forward', {
    configurable: true,
    writable: true,
    value: (...inputs: never[]) => {
      const outer = current;
      current = compute(true);
      try {
        return forward.apply(module, inputs);
      } finally {
        current = outer;
      }
    },
  });
}
