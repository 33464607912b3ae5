/** ImageClassifier: what networks for pictures have in common: features and a classifier that can be taken apart. */

import type { Tensor } from '../graph/tensor.js';
import type { Linear } from '../nn/linear.js';
import { Module } from '../nn/module.js';
import { checkCount, checkOptionNames } from '../nn/options.js';

export interface ImageClassifierOptions {
  /** How many classes the network tells apart. Default: the network's own, 1000 or 10. */
  numClasses?: number;
}

/**
 * Pictures [N, C, H, W] -> logits [N, numClasses], in two parts: `classify(features.call(x))`.
 *
 *     const maps = model.features.call(x);
 *     const logits = model.classify(maps);
 */
export abstract class ImageClassifier extends Module {
  /** Pictures [N, C, H, W] -> maps of features [N, F, h, w]. */
  abstract readonly features: Module;
  /** The layers behind the maps that have parameters: [N, F] -> logits [N, numClasses]. */
  abstract readonly classifier: Module;
  /** The last layer, whose outputs are the classes. */
  abstract head: Linear;

  /** Maps of features [N, F, h, w] -> logits [N, numClasses]. */
  abstract classify(maps: Tensor): Tensor;
}

/**
 * The options with what is left out taken from `usual`; throws ValueError for an unknown option or a number
 * of classes that is none.
 */
export function withUsual<Options extends Required<ImageClassifierOptions>>(
  owner: string,
  options: Partial<Options>,
  usual: Options,
): Options {
  checkOptionNames(owner, options, Object.keys(usual));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const complete = { ...usual, ...Object.fromEntries(given) };
  checkCount(owner, 'numClasses', complete.numClasses);
  return complete;
}
