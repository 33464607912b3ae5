/** A model by name with the weights of a file, whose tensors tell how many classes and which heads it has. */

import { openWeights } from '../formats/index.js';
import { createModel, type ImageClassifier, loadWeights } from '../models/index.js';

/** The model, and the name of the variant that the weights are for. */
export async function openModelWithWeights(
  name: string,
  path: string,
): Promise<{ name: string; model: ImageClassifier }> {
  const source = await openWeights(path);
  try {
    const variant = variantOf(name, source.entries);
    const model = createModel(variant.name, variant.options);
    await loadWeights(model, source);
    return { name: variant.name, model };
  } finally {
    await source.close();
  }
}

interface Shaped {
  readonly shape: readonly number[];
}

interface Variant {
  readonly name: string;
  readonly options: { readonly numClasses?: number; readonly auxiliary?: boolean };
}

/** How a network is built so that tensors of these names and shapes fit. */
export function variantOf(asked: string, entries: ReadonlyMap<string, Shaped>): Variant {
  const names = [...entries.keys()];
  const isCaffe = asked.startsWith('googlenet') && names.some((name) => name.startsWith('conv1/'));
  // torchvision's GoogLeNet has batch normalisation; Caffe's weights are those of the paper's network.
  const name = isCaffe ? 'googlenet_2014' : asked;
  const head = isCaffe ? 'loss3/classifier.bias' : lastParameter(name);
  const found = names.find((entry) => entry === head || entry.endsWith(`.${head}`));
  const shape = found === undefined ? [] : (entries.get(found)?.shape ?? []);
  const numClasses = shape.length === 1 && shape[0] > 0 ? { numClasses: shape[0] } : {};
  if (!/^googlenet|^inception/.test(name)) return { name, options: numClasses };
  const auxiliary = names.some((entry) => /(^|\.)(aux\d|AuxLogits)\.|^loss[12]\//.test(entry));
  return { name, options: { ...numClasses, auxiliary } };
}

/** Networks end with the bias of the layer that tells classes apart. */
const lastParameter = (name: string): string => createModel(name).namedParameters().at(-1)![0];
