/** Writes a network or a function of tensors as an ONNX model. */

import type { TensorTree } from '../../../compiler/tensor-tree.js';
import type { DType } from '../../../graph/dtype.js';
import { ValueError } from '../../../graph/errors.js';
import { checkShape } from '../../../graph/shape.js';
import { Tensor } from '../../../graph/tensor.js';
import { type Trace, trace } from '../../../graph/trace.js';
import type { Variable } from '../../../graph/variable.js';
import { type AnyModule, Module } from '../../../nn/module.js';
import { Constants } from './constants.js';
import type { GraphToWrite } from './graph.js';
import { GraphBuilder } from './graph-builder.js';
import { Lowering } from './lowering.js';
import { mergeSizes } from './merge-sizes.js';
import { namedLeaves } from './named-leaves.js';
import { defaultOpset, irVersionOf } from './operator-sets.js';

/** Extents; the first may be a name, such as 'batch', and is left open then. */
export type OpenShape = readonly (number | string)[];

export interface OnnxInput {
  /** Default: 'input', or with several of them 'input_0' and so on. */
  readonly name?: string;
  readonly shape: OpenShape;
  /** Default: 'float32'. */
  readonly dtype?: DType;
}

export interface OnnxExportOptions {
  /** What the model takes, in order: shapes alone, or with names and dtypes. */
  inputs: readonly (OpenShape | OnnxInput)[];
  /** Names of the outputs, in order. Default: their keys in what the model returns; 'output' for a single tensor. */
  outputs?: readonly string[];
  /** The version of ONNX's operators, 13 to 23. Default: 17. */
  opset?: number;
  /** The graph's name. Default: the class of the model. */
  name?: string;
  /** What else the file is to say, under names of your choice. Default: nothing. */
  metadata?: Readonly<Record<string, string>>;
  /** The module whose parameter names a function's variables get. Default: none. */
  parametersOf?: AnyModule;
}

/** A network, or a function of tensors that calls some. */
export type Exportable =
  | Module<Tensor[], TensorTree>
  | AnyModule
  | ((...inputs: Tensor[]) => TensorTree);

/** The sizes that stand for an open extent; 1 would hide where it is repeated. */
const sampleSizes = [2, 3] as const;

/** The graph of `model`, in evaluation mode, ready to be encoded; throws as `exportOnnx` does. */
export function graphOf(model: Exportable, options: OnnxExportOptions): GraphToWrite {
  irVersionOf(options.opset ?? defaultOpset);
  const inputs = options.inputs.map((input, i, { length }): Required<OnnxInput> => {
    const given: OnnxInput = isShape(input) ? { shape: input } : input;
    return { name: length === 1 ? 'input' : `input_${i}`, dtype: 'float32', ...given };
  });
  const names = [...inputs.map(({ name }) => name), ...(options.outputs ?? [])];
  const twice = names.find((name, i) => name === '' || names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new ValueError(`exportOnnx: the name '${twice}' is there twice or empty; give another`);
  }
  const open = openExtent(inputs);
  const build = (size: number) => traced(model, { ...options, inputs, size });
  return inEvaluation(moduleOf(model, options), () => {
    if (open === undefined) return build(0);
    const [first, second] = sampleSizes.map(build);
    return mergeSizes(first, second, { name: open, sizes: sampleSizes });
  });
}

/** The name of the open extent, if there is one; throws ValueError for those that cannot be open. */
function openExtent(inputs: readonly Required<OnnxInput>[]): string | undefined {
  for (const { name, shape } of inputs) {
    const dim = shape.findIndex((extent, at) => at > 0 && isOpen(extent));
    if (dim < 0) continue;
    throw new ValueError(
      `exportOnnx: extent ${dim} of '${name}' is open ('${shape[dim]}'); only the first one, the batch, ` +
        `may be, because windows and padding depend on the others; give a number`,
    );
  }
  const names = new Set(inputs.flatMap(({ shape }) => shape.filter(isOpen)));
  if (names.size <= 1) return [...names][0];
  throw new ValueError(
    `exportOnnx: the batches of the inputs are called '${[...names].join("', '")}'; all of them are of one ` +
      `size, so give them one name, or numbers`,
  );
}

const isShape = (input: OpenShape | OnnxInput): input is OpenShape => Array.isArray(input);
const isOpen = (extent: number | string): extent is string => typeof extent === 'string';

const moduleOf = (model: Exportable, { parametersOf }: OnnxExportOptions): AnyModule | undefined =>
  model instanceof Module ? (model as AnyModule) : parametersOf;

/** Runs `build` with every layer in evaluation mode, and puts each back into its own. */
function inEvaluation<Result>(module: AnyModule | undefined, build: () => Result): Result {
  const modes = module?.namedModules().map(([, part]) => [part, part.training] as const) ?? [];
  module?.eval();
  try {
    return build();
  } finally {
    for (const [part, training] of modes) part.train(training);
  }
}

interface Traced extends OnnxExportOptions {
  readonly inputs: readonly Required<OnnxInput>[];
  /** In place of the open extent. */
  readonly size: number;
}

function traced(model: Exportable, options: Traced): GraphToWrite {
  const { inputs, size, opset = defaultOpset } = options;
  const tensors = inputs.map(({ shape, dtype }) => {
    const extents = shape.map((extent) => (isOpen(extent) ? size : extent));
    checkShape(extents, 'exportOnnx');
    return new Tensor(extents, dtype, { kind: 'input' });
  });
  const run = trace(() =>
    model instanceof Module
      ? (model as Module<Tensor[], TensorTree>).call(...tensors)
      : (model as (...inputs: Tensor[]) => TensorTree)(...tensors),
  );
  const module = moduleOf(model, options);
  const names = new Map(
    [...(module?.namedParameters() ?? []), ...(module?.namedBuffers() ?? [])].map(
      ([path, variable]): [Variable, string] => [variable, path],
    ),
  );
  const outputs = namedLeaves(run.result, options.outputs);
  const graph = new GraphBuilder(opset);
  for (const [name] of outputs) graph.reserve(name);
  const lowering = new Lowering(graph, new Constants(graph, names));
  inputs.forEach(({ name }, i) => {
    lowering.give(tensors[i], graph.input(name, tensors[i]));
  });
  const written = outputs.map(([name, tensor]) => [name, tensor, lowering.write(tensor)] as const);
  checkAssignments(run.trace, names);
  graph.scope = '';
  for (const [name, tensor, ref] of written) graph.output(name, ref, tensor);
  const name = options.name ?? (module ? module.constructor.name : 'model');
  return graph.finish(name, options.metadata ?? {});
}

/** Throws ValueError when a run changes a variable. */
function checkAssignments({ assignments }: Trace, names: ReadonlyMap<Variable, string>): void {
  const [assigned] = assignments.keys();
  if (!assigned) return;
  const path = names.get(assigned as Variable);
  throw new ValueError(
    `exportOnnx: running it changes ${path ? `'${path}'` : `a variable (${assigned})`}, which an ONNX ` +
      `model cannot; call eval() on the layer, or leave out what updates it (maxNorm of Embedding)`,
  );
}
