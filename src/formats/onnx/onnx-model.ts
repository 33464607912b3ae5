/** OnnxModel: a module that runs the graph of an ONNX file. */

import { ShapeError, ValueError } from '../../graph/errors.js';
import { formatShape, sizeOf } from '../../graph/shape.js';
import { Tensor } from '../../graph/tensor.js';
import { currentScope, withScope } from '../../graph/trace.js';
import type { Variable } from '../../graph/variable.js';
import { Module } from '../../nn/module.js';
import { noteCall } from '../../nn/observed-calls.js';
import { nearestName } from '../../text/nearest-name.js';
import { Attributes } from './attributes.js';
import { checkGraph } from './check-graph.js';
import { elementTypeOf, nameOfCode, outerDtype } from './element-type.js';
import { makeInitializers } from './initializers.js';
import { OperatorNode } from './operator.js';
import { findOperator } from './operators/index.js';
import { type OnnxFile, type OnnxNode, readOnnx, type ValueInfo } from './read-model.js';
import type { TensorData } from './tensor-data.js';
import { Value } from './value.js';

/** Tensors by the name of their input; host data where the values must be exact or known. */
export type OnnxInputs = Readonly<Record<string, Tensor | TensorData>>;

export interface OnnxModelOptions {
  /** Values of inputs that are the same in every run, such as a shape; they are no inputs then. */
  constants?: Readonly<Record<string, TensorData>>;
}

/**
 * The model in the bytes of an ONNX file; `fileName` is only for messages.
 *
 * @throws {FormatError} when the file is damaged, {UnsupportedOperatorError} when it uses operators
 * that the importer lacks, {ValueError} when its nodes do not fit together.
 * @example
 * const model = loadOnnx(await readFile('model.onnx'), 'model.onnx');
 * const { probabilities } = model.call({ image });
 */
export const loadOnnx = (
  bytes: Uint8Array,
  fileName: string,
  options?: OnnxModelOptions,
): OnnxModel => new OnnxModel(readOnnx(bytes, fileName), options);

/**
 * A module over the graph of an ONNX file: from tensors by input name to tensors by output name.
 *
 * Initialisers of floats are its parameters, under their names; running statistics are buffers. All
 * floats are computed in float32 and all integers in int32.
 */
export class OnnxModel extends Module<[OnnxInputs], Record<string, Tensor>> {
  readonly #file: OnnxFile;
  readonly #inputs: readonly ValueInfo[];
  readonly #constants: ReadonlyMap<string, Value>;
  readonly #variables: ReadonlyMap<string, Variable>;

  constructor(file: OnnxFile, { constants = {} }: OnnxModelOptions = {}) {
    super();
    checkGraph(file);
    this.#file = file;
    const { values, variables } = makeInitializers(file);
    for (const [name, data] of Object.entries(constants)) {
      const info = file.inputs.find((input) => input.name === name);
      if (!info) throw new ValueError(noInput(name, file.inputs));
      values.set(name, givenValue(info, data));
    }
    this.#inputs = file.inputs.filter(({ name }) => !values.has(name));
    this.#constants = values;
    this.#variables = variables;
  }

  /** The inputs that every call must give. */
  get inputNames(): string[] {
    return this.#inputs.map(({ name }) => name);
  }

  get outputNames(): string[] {
    return this.#file.outputs.map(({ name }) => name);
  }

  forward(inputs: OnnxInputs): Record<string, Tensor> {
    return Object.fromEntries(
      [...this.values(inputs)].map(([name, { outer }]) => [name, outer] as const),
    );
  }

