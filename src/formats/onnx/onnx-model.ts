/** OnnxModel: a module that runs the graph of an ONNX file. */

import { ShapeError, ValueError } from '../../graph/errors.js';
import { formatShape, sizeOf } from '../../graph/shape.js';
import { Tensor } from '../../graph/tensor.js';
import type { Variable } from '../../graph/variable.js';
import { Module } from '../../nn/module.js';
import { nextMaskStream } from '../../nn/seed.js';
import { Generator } from '../../ops/random.js';
import { nearestName } from '../../text/nearest-name.js';
import { checkGraph } from './check-graph.js';
import { elementTypeOf, nameOfCode, outerDtype } from './element-type.js';
import { makeInitializers, unusedName } from './initializers.js';
import {
  type OnnxFile,
  type OnnxGraph,
  type OnnxNode,
  type ValueInfo,
  withBodies,
} from './model-parts.js';
import { findOperator } from './operators/index.js';
import { readOnnx } from './read-model.js';
import { runGraph } from './run-graph.js';
import { Scope } from './scope.js';
import type { TensorData } from './tensor-data.js';
import { tidyGraph } from './tidy-graph.js';
import { Value } from './value.js';

/** Tensors by the name of their input; host data where the values must be exact or known. */
export type OnnxInputs = Readonly<Record<string, Tensor | TensorData>>;

export interface OnnxModelOptions {
  /** Values of inputs that are the same in every run, such as a shape; they are no inputs then. */
  constants?: Readonly<Record<string, TensorData>>;
  /** Extents by the names that the model has for them, such as `{ batch: 4 }`; others may be any. */
  dimensions?: Readonly<Record<string, number>>;
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
 *
 * A new model is in evaluation mode, in which it computes what the file says. After `train()` batch
 * normalisations take the statistics of the batch and move the running ones as PyTorch's do, and dropout
 * drops; after `eval()` what the file has of training (for layers whose state is in the file) rests.
 */
export class OnnxModel extends Module<[OnnxInputs], Record<string, Tensor>> {
  readonly #fileName: string;
  readonly #graph: OnnxGraph;
  readonly #inputs: readonly ValueInfo[];
  /** Of the graph, and of the graphs inside its nodes. */
  readonly #constants: ReadonlyMap<string, Value>;
  readonly #initializers: ReadonlyMap<OnnxGraph, ReadonlyMap<string, Value>>;
  readonly #variables: ReadonlyMap<string, Variable>;
  readonly #generators: ReadonlyMap<OnnxNode, Generator>;

  constructor(file: OnnxFile, { constants = {}, dimensions = {} }: OnnxModelOptions = {}) {
    super();
    checkGraph(file);
    const graph = tidyGraph(file);
    const { values, variables } = makeInitializers(graph);
    const inputs = withExtents(file.inputs, dimensions);
    const own = values.get(graph)!;
    for (const [name, data] of Object.entries(constants)) {
      const info = inputs.find((input) => input.name === name);
      if (!info) throw new ValueError(noInput(name, inputs));
      own.set(name, givenValue(info, data));
    }
    this.#fileName = file.fileName;
    // What the values were made of is not kept, for variables move to where they are computed with.
    values.delete(graph);
    this.#graph = { ...graph, initializers: new Map() };
    this.#inputs = inputs.filter(({ name }) => !own.has(name));
    this.#constants = own;
    this.#initializers = values;
    this.#variables = variables;
    this.#generators = makeGenerators(graph);
    this.eval();
  }

  /** The inputs that every call must give. */
  get inputNames(): string[] {
    return this.#inputs.map(({ name }) => name);
  }

  /** The inputs that every call must give, with their element types and shapes. */
  get inputs(): readonly ValueInfo[] {
    return this.#inputs;
  }

  get outputNames(): string[] {
    return this.#graph.outputs.map(({ name }) => name);
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
    const scope = new Scope(this.#constants);
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
      scope.set(info.name, givenValue(info, given));
    }
    const outputs = runGraph(this.#graph, scope, {
      isTraining: () => this.training,
      initializers: this.#initializers,
      generators: this.#generators,
      bodies: { count: 0 },
    });
    return new Map(this.outputNames.map((name, i) => [name, outputs[i]]));
  }

  override describe(): string {
    return `OnnxModel ${this.#fileName}`;
  }

  protected override namedFields(): readonly [string, unknown][] {
    const fields = new Map<string, unknown>(this.#variables);
    for (const [{ name }, generator] of this.#generators) {
      fields.set(unusedName(`${name}.generator`, fields), generator);
    }
    return [...fields];
  }
}

/** A generator for every node that draws random numbers. */
function makeGenerators(graph: OnnxGraph): Map<OnnxNode, Generator> {
  const nodes = withBodies(graph).flatMap((one) => one.nodes);
  return new Map(
    nodes
      .filter(({ operator }) => findOperator(operator)?.isRandom)
      .map((node) => {
        const { seed, stream } = nextMaskStream();
        return [node, new Generator(seed, stream)];
      }),
  );
}

/** The inputs with extents in place of names. Throws ValueError for names that no input has. */
function withExtents(
  inputs: readonly ValueInfo[],
  dimensions: Readonly<Record<string, number>>,
): ValueInfo[] {
  const names = inputs.flatMap(({ shape }) => shape ?? []).filter((one) => typeof one === 'string');
  for (const [name, extent] of Object.entries(dimensions)) {
    if (!names.includes(name) || name === '') {
      throw new ValueError(
        `there is no dimension '${name}'; those that are open are ${names.filter(Boolean).join(', ') || 'none by name'}`,
      );
    }
    if (!Number.isSafeInteger(extent) || extent < 0) {
      throw new ValueError(
        `dimension '${name}' is ${extent}; expected a whole number of 0 or more`,
      );
    }
  }
  return inputs.map((info) => ({
    ...info,
    shape:
      info.shape?.map((extent) =>
        typeof extent === 'string' && Object.hasOwn(dimensions, extent)
          ? dimensions[extent]
          : extent,
      ) ?? null,
  }));
}

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
  if (given instanceof Tensor || given.data.length === sizeOf(given.shape)) {
    return Value.given(given, type);
  }
  throw new ShapeError(
    `input '${name}' has ${given.data.length} values; its shape ${formatShape(given.shape)} holds ` +
      `${sizeOf(given.shape)}`,
  );
}
