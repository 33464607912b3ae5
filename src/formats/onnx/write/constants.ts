/** Constants: what depends on no input becomes initialisers, computed if it must be. */

import { defaultBackend } from '../../../backends/default-backend.js';
import { Program } from '../../../compiler/program.js';
import type { TypedArray } from '../../../graph/dtype.js';
import type { Tensor } from '../../../graph/tensor.js';
import { inputsOf } from '../../../graph/traced-graph.js';
import { Variable } from '../../../graph/variable.js';
import type { GraphBuilder, ValueRef } from './graph-builder.js';
import { made, plain, unshaped } from './match.js';

export class Constants {
  readonly #graph: GraphBuilder;
  readonly #names: ReadonlyMap<Variable, string>;
  readonly #dependent = new Map<Tensor, boolean>();
  readonly #nameless = new Map<Variable, string>();

  /** `names` are those of the variables that have one. */
  constructor(graph: GraphBuilder, names: ReadonlyMap<Variable, string>) {
    this.#graph = graph;
    this.#names = names;
  }

  /** Whether every run of the model has the same values there; random numbers are no such values. */
  holds(tensor: Tensor): boolean {
    const known = this.#dependent.get(tensor);
    if (known !== undefined) return !known;
    const { source } = tensor;
    const isOpen =
      source.kind === 'input' || (source.kind === 'apply' && source.primitive.name === 'uniform');
    const dependent = isOpen || !inputsOf(tensor).every((input) => this.holds(input));
    this.#dependent.set(tensor, dependent);
    return !dependent;
  }

  write(tensor: Tensor): ValueRef {
    const { source } = tensor;
    const graph = this.#graph;
    if (source.kind === 'fill') return graph.scalar(source.value, tensor.dtype);
    if (source.kind === 'data')
      return graph.constant(stored(source.data), tensor.shape, tensor.dtype);
    const origin = unshaped(tensor);
    if (origin instanceof Variable) {
      return graph.variable(origin, this.#nameOf(origin), tensor.shape);
    }
    const turned = made(tensor, 'permute');
    const inside = turned && unshaped(turned.inputs[0]);
    const data = stored(valuesOf(tensor));
    return inside instanceof Variable
      ? graph.derived(data, tensor, `${this.#nameOf(inside)}_transposed`)
      : graph.constant(data, tensor.shape, tensor.dtype);
  }

  #nameOf(variable: Variable): string {
    const known = this.#names.get(variable) ?? this.#nameless.get(variable);
    if (known !== undefined) return known;
    const name = `variable_${this.#nameless.size}`;
    this.#nameless.set(variable, name);
    return name;
  }
}

/** Only the reference backend has float64. */
const stored = (data: TypedArray) =>
  data instanceof Float64Array ? Float32Array.from(data) : data;

/** The values of a tensor that depends on no input. */
function valuesOf(tensor: Tensor): TypedArray {
  const graph = { inputs: [], outputs: [plain(tensor)], assignments: [] };
  const program = new Program(graph, defaultBackend(), { keeps: false });
  try {
    return program.run([])[0].data();
  } finally {
    program.dispose();
  }
}
