/** Value: what flows between the nodes of an ONNX graph: a tensor with its ONNX element type. */

import { ValueError } from '../../graph/errors.js';
import { formatShape, type Shape } from '../../graph/shape.js';
import { Tensor } from '../../graph/tensor.js';
import { activeTrace } from '../../graph/trace.js';
import { topologicalOrder } from '../../graph/traced-graph.js';
import { tensor } from '../../ops/creation.js';
import { cast } from '../../ops/elementwise.js';
import { reshape } from '../../ops/view.js';
import { type ElementType, elementTypes, isInteger, outerDtype, settle } from './element-type.js';
import type { TensorData } from './tensor-data.js';

/**
 * A tensor of float32 (all floats), int32 (all integers) or bool, and the ONNX type it stands for.
 *
 * Values that come from the file stay on the host, exact, until somebody computes with them. A sequence is
 * a value, too: of `items`, and no tensor.
 */
export class Value {
  readonly type: ElementType;
  readonly shape: Shape;
  #tensor: Tensor | null;
  readonly #host: TensorData | null;
  /** The values of a sequence, which is nothing else; null for tensors. */
  readonly items: readonly Value[] | null;
  /** Whether it is what a call of the model gave for an input; the file has no say in it. */
  readonly isGiven: boolean;

  private constructor(
    type: ElementType,
    shape: Shape,
    from: Tensor | TensorData | readonly Value[],
    isGiven = false,
  ) {
    this.type = type;
    this.isGiven = isGiven;
    this.shape = shape;
    this.items = isList(from) ? from : null;
    this.#host = isList(from) || from instanceof Tensor ? null : from;
    this.#tensor = from instanceof Tensor ? from : null;
  }

  /** Any number of tensors of one type, whose shapes may differ. */
  static ofSequence(items: readonly Value[], type: ElementType): Value {
    return new Value(type, [items.length], items);
  }

  /** Values of the host; the tensor is made when it is asked for. */
  static ofData(data: TensorData): Value {
    return new Value(data.type, data.shape, data);
  }

  /** What a call of the model gives for an input. */
  static given(given: Tensor | TensorData, type: ElementType): Value {
    const from = given instanceof Tensor ? cast(given, elementTypes[type].dtype) : given;
    return new Value(type, given.shape, from, true);
  }

  /** A tensor whose elements are values of `type` already: moved, selected or compared, not computed. */
  static of(x: Tensor, type: ElementType): Value {
    const { dtype } = elementTypes[type];
    return new Value(type, x.shape, cast(x, dtype));
  }

  /** A computed tensor: integers are wrapped to the width of `type`, halves rounded. */
  static computed(x: Tensor, type: ElementType): Value {
    return Value.of(settle(x, type), type);
  }

  /** The values to compute with: float32, int32 or bool. Throws ValueError for integers beyond int32. */
  get tensor(): Tensor {
    if (this.items) {
      throw new ValueError(`a ${this} is no tensor; the operator takes tensors, not sequences`);
    }
    this.#tensor ??= toTensor(this.#host!);
    return this.#tensor;
  }

  /** What a user of the model gets: as `tensor`, but uint8 for bytes. */
  get outer(): Tensor {
    return cast(this.tensor, outerDtype(this.type));
  }

  /** Whether the values are on the host already, as those of constants. */
  get isConstant(): boolean {
    return this.#host !== null;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The same values in a shape of as many, still exact where they are on the host. */
  reshaped(shape: Shape): Value {
    if (this.#host) return Value.ofData({ ...this.#host, shape });
    return Value.of(reshape(this.tensor, shape), this.type);
  }

  /** The values, exact; null while they depend on inputs of a function that is being compiled. */
  known(): TensorData | null {
    if (this.#host) return this.#host;
    if (dependsOnRun(this.tensor)) return null;
    return { type: this.type, shape: this.shape, data: this.tensor.data() };
  }

  toString(): string {
    if (this.items) return `sequence of ${this.items.length} x ${this.type}`;
    return `${this.type} ${formatShape(this.shape)}`;
  }
}

const isList = (from: Tensor | TensorData | readonly Value[]): from is readonly Value[] =>
  Array.isArray(from);

/** Whether values are open until the compiled program runs. */
function dependsOnRun(x: Tensor): boolean {
  return topologicalOrder([x]).some(
    ({ source: { kind } }) => kind === 'input' || (kind === 'variable' && activeTrace() !== null),
  );
}

function toTensor({ type, shape, data }: TensorData): Tensor {
  if (type === 'bool') return tensor(data as Uint8Array, shape, 'bool');
  if (!isInteger(type)) return tensor(Float32Array.from(data as Float32Array), shape);
  const narrow = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    narrow[i] = Number(data[i]);
    if (BigInt(narrow[i]) !== BigInt(data[i])) {
      throw new ValueError(
        `element ${i} of ${type} ${formatShape(shape)} is ${data[i]}; integers are computed in ` +
          `int32, from -2147483648 to 2147483647; store it as a float or rescale it`,
      );
    }
  }
  return tensor(narrow, shape);
}
