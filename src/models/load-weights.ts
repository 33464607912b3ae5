/** Fills a model with the weights of a file, whoever wrote it, and writes a model's weights. */

import { writeSafetensors } from '../formats/safetensors.js';
import type { TensorSource } from '../formats/tensor-source.js';
import { stateToWrite } from '../formats/tensor-to-write.js';
import { allocate, type TypedArray } from '../graph/dtype.js';
import type { Variable } from '../graph/variable.js';
import type { AnyModule, LoadedState } from '../nn/index.js';
import { checkState } from '../nn/state-dict.js';
import { nameFromCaffe, stateFromCaffe } from './googlenet-caffe.js';

export interface LoadWeightsOptions {
  /** Throw when a tensor is missing or unexpected. Default: true. */
  readonly strict?: boolean;
  /**
   * What stands in front of the names in the file, such as `ema.module.`; tensors without it are passed over.
   * Default: that with which most names of the model are found.
   */
  readonly prefix?: string;
}

/**
 * Fills `model` with the weights of a file (safetensors, PyTorch, `.npz`) or of an open source, tensor by tensor,
 * so that no more than the model's own memory and one tensor is needed.
 *
 * Names may stand behind a prefix: `module.` of a model that was trained on several devices, or `state_dict.` of a
 * checkpoint that holds more. The names of Caffe's GoogLeNet are known as well. Names and shapes are checked before
 * anything is changed; where a tensor then turns out to be damaged, those before it have been loaded.
 *
 * @throws {ValueError} when a shape differs or, unless `strict` is false, a name is missing or unexpected.
 * @throws {FormatError} when the file is damaged or of another format.
 * @example
 * const model = createModel('resnet18');
 * await loadWeights(model, 'resnet18-f37072fd.pth');
 */
export async function loadWeights(
  model: AnyModule,
  weights: string | TensorSource,
  { strict = true, prefix }: LoadWeightsOptions = {},
): Promise<LoadedState> {
  const source = typeof weights === 'string' ? await openFileOf(weights) : weights;
  try {
    const variables = model.namedState();
    const given = renamed(source, variables, prefix);
    const loaded = checkState(
      variables,
      new Map([...given].map(([name, inFile]) => [name, source.entries.get(inFile)!])),
      {
        owner: model.constructor.name,
        method: 'loadWeights',
        what: typeof weights === 'string' ? weights : 'this file',
        strict,
      },
    );
    for (const [name, inFile] of given) {
      const variable = variables.get(name);
      if (variable) fill(variable, (await readTensor(source, inFile)).data);
    }
    return loaded;
  } finally {
    if (typeof weights === 'string') await source.close();
  }
}

/**
 * Writes the weights of `model` (parameters and buffers) into one file, tensor by tensor: NumPy's `.npz` when `path`
 * ends in that, else safetensors. The file appears whole or not at all (Node).
 *
 * @throws {WriteError} when the disk is full or the folder cannot be written.
 * @example
 * await saveWeights(model, 'resnet18.safetensors', { metadata: { trained: 'on my own pictures' } });
 */
export async function saveWeights(
  model: AnyModule,
  path: string,
  { metadata }: { readonly metadata?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const tensors = stateToWrite(model);
  if (!path.endsWith('.npz')) return writeSafetensors(path, tensors, metadata);
  const { writeNpz } = await import('../formats/npz.js');
  await writeNpz(path, tensors);
}

// NOTE: what unpacks archives comes from a package that a page without a bundler cannot import; it is
// imported when a file is read or written.
async function openFileOf(path: string): Promise<TensorSource> {
  const { openWeights } = await import('../formats/weights-file.js');
  return openWeights(path);
}

/** The model's names, and under which each tensor is found in the file. */
function renamed(
  source: TensorSource,
  variables: ReadonlyMap<string, Variable>,
  prefix: string | undefined,
): Map<string, string> {
  const names = [...source.entries.keys()];
  if (isCaffes(source) && variables.has(nameFromCaffe(caffesFirst))) {
    return new Map(names.map((name) => [nameFromCaffe(name), name]));
  }
  const start = prefix ?? likelyPrefix(names, variables);
  return new Map(
    names.filter((name) => name.startsWith(start)).map((name) => [name.slice(start.length), name]),
  );
}

const caffesFirst = 'conv1/7x7_s2.weight';
const isCaffes = ({ entries }: TensorSource): boolean => entries.has(caffesFirst);

/** What stands in front of most of the model's names; of equals the shortest, and then the first in the file. */
function likelyPrefix(names: readonly string[], variables: ReadonlyMap<string, Variable>): string {
  const found = new Map<string, number>();
  for (const name of names) {
    for (let at = 0; ; ) {
      if (variables.has(name.slice(at))) {
        const prefix = name.slice(0, at);
        found.set(prefix, (found.get(prefix) ?? 0) + 1);
      }
      const dot = name.indexOf('.', at);
      if (dot < 0) break;
      at = dot + 1;
    }
  }
  const [best] = [...found].sort(([a, n], [b, m]) => m - n || a.length - b.length);
  return best?.[0] ?? '';
}

async function readTensor(source: TensorSource, name: string) {
  const tensor = await source.read(name);
  return isCaffes(source) ? Object.values(stateFromCaffe({ [name]: tensor }))[0] : tensor;
}

/** Writes a tensor that nobody else holds: where it can stay in the memory that it was read into, it does. */
function fill(variable: Variable, data: TypedArray): void {
  const isOwnKind = allocate(variable.dtype, 0).constructor === data.constructor;
  if (isOwnKind) variable.setLazily(() => data);
  else variable.set(data);
}