  /**
   * As `forward`, with the ONNX element type of every output.
   *
   * Throws ValueError for inputs that are missing, unknown or of another type, ShapeError for other
   * shapes than the model declares.
   */
  values(inputs: OnnxInputs): Map<string, Value> {
    const values = new Map(this.#constants);
    for (const name of Object.keys(inputs)) {
      if (!this.#inputs.some((input) => input.name === name)) {
        throw new ValueError(noInput(name, this.#inputs));
      }
    }
    for (const info of this.#inputs) {
      const given = Object.hasOwn(inputs, info.name) ? inputs[info.name] : undefined;
      if (!given) {
        throw new ValueError(`input '${info.name}' is missing; give a tensor under that name`);
      }
      values.set(info.name, givenValue(info, given));
    }
    for (const node of this.#file.nodes) this.#run(node, values);
    return new Map(this.outputNames.map((name) => [name, values.get(name)!]));
  }

  override describe(): string {
    return `OnnxModel ${this.#file.fileName}`;
  }

  protected override namedFields(): readonly [string, unknown][] {
    return [...this.#variables];
  }

  #run(node: OnnxNode, values: Map<string, Value>): void {
    const attributes = new Attributes(node.attributes);
    const opset = this.#file.opsets.get(node.domain)!;
    withScope(node.name, () => {
      try {
        const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
        const outputs = node.outputs.map((name) => name !== '');
        const callee = {
          module: null,
          path: currentScope,
          layer: () => node.operator,
          inputs: () => computedTensors(inputs),
          outputs: computedTensors,
        };
        const list = noteCall(callee, () => {
          const operation = new OperatorNode({ opset, attributes, inputs, outputs });
          const results = findOperator(node.operator)!.run(operation);
          return results instanceof Value ? [results] : results;
        });
        attributes.checkAllRead();
        node.outputs.forEach((name, place) => {
          if (name === '') return;
          const value = list[place];
          if (!value) throw new ValueError(`there is no output ${place} in this version`);
          values.set(name, value);
        });
      } catch (error) {
        if (error instanceof Error) {
          error.message = `node '${node.name}' (${node.operator}, version ${opset}): ${error.message}`;
        }
        throw error;
      }
    });
  }
}

/** The tensors of values that are not on the host, where integers may be too large for one. */
const computedTensors = (values: readonly (Value | undefined)[]): Tensor[] =>
  values.flatMap((value) => (value && !value.isConstant ? [value.tensor] : []));

const noInput = (name: string, inputs: readonly ValueInfo[]): string => {
  const names = inputs.map((input) => input.name);
  const near = nearestName(name, names);
  return (
    `there is no input '${name}'; ` +
    (near ? `did you mean '${near}'?` : `the inputs are ${names.join(', ') || 'none'}`)
  );
};

/** What is given for an input, checked against what the model declares. */
function givenValue({ name, typeCode, shape }: ValueInfo, given: Tensor | TensorData): Value {
  const type = typeCode === null ? undefined : elementTypeOf(typeCode);
  if (type === undefined) {
    const declared = typeCode === null ? 'no tensor' : `a tensor of ${nameOfCode(typeCode)}`;
    throw new ValueError(`input '${name}' is ${declared}; convert the model to take numbers`);
  }
  const rankFits = shape === null || shape.length === given.shape.length;
  const fits = shape?.every(
    (extent, dim) => typeof extent === 'string' || extent === given.shape[dim],
  );
  if (!rankFits || fits === false) {
    throw new ShapeError(
      `input '${name}' is ${formatShape(given.shape)}; the model takes [${shape!.map((extent) => extent || '?').join(', ')}]`,
    );
  }
  const wanted = outerDtype(type);
  const got = given instanceof Tensor ? given.dtype : given.type;
  const right =
    given instanceof Tensor
      ? got === wanted || (type === 'uint8' && got === 'int32')
      : got === type;
  if (!right) {
    throw new ValueError(
      `input '${name}' is ${got}; the model takes ${type}, which is ${wanted} here; convert with cast()`,
    );
  }
  if (given instanceof Tensor) return Value.of(given, type);
  if (given.data.length === sizeOf(given.shape)) return Value.ofData(given);
  throw new ShapeError(
    `input '${name}' has ${given.data.length} values; its shape ${formatShape(given.shape)} holds ` +
      `${sizeOf(given.shape)}`,
  );
}
