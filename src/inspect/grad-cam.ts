/** Grad-CAM: where in a picture a network finds a class (Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", 2017). */

import { grad } from '../autodiff/grad.js';
import { compile } from '../compiler/compile.js';
import { ShapeError, ValueError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { Module } from '../nn/module.js';
import { tensor } from '../ops/creation.js';
import { mul, relu } from '../ops/elementwise.js';
import { mean, sum } from '../ops/reduction.js';
import {
  inEvaluation,
  type LayerOutput,
  layerAt,
  layerOutputs,
  runLayers,
} from './layer-outputs.js';
import { chosenClasses, logitsFor, oneHotRow } from './one-picture.js';

export interface GradCamOptions {
  /** Indices of classes. Default: the most likely one. */
  readonly classes?: readonly number[];
  /** The path of the layer whose maps are weighed. Default: `lastMaps`. */
  readonly layer?: string;
}

export interface GradCam {
  readonly layer: string;
  readonly classes: readonly number[];
  /** [classes, h, w], of the layer's height and width: zero or more, in units of the logit. */
  readonly maps: Tensor;
}

/**
 * Which places of a layer's maps speak for a class: ReLU(sum over k of a_k A_k), where A_k is the k-th map
 * of the layer and a_k the mean over the map of the gradient of the class's logit.
 *
 * `input` is one picture [1, C, H, W] as the network takes it. `interpolate` brings maps to the picture's
 * size. Throws ShapeError when the network is no classifier or the layer gives no maps, ValueError for a
 * class or layer that there is not.
 *
 *     const { maps } = gradCam(model, picture, { classes: [285] }); // 285: Egyptian cat
 */
export function gradCam(model: Module, input: Tensor, options: GradCamOptions = {}): GradCam {
  const logits = logitsFor('gradCam', model, input);
  const classes = chosenClasses('gradCam', options.classes, logits);
  const layer = options.layer ?? lastMaps(layerOutputs(model, input.shape));
  const run = compile((picture: Tensor, direction: Tensor) => {
    const { output, layers } = runLayers(model, picture);
    const maps = layerAt(layers, layer).output;
    if (maps.rank !== 4) {
      throw new ShapeError(
        `gradCam: layer "${layer}" gives ${formatShape(maps.shape)}; expected maps [1, F, h, w], as ` +
          'convolutions give them',
      );
    }
    const [gradient] = grad(output, [maps], { outputGradient: direction });
    const weights = mean(gradient, [2, 3], { keepDims: true });
    return relu(sum(mul(weights, maps), 1));
  });
  try {
    const parts = inEvaluation(model, () =>
      classes.map((index) => run(input, oneHotRow(index, logits.length))),
    );
    const [, height, width] = parts[0].shape;
    const values = parts.flatMap((part) => [...part.data()]);
    return { layer, classes, maps: tensor(values, [classes.length, height, width]) };
  } finally {
    run.dispose();
  }
}

/**
 * The path of the last layer of maps, which sees most of the picture and still knows where: behind the last
 * convolution whose maps have more than one place, the last layer whose maps are as large (its activation,
 * or the block that it ends).
 *
 * Throws ValueError when no layer gives maps of more than one place.
 */
export function lastMaps(layers: readonly LayerOutput[]): string {
  const withPlaces = layers.filter(({ shape }) => shape.length === 4 && shape[2] * shape[3] > 1);
  const last = withPlaces.findLast(({ layer }) => /conv/i.test(layer)) ?? withPlaces.at(-1);
  if (!last) {
    throw new ValueError('no layer gives maps [N, F, h, w] of more than one place; choose a layer');
  }
  const [, , height, width] = last.shape;
  return withPlaces.findLast(({ shape }) => shape[2] === height && shape[3] === width)!.path;
}
