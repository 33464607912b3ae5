/** Parameters that are the same for every engine, of the size that new layers have. */

import type { AnyModule } from '../src/nn/index.js';
import { hashedValues } from './hashed-data.js';

/** Sets all weights and biases of `model`; scales of normalisation stay 1. */
export function setHashedParameters(model: AnyModule): void {
  for (const [i, [name, parameter]] of model.namedParameters().entries()) {
    const values = hashedValues(parameter.size, 11 + i);
    const fanIn = parameter.size / parameter.shape[0];
    if (parameter.rank > 1) parameter.set(values.map((value) => value / Math.sqrt(3 * fanIn)));
    else if (name.endsWith('bias')) parameter.set(values.map((value) => value * 0.1));
  }
}
