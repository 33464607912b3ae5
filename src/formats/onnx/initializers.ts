/** The initialisers of a model's graphs as parameters, buffers and constants. */

import { sizeOf } from '../../graph/shape.js';
import { Variable } from '../../graph/variable.js';
import { Parameter } from '../../nn/parameter.js';
import { isFloat } from './element-type.js';
import { type OnnxGraph, type OnnxNode, withBodies } from './model-parts.js';
import { findOperator } from './operators/index.js';
import type { HostArray, TensorData } from './tensor-data.js';
import { Value } from './value.js';

export interface Initializers {
  /** Of each graph by name. */
  readonly values: Map<OnnxGraph, Map<string, Value>>;
  /** Parameters and buffers by the name of their initialiser. */
  readonly variables: Map<string, Variable>;
}

/** Operators that only hand on or combine the few numbers that become a shape or a scale. */
const passing: ReadonlySet<string> = new Set(
  'Identity Cast Concat Unsqueeze Squeeze Reshape Gather Slice Add Sub Mul Div Floor Ceil'.split(
    ' ',
  ),
);
/** More numbers than that are weights, whatever is computed of them. */
const fewNumbers = 16;

/** Floats become parameters, or buffers where they are state; what decides about shapes is constant. */
export function makeInitializers(graph: OnnxGraph): Initializers {
  const graphs = withBodies(graph);
  const nodes = graphs.flatMap((one) => one.nodes);
  const { fixed, state } = specialNames(nodes);
  const shaping = namesThatShape(nodes, fixed);
  const values = new Map<OnnxGraph, Map<string, Value>>();
  const variables = new Map<string, Variable>();
  for (const one of graphs) {
    const own = new Map<string, Value>();
    values.set(one, own);
    for (const [name, data] of one.initializers) {
      const shapes = shaping.has(name) && sizeOf(data.shape) <= fewNumbers;
      if (!isFloat(data.type) || fixed.has(name) || shapes) {
        own.set(name, Value.ofData(data));
        continue;
      }
      const numbers = toFloat32(data);
      const variable = state.has(name)
        ? new Variable(numbers, data.shape, 'float32')
        : new Parameter(data.shape, numbers);
      variables.set(unusedName(name, variables), variable);
      own.set(name, Value.of(variable, data.type));
    }
  }
  return { values, variables };
}

/** `name`, or with a number behind it: bodies of different nodes may use one name for different things. */
export function unusedName(name: string, used: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let i = 1; used.has(free); i++) free = `${name}.${i}`;
  return free;
}

/** Inputs that must be known, and those that are state, by their names. */
function specialNames(nodes: readonly OnnxNode[]) {
  const fixed = new Set<string>();
  const state = new Set<string>();
  for (const { operator, inputs } of nodes) {
    const { hostInputs = [], bufferInputs = [] } = findOperator(operator) ?? {};
    for (const place of hostInputs) fixed.add(inputs[place]);
    for (const place of bufferInputs) state.add(inputs[place]);
  }
  return { fixed, state };
}

/** All from which `fixed` are computed by nothing but operators that hand on a few numbers. */
function namesThatShape(nodes: readonly OnnxNode[], fixed: ReadonlySet<string>): Set<string> {
  const shaping = new Set(fixed);
  // Nodes come in order, so that one way back finds whatever leads to a name.
  for (const { operator, inputs, outputs } of [...nodes].reverse()) {
    if (!passing.has(operator) || !outputs.some((name) => shaping.has(name))) continue;
    for (const name of inputs) shaping.add(name);
  }
  return shaping;
}

const toFloat32 = ({ data }: TensorData): Float32Array =>
  data instanceof Float32Array
    ? data
    : Float32Array.from(data as Exclude<HostArray, BigInt64Array | BigUint64Array>);
