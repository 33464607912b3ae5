/** StackedClassifier: convolutions, a fixed number of means, and fully connected layers: the form of AlexNet and VGG. */

import type { Tensor } from '../graph/tensor.js';
import type { AdaptiveAvgPool2d } from '../nn/adaptive-pooling.js';
import { Linear } from '../nn/linear.js';
import { Sequential } from '../nn/sequential.js';
import { flatten } from '../ops/dims.js';
import { ImageClassifier } from './image-classifier.js';
import { requireSize } from './picture-size.js';

/** Pictures [N, C, H, W] -> logits [N, numClasses], through `features`, `avgpool` and `classifier`. */
export abstract class StackedClassifier extends ImageClassifier {
  abstract override readonly features: Sequential;
  /** Makes maps of any size those of the size that the classifier wants. */
  abstract readonly avgpool: AdaptiveAvgPool2d;
  abstract override classifier: Sequential;
  /** The fewest rows and columns of a picture. */
  protected abstract readonly smallest: number;

  classify(maps: Tensor): Tensor {
    return this.classifier.call(flatten(this.avgpool.call(maps), { startDim: 1 }));
  }

  forward(x: Tensor): Tensor {
    requireSize(x, { smallest: this.smallest });
    return this.classify(this.features.call(x));
  }

  replaceHead(numClasses: number): Linear {
    const { layers } = this.classifier;
    const head = new Linear((layers.at(-1) as Linear).inFeatures, numClasses);
    this.classifier = new Sequential(...layers.slice(0, -1), head);
    return head;
  }
}
