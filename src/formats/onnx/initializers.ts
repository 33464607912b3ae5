/** The initialisers of a graph as parameters, buffers and constants. */

import { Variable } from '../../graph/variable.js';
import { Parameter } from '../../nn/parameter.js';
import { isFloat } from './element-type.js';
import { findOperator } from './operators/index.js';
import type { OnnxFile } from './read-model.js';
import type { HostArray, TensorData } from './tensor-data.js';
import { Value } from './value.js';

export interface Initializers {
  readonly values: Map<string, Value>;
  /** Parameters and buffers by the name of their initialiser. */
  readonly variables: Map<string, Variable>;
}

/** Floats become parameters, or buffers where they are state; what decides about shapes is constant. */
export function makeInitializers({ nodes, initializers }: OnnxFile): Initializers {
  const fixed = new Set<string>();
  const state = new Set<string>();
  for (const { operator, inputs } of nodes) {
    const { hostInputs = [], bufferInputs = [] } = findOperator(operator) ?? {};
    for (const place of hostInputs) fixed.add(inputs[place]);
    for (const place of bufferInputs) state.add(inputs[place]);
  }
  const values = new Map<string, Value>();
  const variables = new Map<string, Variable>();
  for (const [name, data] of initializers) {
    if (!isFloat(data.type) || fixed.has(name)) {
      values.set(name, Value.ofData(data));
      continue;
    }
    const numbers = toFloat32(data);
    const variable = state.has(name)
      ? new Variable(numbers, data.shape, 'float32')
      : new Parameter(data.shape, numbers);
    variables.set(name, variable);
    values.set(name, Value.of(variable, data.type));
  }
  return { values, variables };
}

const toFloat32 = ({ data }: TensorData): Float32Array =>
  data instanceof Float32Array
    ? data
    : Float32Array.from(data as Exclude<HostArray, BigInt64Array | BigUint64Array>);
