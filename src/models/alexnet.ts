/** AlexNet: the network of 2012 in two groups, and the one of 2014 in one column that torchvision has. */

import { Relu } from '../nn/activations.js';
import { AdaptiveAvgPool2d } from '../nn/adaptive-pooling.js';
import { Conv2d } from '../nn/conv-2d.js';
import { Dropout } from '../nn/dropout.js';
import { constant, normal } from '../nn/init.js';
import { Linear } from '../nn/linear.js';
import { LocalResponseNorm } from '../nn/local-response-norm.js';
import { MaxPool2d } from '../nn/pooling.js';
import { Sequential } from '../nn/sequential.js';
import { type ImageClassifierOptions, withUsual } from './image-classifier.js';
import { StackedClassifier } from './stacked-classifier.js';

/** Windows of 3 in steps of 2 overlap, which "reduces the top-1 error by 0.4 %". */
const overlappingPool = () => new MaxPool2d({ kernelSize: 3, stride: 2 });

const fullyConnected = ({ numClasses }: { numClasses: number }) =>
  new Sequential(
    new Dropout(0.5),
    new Linear(256 * 6 * 6, 4096),
    new Relu(),
    new Dropout(0.5),
    new Linear(4096, 4096),
    new Relu(),
    new Linear(4096, numClasses),
  );

/**
 * AlexNet as in torchvision (Krizhevsky, "One weird trick for parallelizing convolutional neural networks",
 * 2014): pictures [N, 3, H, W] of 63x63 or more, 224x224 in the paper -> logits [N, numClasses], 1000 by default.
 *
 * Throws ValueError for an unknown or wrong option.
 *
 *     const model = new AlexNet();
 *     const maps = model.features.call(x); // [N, 256, 6, 6] for 224x224
 */
export class AlexNet extends StackedClassifier {
  readonly features = new Sequential(
    new Conv2d(3, 64, { kernelSize: 11, stride: 4, padding: 2 }),
    new Relu(),
    overlappingPool(),
    new Conv2d(64, 192, { kernelSize: 5, padding: 2 }),
    new Relu(),
    overlappingPool(),
    new Conv2d(192, 384, { kernelSize: 3, padding: 1 }),
    new Relu(),
    new Conv2d(384, 256, { kernelSize: 3, padding: 1 }),
    new Relu(),
    new Conv2d(256, 256, { kernelSize: 3, padding: 1 }),
    new Relu(),
    overlappingPool(),
  );
  readonly avgpool = new AdaptiveAvgPool2d(6);
  protected readonly smallest = 63;
  classifier: Sequential;

  constructor(options: ImageClassifierOptions = {}) {
    super();
    this.classifier = fullyConnected(withUsual('AlexNet', options, { numClasses: 1000 }));
  }

  override describe(): string {
    return 'AlexNet';
  }
}

/**
 * AlexNet as it won in 2012 (Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional
 * Neural Networks"): half of the maps on each of two devices, which see each other in the third convolution
 * only, and local response normalisation. Pictures [N, 3, H, W] of 63x63 or more, 224x224 in the paper ->
 * logits [N, numClasses], 1000 by default; 61.0 million parameters.
 *
 * Throws ValueError for an unknown or wrong option.
 *
 *     const logits = new AlexNet2012().call(x);
 */
export class AlexNet2012 extends StackedClassifier {
  readonly features = new Sequential(
    new Conv2d(3, 96, { kernelSize: 11, stride: 4, padding: 2 }),
    new Relu(),
    responseNorm(),
    overlappingPool(),
    new Conv2d(96, 256, { kernelSize: 5, padding: 2, groups: 2 }),
    new Relu(),
    responseNorm(),
    overlappingPool(),
    new Conv2d(256, 384, { kernelSize: 3, padding: 1 }),
    new Relu(),
    new Conv2d(384, 384, { kernelSize: 3, padding: 1, groups: 2 }),
    new Relu(),
    new Conv2d(384, 256, { kernelSize: 3, padding: 1, groups: 2 }),
    new Relu(),
    overlappingPool(),
  );
  readonly avgpool = new AdaptiveAvgPool2d(6);
  protected readonly smallest = 63;
  classifier: Sequential;

  constructor(options: ImageClassifierOptions = {}) {
    super();
    this.classifier = fullyConnected(withUsual('AlexNet2012', options, { numClasses: 1000 }));
    this.#initialise();
  }

  /** The paper's section 5: biases of 1 give rectifiers positive inputs at first. */
  #initialise(): void {
    const [conv1, conv2, conv3, conv4, conv5, fc1, fc2, fc3] = this.namedModules()
      .map(([, layer]) => layer)
      .filter((layer) => layer instanceof Conv2d || layer instanceof Linear);
    for (const { weight } of [conv1, conv2, conv3, conv4, conv5, fc1, fc2, fc3]) {
      normal(weight, { std: 0.01 });
    }
    for (const { bias } of [conv2, conv4, conv5, fc1, fc2]) constant(bias!, 1);
    for (const { bias } of [conv1, conv3, fc3]) constant(bias!, 0);
  }

  override describe(): string {
    return 'AlexNet2012';
  }
}

/** The paper multiplies the sum of five squares by 1e-4, `LocalResponseNorm` multiplies their mean. */
function responseNorm(): LocalResponseNorm {
  return new LocalResponseNorm(5, { k: 2, alpha: 5e-4, beta: 0.75 });
}
