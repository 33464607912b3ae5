/** The loss of a classifier, with that of auxiliary heads where the network has some. */

import type { Tensor } from '../graph/tensor.js';
import { crossEntropy, type Module } from '../nn/index.js';
import { add, mul } from '../ops/index.js';

export interface LogitsWithAuxiliary {
  readonly logits: Tensor;
  /** Those of further heads on inner layers; none outside training. */
  readonly auxiliary: readonly Tensor[];
}

/** A network with further heads on inner layers, which help it learn and are not asked otherwise. */
export interface AuxiliaryHeads {
  /** The part of each auxiliary head's loss in the whole. */
  readonly auxiliaryWeight: number;
  /** Pictures [N, C, H, W] -> logits [N, numClasses] of all heads. */
  callWithAuxiliary(x: Tensor): LogitsWithAuxiliary;
}

/** Whether a network has such heads. */
export const hasAuxiliaryHeads = (model: Module): model is Module & AuxiliaryHeads =>
  'callWithAuxiliary' in model;

/**
 * The mean cross entropy of pictures [N, C, H, W] and int32 labels [N], plus a part of that of each
 * auxiliary head (Szegedy et al. 2014).
 *
 *     const { logits, loss } = classifierLoss(model, { images, labels });
 */
export function classifierLoss(
  model: Module,
  { images, labels }: { images: Tensor; labels: Tensor },
): { logits: Tensor; loss: Tensor } {
  if (!hasAuxiliaryHeads(model)) {
    const logits = model.call(images);
    return { logits, loss: crossEntropy(logits, labels) };
  }
  const { logits, auxiliary } = model.callWithAuxiliary(images);
  const loss = auxiliary
    .map((head) => mul(crossEntropy(head, labels), model.auxiliaryWeight))
    .reduce(add, crossEntropy(logits, labels));
  return { logits, loss };
}
