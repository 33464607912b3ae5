/** Parameters that are the same for every engine. */

import type { AnyModule } from '../src/nn/index.js';
import { hashedValues } from './hashed-data.js';

/** Sets all weights and biases of `model`, of the size that new layers have; scales of normalisation stay 1. */
export function setHashedParameters(model: AnyModule): void {
  for (const [i, [name, parameter]] of model.namedParameters().entries()) {
    const values = hashedValues(parameter.size, 11 + i);
    const fanIn = parameter.size / parameter.shape[0];
    if (parameter.rank > 1) parameter.set(values.map((value) => value / Math.sqrt(3 * fanIn)));
    else if (name.endsWith('bias')) parameter.set(values.map((value) => value * 0.1));
  }
}

/**
 * Sets parameters and running statistics of a deep `model`, as if it had been trained for a while: weights
 * of the size that keeps activations alike from layer to layer (He et al. 2015), and everything in a
 * normalisation away from 0 and 1. What a tensor gets depends on its name alone.
 */
export function setHashedState(model: AnyModule): void {
  for (const [name, variable] of [...model.namedParameters(), ...model.namedBuffers()]) {
    const value = hashedTo(name, variable.rank > 1 ? variable.size / variable.shape[0] : null);
    if (value) variable.set(hashedValues(variable.size, seedOf(name)).map(value));
  }
}

/** From a number of variance 1 to a value of the tensor called `name`; null for counters. */
function hashedTo(name: string, fanIn: number | null): ((hashed: number) => number) | null {
  if (fanIn) return (hashed) => hashed * Math.sqrt(2 / fanIn);
  if (name.endsWith('.weight')) return (hashed) => 1 + 0.2 * hashed;
  if (name.endsWith('.running_var')) return (hashed) => 1 + 0.3 * hashed;
  if (name.endsWith('.bias') || name.endsWith('.running_mean')) return (hashed) => 0.1 * hashed;
  return null;
}

/** FNV-1a (Fowler, Noll and Vo 1991) of an ASCII name. */
export function seedOf(name: string): number {
  let bits = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    bits = Math.imul(bits ^ name.charCodeAt(i), 0x01000193);
  }
  return bits >>> 0;
}
