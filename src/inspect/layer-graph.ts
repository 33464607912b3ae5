/** The graph of a network's layers: which layer reads whose output, with sizes and costs; functions between modules are layers too. */

import { Tensor } from '../graph/tensor.js';
import { trace, withCreated } from '../graph/trace.js';
import { inputsOf, topologicalOrder } from '../graph/traced-graph.js';
import { type ObservedCall, observeCalls, Parameter } from '../nn/index.js';
import { functionUnits } from './function-layers.js';
import { describeLayer, type LayerFacts } from './layer-facts.js';

/** What one layer, or one function between layers, adds to the graph of tensors. */
export interface Unit {
  readonly path: string;
  readonly layer: string;
  /** The parameters of the layer, whether its tensors read them or not. */
  readonly parameters: readonly Parameter[];
  /** What it makes of its inputs, in the order of making; its output is the last. */
  readonly tensors: Tensor[];
}

/** One layer, or one function between layers, as often as it is called. */
export interface LayerNode extends LayerFacts {
  /** Its place in `nodes`. */
  readonly id: number;
  /** Such as `features.3`; that of the module around it for a function. */
  readonly path: string;
  /** Such as `Conv2d 64 -> 128`; empty for functions. */
  readonly layer: string;
  /** Of the output, the batch among it. */
  readonly shape: readonly number[];
  /** Elements of parameters that no earlier layer has. */
  readonly parameters: number;
  /** The layers whose output it reads. */
  readonly inputs: readonly number[];
  /** What it computes, in the order of making; its output is the last. */
  readonly tensors: readonly Tensor[];
  /** The parameters that no earlier layer has. */
  readonly variables: readonly Parameter[];
}

export interface LayerGraph {
  /** Each behind those that it reads; the inputs of the network first. */
  readonly nodes: readonly LayerNode[];
  /** What gives the network's outputs, the main one first. */
  readonly outputs: readonly number[];
}

/**
 * Runs `build` on placeholders of `shapes` without computing anything, and tells which layers it goes through.
 * Layers that only hand on what they get, such as Identity, are left out. The first tensor of the result
 * is taken for the main output.
 *
 *     const { nodes } = layerGraph([[1, 3, 224, 224]], (x) => resnet18().call(x));
 */
export function layerGraph(
  shapes: readonly (readonly number[])[],
  build: (...inputs: Tensor[]) => unknown,
): LayerGraph {
  const inputs = shapes.map((shape) => new Tensor(shape, 'float32', { kind: 'input' }));
  // Nothing is assigned for good: statistics of batches and states of generators stay as they are.
  const run = () => withCreated(() => observeCalls(() => build(...inputs)));
  const { result: observed, created } = trace(run).result;
  const results = tensorsOf(observed.result);
  const needed = new Set(topologicalOrder(results));
  const live = new Set(inputs);
  for (const tensor of created) {
    if (!needed.has(tensor)) continue;
    if (inputsOf(tensor).some((input) => live.has(input))) live.add(tensor);
  }
  const called = observed.calls.flatMap(innermost).flatMap((call) => unitsOf(call, live));
  const units = [...inputs.map(inputUnit), ...functionUnits(live, called)];
  return numbered(units, { results, live });
}

/** The tensors of a result, wherever in arrays and objects they are. */
function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(tensorsOf);
}

const inputUnit = (input: Tensor): Unit => ({
  path: '',
  layer: 'Input',
  parameters: [],
  tensors: [input],
});

/** The calls that have no calls inside them. */
const innermost = (call: ObservedCall): ObservedCall[] =>
  call.calls.length === 0 ? [call] : call.calls.flatMap(innermost);

/** What a call adds to `live`, in its order; nothing where it hands on what it got. */
function unitsOf(
  { path, layer, module, inputs, outputs }: ObservedCall,
  live: ReadonlySet<Tensor>,
): Unit[] {
  const given = new Set(inputs);
  const found = new Set<Tensor>();
  const open = [...outputs];
  for (let tensor = open.pop(); tensor; tensor = open.pop()) {
    if (found.has(tensor) || given.has(tensor) || !live.has(tensor)) continue;
    found.add(tensor);
    open.push(...inputsOf(tensor));
  }
  if (found.size === 0) return [];
  const parameters = module?.parameters() ?? [];
  return [{ path, layer, parameters, tensors: [...live].filter((tensor) => found.has(tensor)) }];
}

interface Surroundings {
  readonly results: readonly Tensor[];
  readonly live: ReadonlySet<Tensor>;
}

/** Units as nodes, in the order in which they run, each with the numbers of those that it reads. */
function numbered(units: readonly Unit[], { results, live }: Surroundings): LayerGraph {
  const places = new Map([...live].map((tensor, place) => [tensor, place]));
  const start = ({ tensors }: Unit): number =>
    Math.min(...tensors.map((tensor) => places.get(tensor)!));
  const sorted = [...units].sort((a, b) => start(a) - start(b));
  const makers = new Map<Tensor, number>();
  sorted.forEach(({ tensors }, id) => {
    for (const tensor of tensors) makers.set(tensor, id);
  });
  const makerOf = (tensor: Tensor): number => {
    let seen = tensor;
    // Views that belong to no layer hand on what they look at.
    while (!makers.has(seen)) seen = inputsOf(seen).find((input) => live.has(input))!;
    return makers.get(seen)!;
  };
  const counted = new Set<Parameter>();
  const nodes = sorted.map((unit, id): LayerNode => {
    const read = unit.tensors.flatMap(inputsOf).filter((input) => live.has(input));
    const inputs = new Set(read.map(makerOf));
    inputs.delete(id);
    const weights = weightsOf(unit, live);
    const parameters = [...weights].filter((parameter) => !counted.has(parameter));
    for (const parameter of parameters) counted.add(parameter);
    return {
      id,
      path: unit.path,
      layer: unit.layer,
      ...describeLayer(unit, live),
      shape: unit.tensors[unit.tensors.length - 1].shape,
      parameters: parameters.reduce((sum, { size }) => sum + size, 0),
      inputs: [...inputs].sort((a, b) => a - b),
      tensors: unit.tensors,
      variables: parameters,
    };
  });
  const outputs = results.filter((result) => live.has(result)).map(makerOf);
  return { nodes, outputs: [...new Set(outputs)] };
}

/** The layer's own parameters, and those that its tensors read. */
function weightsOf({ tensors, parameters }: Unit, live: ReadonlySet<Tensor>): Set<Parameter> {
  const found = new Set(parameters);
  const read = tensors.flatMap(inputsOf).filter((input) => !live.has(input));
  for (const tensor of topologicalOrder(read)) if (tensor instanceof Parameter) found.add(tensor);
  return found;
}
