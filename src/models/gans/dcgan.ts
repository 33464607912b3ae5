/** DCGAN: strided convolutions in place of pooling, Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks" (2016). */

import type { Tensor } from '../../graph/tensor.js';
import { LeakyRelu, Relu, Tanh } from '../../nn/activations.js';
import { BatchNorm2d } from '../../nn/batch-norm.js';
import { Conv2d } from '../../nn/conv-2d.js';
import { ConvTranspose2d } from '../../nn/conv-transpose-2d.js';
import { Embedding } from '../../nn/embedding.js';
import { normal } from '../../nn/init.js';
import type { Module } from '../../nn/module.js';
import { Sequential } from '../../nn/sequential.js';
import { concatenate } from '../../ops/concatenate.js';
import { add, mul } from '../../ops/elementwise.js';
import { mean, sum } from '../../ops/reduction.js';
import { expand, reshape } from '../../ops/view.js';
import {
  type GanOptions,
  ganSizes,
  PictureDiscriminator,
  PictureGenerator,
} from './game-players.js';
import { pyramidOf } from './pyramid.js';

const WIDTH = 64;
const doubling = { kernelSize: 4, stride: 2, padding: 1, bias: false } as const;
const leaky = { negativeSlope: 0.2 } as const;

/**
 * Noise [N, latent] -> pictures [N, C, H, W]: a small map of many features, doubled until it is a picture. Each
 * map has half as many features as the one before, the last one `width`, 64 by default.
 *
 *     const generator = new DcganGenerator({ inputShape: [3, 64, 64] });
 */
export class DcganGenerator extends PictureGenerator {
  readonly layers: Sequential;

  constructor(options: GanOptions = {}) {
    super(ganSizes('DcganGenerator', options, WIDTH));
    const { inputShape, latent, numClasses, width } = this.sizes;
    const [channels, ...extents] = inputShape;
    const { base, halvings } = pyramidOf('DcganGenerator', ...extents);
    let features = width * 2 ** (halvings - 1);
    const layers: Module[] = [
      new ConvTranspose2d(latent + (numClasses ?? 0), features, { kernelSize: base, bias: false }),
      ...[new BatchNorm2d(features), new Relu()],
    ];
    for (; features > width; features /= 2) {
      layers.push(new ConvTranspose2d(features, features / 2, doubling));
      layers.push(new BatchNorm2d(features / 2), new Relu());
    }
    layers.push(new ConvTranspose2d(width, channels, doubling), new Tanh());
    this.layers = new Sequential(...layers);
    initialise(this);
  }

  generate(noise: Tensor, labels: Tensor | undefined): Tensor {
    const told = this.condition(labels);
    const seen = told ? concatenate([noise, told], 1) : noise;
    return this.layers.call(reshape(seen, [...seen.shape, 1, 1]));
  }
}

export interface DcganDiscriminatorOptions extends GanOptions {
  /**
   * How it is told of classes: 'concatenate' puts the label beside its last features (Reed et al. 2016),
   * 'project' adds their product with a vector of the class (Miyato and Koyama 2018). Default: 'concatenate'.
   */
  conditioning?: 'concatenate' | 'project';
  /** Normalise over the batch; gradient penalties want false. Default: true. */
  batchNorm?: boolean;
}

/** Pictures [N, C, H, W] -> answers [N, 1]: halved until one kernel covers the map; features double. */
export class DcganDiscriminator extends PictureDiscriminator {
  readonly features: Sequential;
  /** Mixes the last features with the label. */
  readonly mix: Sequential | null;
  /** A vector for each class. */
  readonly embedding: Embedding | null;
  readonly output: Conv2d;

  constructor(options: DcganDiscriminatorOptions = {}) {
    const { conditioning = 'concatenate', batchNorm = true, ...sizes } = options;
    super(ganSizes('DcganDiscriminator', sizes, WIDTH));
    const { inputShape, numClasses, width } = this.sizes;
    const [channels, ...extents] = inputShape;
    const { base, halvings } = pyramidOf('DcganDiscriminator', ...extents);
    const layers: Module[] = [new Conv2d(channels, width, doubling), new LeakyRelu(leaky)];
    let features = width;
    for (let i = 1; i < halvings; i++, features *= 2) {
      layers.push(new Conv2d(features, 2 * features, doubling));
      if (batchNorm) layers.push(new BatchNorm2d(2 * features));
      layers.push(new LeakyRelu(leaky));
    }
    this.features = new Sequential(...layers);
    const isMixed = numClasses !== null && conditioning === 'concatenate';
    this.mix = isMixed
      ? new Sequential(
          new Conv2d(features + numClasses, features, { kernelSize: 1, bias: false }),
          ...(batchNorm ? [new BatchNorm2d(features)] : []),
          new LeakyRelu(leaky),
        )
      : null;
    const isProjected = numClasses !== null && conditioning === 'project';
    this.embedding = isProjected ? new Embedding(numClasses, features) : null;
    this.output = new Conv2d(features, 1, { kernelSize: base, bias: false });
    initialise(this);
  }

  judge(pictures: Tensor, labels: Tensor | undefined): Tensor {
    let maps = this.features.call(pictures);
    const [count, , height, width] = maps.shape;
    if (this.mix) {
      const told = this.condition(labels)!;
      const planes = expand(reshape(told, [...told.shape, 1, 1]), [...told.shape, height, width]);
      maps = this.mix.call(concatenate([maps, planes], 1));
    }
    const answers = reshape(this.output.call(maps), [count, 1]);
    if (!this.embedding) return answers;
    const vectors = this.embedding.call(this.labelsFor(labels)!);
    return add(answers, sum(mul(mean(maps, [2, 3]), vectors), [1], { keepDims: true }));
  }
}

/** As in the paper: weights of standard deviation 0.02. */
function initialise(player: PictureGenerator | PictureDiscriminator): void {
  for (const [, layer] of player.namedModules()) {
    if (layer instanceof Conv2d || layer instanceof ConvTranspose2d) {
      normal(layer.weight, { std: 0.02 });
    } else if (layer instanceof BatchNorm2d) normal(layer.weight!, { mean: 1, std: 0.02 });
  }
}
