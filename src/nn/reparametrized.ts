/** Replaces a parameter of a layer by a tensor that every call computes anew from others, and puts it back. */

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

/** A parameter that is computed: from what, and its value while the layer runs. */
interface Computed {
  /** The function that replaced the parameter, such as 'weightNorm'. */
  readonly owner: string;
  readonly fields: Readonly<Record<string, Variable>>;
  readonly compute: (calling: boolean) => Tensor;
  current: Tensor | null;
}

/** The computed parameters of each layer that has any. */
const computedOf = new WeakMap<AnyModule, Map<string, Computed>>();

/**
 * Takes the parameter `name` out of `module` and puts `fields` in; reading `module[name]` gives
 * `compute(false)`, during a call what `compute(true)` gave at its start.
 */
export function reparametrize(
  module: AnyModule,
  name: string,
  options: Pick<Computed, 'owner' | 'fields' | 'compute'>,
): void {
  const computed: Computed = { ...options, current: null };
  const all = computedOf.get(module) ?? computeBeforeCalls(module);
  all.set(name, computed);
  removeField(module, name);
  Object.assign(module, computed.fields);
  // Not enumerable, so that it is not taken for a field of the layer.
  Object.defineProperty(module, name, {
    configurable: true,
    get: () => computed.current ?? computed.compute(false),
  });
}

/** Undoes `reparametrize`: the parameter is one again, with the value that was computed last. */
export function restoreParameter(
  caller: string,
  module: AnyModule,
  { owner, name }: { owner: string; name: string },
): void {
  const all = computedOf.get(module);
  const computed = all?.get(name);
  if (!all || computed?.owner !== owner) {
    throw new ValueError(
      `${caller}: ${module.describe()} has no parameter "${name}" that ${owner} computes; ` +
        `name the one that was given to ${owner}`,
    );
  }
  const value = computed.compute(false);
  const parameter = new Parameter(value.shape, value.data());
  for (const field of [name, ...Object.keys(computed.fields)]) removeField(module, field);
  Object.assign(module, { [name]: parameter });
  all.delete(name);
  if (all.size > 0) return;
  computedOf.delete(module);
  removeField(module, 'forward');
}

/** Lets every call of `module` begin by computing the parameters of the map that is returned. */
function computeBeforeCalls(module: AnyModule): Map<string, Computed> {
  const all = new Map<string, Computed>();
  const forward = module.forward;
  computedOf.set(module, all);
  // Not enumerable, so that it is not taken for a field of the layer.
  Object.defineProperty(module, 'forward', {
    configurable: true,
    writable: true,
    value: (...inputs: never[]) => {
      const running = [...all.values()];
      const outer = running.map(({ current }) => current);
      for (const computed of running) computed.current = computed.compute(true);
      try {
        return forward.apply(module, inputs);
      } finally {
        running.forEach((computed, i) => {
          computed.current = outer[i];
        });
      }
    },
  });
  return all;
}

function removeField(module: AnyModule, name: string): void {
  delete (module as unknown as Record<string, unknown>)[name];
}
