/** ImageClassifier: what networks for pictures have in common: features and a classifier that can be taken apart. */

import type { Tensor } from '../graph/tensor.js';
import { freeze, unfreeze } from '../nn/freezing.js';
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
  /** Maps of features [N, F, h, w] -> logits [N, numClasses]. */
  abstract classify(maps: Tensor): Tensor;

  /** Puts a new last layer, for other classes, in the place of the old one; in auxiliary heads as well. */
  abstract replaceHead(numClasses: number): Module;
}

export interface FineTuningOptions {
  /** How many classes the network is to tell apart from now on. */
  numClasses: number;
  /** What learns: the new last layer, all of the classifier, or everything. Default: 'head'. */
  train?: 'head' | 'classifier' | 'all';
}

/**
 * Gives a trained network a new last layer for other classes, and freezes what is not to learn: optimisers
 * pass it over, and no gradient is computed for it.
 *
 * Throws ValueError for an unknown or wrong option. NOTE: in training mode frozen batch normalisation still
 * takes its statistics from the batch; `model.features.eval()` makes it use its own.
 *
 *     prepareFineTuning(model, { numClasses: 5 });
 *     const optimizer = new Adam(trainableParameters(model));
 */
export function prepareFineTuning(model: ImageClassifier, options: FineTuningOptions): void {
  const owner = 'prepareFineTuning';
  checkOptionNames(owner, options, ['numClasses', 'train']);
  const { numClasses, train = 'head' } = options;
  checkCount(owner, 'numClasses', numClasses);
  checkOptionNames(`${owner}: train`, { [train]: true }, ['head', 'classifier', 'all']);
  const head = model.replaceHead(numClasses);
  freeze(model);
  unfreeze({ head, classifier: model.classifier, all: model }[train]);
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
