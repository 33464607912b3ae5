/** The reference backend: interprets the graph node by node in float64, to be obviously correct. */

import type { TypedArray } from '../../graph/dtype.js';
import { ShapeError } from '../../graph/errors.js';
import { formatShape } from '../../graph/shape.js';
import type { Application, Tensor } from '../../graph/tensor.js';
import { rootsOf, type TracedGraph, topologicalOrder } from '../../graph/traced-graph.js';
import { type DeviceMemory, Variable } from '../../graph/variable.js';
import type { PrimitiveName } from '../../graph/vocabulary.js';
import type { Executable, GraphBackend } from '../contract.js';
import { elementwiseKernels } from './elementwise.js';
import { joinKernels } from './joins.js';
import {
  allocateReference,
  type ReferenceArray,
  type ReferenceKernel,
  type Value,
} from './kernel.js';
import { reductionKernels } from './reductions.js';
import { structuredKernels } from './structured.js';
import { viewKernels } from './views.js';

/** One kernel per primitive. */
export const referenceKernels: { readonly [Name in PrimitiveName]: ReferenceKernel<Name> } = {
  ...elementwiseKernels,
  ...viewKernels,
  ...reductionKernels,
  ...joinKernels,
  ...structuredKernels,
};

/**
 * The float64 backend that every other one is compared with.
 *
 * float32 inputs may be given as Float64Array and are then used unrounded; float32 outputs are
 * Float64Array. Throws ShapeError when the inputs do not fit the graph's.
 *
 *     const [y] = reference.load({ inputs: [x], outputs: [exp(x)], assignments: [] }).run([data]);
 */
export const reference: GraphBackend = {
  kind: 'graph',
  name: 'reference',
  load: (graph) => new ReferenceExecutable(graph),
};

class ReferenceExecutable implements Executable {
  readonly #graph: TracedGraph;
  readonly #order: readonly Tensor[];

  constructor(graph: TracedGraph) {
    this.#graph = graph;
    this.#order = topologicalOrder(rootsOf(graph));
  }

  run(inputs: readonly TypedArray[]): TypedArray[] {
    const values = evaluate(this.#graph, this.#order, inputs);
    const outputs = this.#graph.outputs.map((output) => values.get(output)!.data.slice());
    // Assigned last, and from copies: a value may be another variable's own memory.
    const assigned = this.#graph.assignments.map(({ value }) => values.get(value)!.data.slice());
    this.#graph.assignments.forEach(({ variable }, i) => {
      memoryOf(variable).data.set(assigned[i]);
    });
    return outputs;
  }

  profile(): null {
    return null;
  }

  dispose(): void {}
}

/** The value of every tensor in `order`, from which others may compute further. */
export function evaluate(
  graph: TracedGraph,
  order: readonly Tensor[],
  inputs: readonly TypedArray[],
): Map<Tensor, Value> {
  const values = new Map<Tensor, Value>();
  const define = (tensor: Tensor, data: ReferenceArray) =>
    values.set(tensor, { shape: tensor.shape, dtype: tensor.dtype, data });
  checkInputs(graph, inputs);
  graph.inputs.forEach((input, i) => {
    define(input, toReference(input, inputs[i]));
  });
  for (const tensor of order) {
    if (values.has(tensor)) continue;
    const source = tensor.source;
    if (source.kind === 'apply') define(tensor, applyKernel(tensor, source, values));
    else define(tensor, leaf(tensor));
  }
  return values;
}

function applyKernel(
  { shape, dtype, size }: Tensor,
  { primitive, inputs, attributes }: Application,
  values: ReadonlyMap<Tensor, Value>,
): ReferenceArray {
  const output: Value = { shape, dtype, data: allocateReference(dtype, size) };
  const kernel = referenceKernels[primitive.name] as ReferenceKernel<PrimitiveName>;
  kernel({ inputs: inputs.map((input) => values.get(input)!), attributes, output });
  return output.data;
}

function leaf(tensor: Tensor): ReferenceArray {
  const source = tensor.source;
  if (source.kind === 'data') return toReference(tensor, source.data);
  if (source.kind === 'fill') {
    return allocateReference(tensor.dtype, tensor.size).fill(source.value);
  }
  if (tensor instanceof Variable) return memoryOf(tensor).data;
  throw new ShapeError(
    `the graph reads an input of ${tensor.dtype} ${formatShape(tensor.shape)} that is not among its ` +
      `inputs; tensors of one compiled function cannot be used in another`,
  );
}

function toReference(tensor: Tensor, data: TypedArray): ReferenceArray {
  const values = allocateReference(tensor.dtype, data.length);
  values.set(data);
  return values;
}

function checkInputs(graph: TracedGraph, inputs: readonly TypedArray[]): void {
  if (inputs.length !== graph.inputs.length) {
    throw new ShapeError(`run: expected ${graph.inputs.length} inputs, got ${inputs.length}`);
  }
  graph.inputs.forEach((input, i) => {
    if (inputs[i].length !== input.size) {
      throw new ShapeError(
        `run: input ${i} is ${formatShape(input.shape)} with ${input.size} elements, ` +
          `got ${inputs[i].length}`,
      );
    }
  });
}

/** A variable's memory in this backend: the plain array. */
class ReferenceMemory implements DeviceMemory {
  constructor(readonly data: ReferenceArray) {}

  read(): TypedArray {
    return this.data.slice();
  }

  write(data: TypedArray): void {
    this.data.set(data);
  }

  release(): void {}
}

function memoryOf(variable: Variable): ReferenceMemory {
  return variable.memoryIn(reference, (data) => new ReferenceMemory(toReference(variable, data)));
}
