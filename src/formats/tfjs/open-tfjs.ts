/** Opens TensorFlow.js layers models: model.json and the files of weights beside it. */

import { type ByteSource, openFile } from '../byte-source.js';
import { FormatError } from '../format-error.js';
import { besides, checkLocation } from '../onnx/external-data.js';
import { buildLayers } from './build-layers.js';
import { readModelJson } from './model-json.js';
import { TfjsModel } from './tfjs-model.js';
import { readTopology } from './topology.js';
import { type OpenWeights, openManifest } from './weights-manifest.js';

export interface OpenTfjsOptions {
  /**
   * Opens a file of weights by its path in the manifest, relative to model.json. Default: the files beside a
   * model that is given by its path; without a path none.
   */
  openWeights?: OpenWeights;
}

/**
 * The model in model.json at a path (Node) or in a source of bytes, as a module that runs, can be
 * differentiated and trained further. Pictures are [N, C, H, W] here.
 *
 * Weights are read from the model's folder and from nowhere else; quantised ones become float32.
 *
 * @throws {FormatError} when a file is missing or damaged, or when the model has layers that are not read,
 * such as `Lambda`, which it names.
 * @example
 * const model = await openTfjs('mobilenet/model.json');
 * const probabilities = model.call(pictures); // [N, 3, 224, 224] -> [N, 1000]
 */
export async function openTfjs(
  from: string | ByteSource,
  { openWeights }: OpenTfjsOptions = {},
): Promise<TfjsModel> {
  const source = typeof from === 'string' ? await openFile(from) : from;
  try {
    const json = await readModelJson(source);
    const { fileName } = json;
    const topology = readTopology(fileName, json.topology);
    const elsewhere = typeof from === 'string' ? besides(from) : noFiles(fileName);
    const weights = await openManifest(json, async (path) => {
      if (!openWeights) return elsewhere(path);
      checkLocation(fileName, path);
      return openWeights(path);
    });
    try {
      return new TfjsModel(fileName, topology, await buildLayers(fileName, topology, weights));
    } finally {
      await weights.close();
    }
  } finally {
    if (typeof from === 'string') await source.close();
  }
}

const noFiles =
  (fileName: string): OpenWeights =>
  (path) => {
    throw new FormatError(fileName, {
      happened: `weights are in another file, ${JSON.stringify(path)}`,
      expected: 'a way to open it',
      mend: 'give the model by its path, or say with `openWeights` how to open that file',
    });
  };
