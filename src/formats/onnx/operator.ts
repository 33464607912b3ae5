/** What an operator of the importer is: a function from one ONNX node and its inputs to its outputs. */

import { ValueError } from '../../graph/errors.js';
import type { Tensor } from '../../graph/tensor.js';
import type { Generator } from '../../ops/random.js';
import type { Attributes } from './attributes.js';
import type { ElementType } from './element-type.js';
import type { OnnxGraph } from './model-parts.js';
import type { Value } from './value.js';

/** The outputs in order; those behind the last that the node names may be left out. */
export type Operator = (node: OperatorNode) => Value | readonly (Value | undefined)[];

/** An operator that says more about its inputs than its function does. */
export interface DescribedOperator {
  readonly run: Operator;
  /** Places of inputs that must be known before anything runs; initialisers there are no parameters. */
  readonly hostInputs?: readonly number[];
  /** Places of inputs that are state, such as running statistics: buffers, which no training changes. */
  readonly bufferInputs?: readonly number[];
  /** Whether it draws random numbers, for which every node has a generator of its own. */
  readonly isRandom?: boolean;
}

/** Operators of the default domain by their ONNX name. */
export type OperatorTable = Readonly<Record<string, Operator | DescribedOperator>>;

/** One node that is being run. What its methods throw names the input; the caller names the node. */
export class OperatorNode {
  /** Version of the operator set that the model was written for. */
  readonly opset: number;
  readonly attributes: Attributes;
  /** The inputs that are there; a left out one is undefined. */
  readonly inputs: readonly (Value | undefined)[];
  /** Whether somebody reads the output at each place. */
  readonly outputs: readonly boolean[];
  readonly #parts: OperatorNodeParts;

  constructor(parts: OperatorNodeParts) {
    this.opset = parts.opset;
    this.attributes = parts.attributes;
    this.inputs = parts.inputs;
    this.outputs = parts.outputs;
    this.#parts = parts;
  }

  /** True while the model is being trained; asking makes compiled functions depend on it. */
  get training(): boolean {
    return this.#parts.isTraining();
  }

  /** Where random numbers come from; only operators that say they are random have it. */
  get generator(): Generator {
    const { generator } = this.#parts;
    if (generator) return generator;
    throw new Error('an operator that draws random numbers must say so in its table');
  }

  /** The outputs of a graph in an attribute, such as a branch of If, which sees what is around the node. */
  runBody(attribute: string, inputs: readonly Value[] = []): Value[] {
    return this.#parts.runBody(this.attributes.graph(attribute), inputs);
  }

  /** Throws ValueError when the input is left out. */
  input(place: number): Value {
    const value = this.inputs[place];
    if (value) return value;
    throw new ValueError(`input ${place} is missing; the operator needs it`);
  }

  optional(place: number): Value | undefined {
    return this.inputs[place];
  }

  /** The tensor of an input that must be there. */
  tensor(place: number): Tensor {
    return this.input(place).tensor;
  }

  /** All inputs, none of which may be left out. */
  all(): Value[] {
    return this.inputs.map((_, place) => this.input(place));
  }

  /**
   * The values of an input on the host, as numbers; undefined when it is left out.
   *
   * Throws ValueError when they depend on inputs of a function that is being compiled.
   */
  numbers(place: number): readonly number[] | undefined {
    const value = this.inputs[place];
    if (!value) return undefined;
    const known = value.known();
    if (known) return Array.from(known.data as ArrayLike<number | bigint>, Number);
    throw new ValueError(
      `input ${place} (${value}) decides about shapes, but its values depend on inputs of the ` +
        `model that are unknown while it is compiled; give those with the option \`constants\``,
    );
  }

  /** As `numbers`, of an input that must be there. */
  requiredNumbers(place: number): readonly number[] {
    this.input(place);
    return this.numbers(place)!;
  }

  /** The only number of an input on the host, such as k; undefined when it is left out. */
  number(place: number): number | undefined {
    const numbers = this.numbers(place);
    if (numbers === undefined || numbers.length === 1) return numbers?.[0];
    throw new ValueError(`input ${place} (${this.input(place)}) must be a single number`);
  }

  /** Throws ValueError unless the input's type is among `allowed`. */
  requireType(place: number, allowed: (type: ElementType) => boolean, expected: string): Value {
    const value = this.input(place);
    if (allowed(value.type)) return value;
    throw new ValueError(`input ${place} is ${value}; expected ${expected}`);
  }
}

export interface OperatorNodeParts {
  readonly opset: number;
  readonly attributes: Attributes;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly boolean[];
  readonly isTraining: () => boolean;
  readonly generator: Generator | undefined;
  readonly runBody: (body: OnnxGraph, inputs: readonly Value[]) => Value[];
}
