/** TfjsModel: a module that runs a layers model of TensorFlow.js. */

import { ShapeError, ValueError } from '../../graph/errors.js';
import { formatShape } from '../../graph/shape.js';
import type { Tensor } from '../../graph/tensor.js';
import { withScope } from '../../graph/trace.js';
import { Module } from '../../nn/module.js';
import type { BuiltLayer, BuiltLayers } from './build-layers.js';
import type { InputSpec, LayerCall, Topology } from './topology.js';

/** What a model takes, as it lies here. */
export interface TfjsInput {
  readonly name: string;
  /** [N, C, H, W] for pictures; null where any extent may be. Null when the file says nothing. */
  readonly shape: readonly (number | null)[] | null;
  readonly dtype: string;
}

/**
 * A layers model as a module: from its inputs to its output, under the names that its layers have.
 *
 * Pictures are [N, C, H, W] here, whatever the file's order is: inputs, outputs and weights (OIHW) are those
 * of every other module. All other tensors are as in Keras. `Flatten`, `Dense`, `Reshape` and `Permute` go by
 * Keras's order, so that their results are Keras's too.
 *
 * A new model is in evaluation mode. Layers that the file says are not trainable are frozen; `unfreeze(model)`
 * lets them be trained.
 */
export class TfjsModel extends Module<Tensor[]> {
  /** What `call` takes, in order. */
  readonly inputs: readonly TfjsInput[];
  readonly #fileName: string;
  readonly #calls: readonly LayerCall[];
  readonly #results: readonly number[];
  readonly #layers: ReadonlyMap<string, BuiltLayer>;

  constructor(fileName: string, topology: Topology, { order, layers }: BuiltLayers) {
    super();
    this.inputs = topology.inputs.map(({ name, shape, dtype }: InputSpec) => ({
      ...{ name, dtype },
      shape: shape && order.shape([null, ...shape]),
    }));
    this.#fileName = fileName;
    this.#calls = topology.calls;
    this.#results = topology.outputs;
    this.#layers = layers;
    this.eval();
  }

  /** How many tensors the model gives. */
  get outputCount(): number {
    return this.#results.length;
  }

  /**
   * The model's only output. Throws ValueError when it has several, which `outputs` gives, or when another
   * number of inputs comes, ShapeError for other shapes than the model takes.
   */
  forward(...inputs: Tensor[]): Tensor {
    if (this.#results.length === 1) return this.#run(inputs)[0];
    throw new ValueError(
      `the model has ${this.#results.length} outputs; ask for them with outputs()`,
    );
  }

  /**
   * All outputs, in the model's order.
   *
   *     const [boxes, scores] = model.outputs(picture);
   */
  outputs(...inputs: Tensor[]): Tensor[] {
    return this.within(() => this.#run(inputs));
  }

  override describe(): string {
    return `TfjsModel ${this.#fileName}`;
  }

  protected override namedFields(): readonly [string, unknown][] {
    return [...this.#layers].map(([name, { module }]) => [name, module]);
  }

  #run(inputs: readonly Tensor[]): Tensor[] {
    this.#check(inputs);
    const values: Tensor[] = [...inputs];
    for (const { layer, inputs: given, output } of this.#calls) {
      const { module, activation } = this.#layers.get(layer.path)!;
      const y = module.call(...given.map((value) => values[value]));
      values[output] = activation ? withScope(layer.path, () => activation(y)) : y;
    }
    return this.#results.map((value) => values[value]);
  }

  #check(inputs: readonly Tensor[]): void {
    const names = this.inputs.map(({ name }) => `'${name}'`).join(', ');
    if (inputs.length !== this.inputs.length) {
      throw new ValueError(
        `the model takes ${this.inputs.length} tensors (${names}), got ${inputs.length}`,
      );
    }
    for (const [i, { name, shape, dtype }] of this.inputs.entries()) {
      const given = inputs[i].shape;
      const fits = shape?.every((extent, dim) => extent === null || extent === given[dim]);
      if (shape && (!fits || shape.length !== given.length)) {
        const wanted = shape.map((extent) => extent ?? '?').join(', ');
        throw new ShapeError(
          `input '${name}' is ${formatShape(given)}; the model takes [${wanted}], ` +
            'pictures with their channels first',
        );
      }
      if (dtype === 'int32' && inputs[i].dtype !== 'int32') {
        throw new ShapeError(`input '${name}' is ${inputs[i].dtype}; the model takes int32`);
      }
    }
  }
}
