/** What an operator of the importer is: a function from one ONNX node and its inputs to its outputs. */

import { ValueError } from '../../graph/errors.js';
import type { Tensor } from '../../graph/tensor.js';
import type { Attributes } from './attributes.js';
import type { ElementType } from './element-type.js';
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
  /** Whether the node names its output at each place. */
  readonly outputs: readonly boolean[];

  constructor({ opset, attributes, inputs, outputs }: Readonly<OperatorNodeParts>) {
    this.opset = opset;
    this.attributes = attributes;
    this.inputs = inputs;
    this.outputs = outputs;
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
  opset: number;
  attributes: Attributes;
  inputs: readonly (Value | undefined)[];
  outputs: readonly boolean[];
}
