/** Feature maps: what chosen layers of a network give for pictures. */

import { compile } from '../compiler/compile.js';
import type { Tensor } from '../graph/tensor.js';
import type { Module } from '../nn/module.js';
import { inEvaluation, layerAt, runLayers } from './layer-outputs.js';

/**
 * The outputs of the layers at `paths` for `input`, by path: [N, F, h, w] from a layer of maps.
 *
 * Computed in evaluation mode, in one program. Throws ValueError with the nearest path for a layer that
 * does not run; `layerOutputs` tells which do.
 *
 *     const maps = featureMaps(model, pictures, ['conv1', 'layer4.1']);
 *     maps.get('conv1')?.shape; // [N, 64, 112, 112]
 */
export function featureMaps(
  model: Module,
  input: Tensor,
  paths: readonly string[],
): Map<string, Tensor> {
  const run = compile((pictures: Tensor) => {
    const { layers } = runLayers(model, pictures);
    return paths.map((path) => layerAt(layers, path).output);
  });
  try {
    const outputs = inEvaluation(model, () => run(input));
    return new Map(paths.map((path, i) => [path, outputs[i]]));
  } finally {
    run.dispose();
  }
}
