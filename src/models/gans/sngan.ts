/** SNGAN: residual players, the discriminator spectrally normalised, Miyato et al., "Spectral Normalization for Generative Adversarial Networks" (2018), with the projection of Miyato and Koyama (2018). */

import type { Tensor } from '../../graph/tensor.js';
import { Conv2d } from '../../nn/conv-2d.js';
import { Embedding } from '../../nn/embedding.js';
import { xavierUniform } from '../../nn/init.js';
import { Linear } from '../../nn/linear.js';
import { type AnyModule, Module } from '../../nn/module.js';
import { spectralNorm } from '../../nn/spectral-norm.js';
import { add, mul, relu, tanh } from '../../ops/elementwise.js';
import { interpolate } from '../../ops/interpolate.js';
import { avgPool2d } from '../../ops/pooling.js';
import { sum } from '../../ops/reduction.js';
import { reshape } from '../../ops/view.js';
import { ConditionalBatchNorm2d } from './conditional-batch-norm.js';
import {
  type GanOptions,
  ganSizes,
  PictureDiscriminator,
  PictureGenerator,
} from './game-players.js';
import { pyramidOf } from './pyramid.js';

const WIDTH = 64;
/** Maps of the discriminator are halved down to this size. */
const SMALLEST = 8;
const three = { kernelSize: 3, padding: 1 } as const;
const one = { kernelSize: 1 } as const;

const doubled = (maps: Tensor): Tensor => interpolate(maps, { scaleFactor: 2 });
const halved = (maps: Tensor): Tensor => avgPool2d(maps, { kernelSize: 2 });

/** Maps [N, F, H, W] -> [N, F, 2H, 2W]. */
class Doubling extends Module<[Tensor, Tensor | null]> {
  readonly norm1: ConditionalBatchNorm2d;
  readonly conv1: Conv2d;
  readonly norm2: ConditionalBatchNorm2d;
  readonly conv2: Conv2d;
  readonly shortcut: Conv2d;

  constructor(features: number, numClasses: number | null) {
    super();
    this.norm1 = new ConditionalBatchNorm2d(features, numClasses);
    this.conv1 = new Conv2d(features, features, three);
    this.norm2 = new ConditionalBatchNorm2d(features, numClasses);
    this.conv2 = new Conv2d(features, features, three);
    this.shortcut = new Conv2d(features, features, one);
  }

  forward(maps: Tensor, labels: Tensor | null): Tensor {
    const larger = this.conv1.call(doubled(relu(this.norm1.call(maps, labels))));
    const refined = this.conv2.call(relu(this.norm2.call(larger, labels)));
    return add(refined, doubled(this.shortcut.call(maps)));
  }
}

/**
 * Noise [N, latent] -> pictures [N, C, H, W]: residual blocks of `width` features, 64 by default (256 in the
 * paper), each of which doubles the map.
 *
 *     const generator = new SnganGenerator({ inputShape: [3, 32, 32], width: 256 });
 */
export class SnganGenerator extends PictureGenerator {
  readonly linear: Linear;
  readonly blocks: readonly Doubling[];
  readonly norm: ConditionalBatchNorm2d;
  readonly output: Conv2d;
  readonly #start: readonly [number, number, number];

  constructor(options: GanOptions = {}) {
    super(ganSizes('SnganGenerator', options, WIDTH));
    const { inputShape, latent, numClasses, width } = this.sizes;
    const [channels, ...extents] = inputShape;
    const { base, halvings } = pyramidOf('SnganGenerator', ...extents);
    this.#start = [width, ...base];
    this.linear = new Linear(latent, width * base[0] * base[1]);
    this.blocks = Array.from({ length: halvings }, () => new Doubling(width, numClasses));
    this.norm = new ConditionalBatchNorm2d(width, null);
    this.output = new Conv2d(width, channels, three);
    initialise(this);
  }

  generate(noise: Tensor, labels: Tensor | undefined): Tensor {
    const classes = this.labelsFor(labels);
    let maps = reshape(this.linear.call(noise), [noise.shape[0], ...this.#start]);
    for (const block of this.blocks) maps = block.call(maps, classes);
    return tanh(this.output.call(relu(this.norm.call(maps, null))));
  }
}

/** Maps [N, I, H, W] -> [N, O, H, W], or half as large. The first block of a network takes pictures as they are. */
class Judging extends Module {
  readonly conv1: Conv2d;
  readonly conv2: Conv2d;
  readonly shortcut: Conv2d | null;
  readonly #halves: boolean;
  readonly #isFirst: boolean;

  constructor(inputs: number, features: number, place: { halves: boolean; isFirst: boolean }) {
    super();
    this.#halves = place.halves;
    this.#isFirst = place.isFirst;
    this.conv1 = new Conv2d(inputs, features, three);
    this.conv2 = new Conv2d(features, features, three);
    const isPlain = inputs === features && !place.halves;
    this.shortcut = isPlain ? null : new Conv2d(inputs, features, one);
  }

  forward(maps: Tensor): Tensor {
    const size = (x: Tensor): Tensor => (this.#halves ? halved(x) : x);
    const begun = this.conv1.call(this.#isFirst ? maps : relu(maps));
    const refined = size(this.conv2.call(relu(begun)));
    return add(refined, size(this.shortcut ? this.shortcut.call(maps) : maps));
  }
}

/** Pictures [N, C, H, W] -> answers [N, 1]: residual blocks, a sum over the map, and the projection on a class. */
export class SnganDiscriminator extends PictureDiscriminator {
  readonly blocks: readonly Judging[];
  readonly output: Linear;
  /** A vector for each class. */
  readonly embedding: Embedding | null;

  constructor(options: GanOptions = {}) {
    super(ganSizes('SnganDiscriminator', options, WIDTH));
    const { inputShape, numClasses, width } = this.sizes;
    const [channels, ...extents] = inputShape;
    const { halvings } = pyramidOf('SnganDiscriminator', ...extents);
    const halving = Array.from({ length: halvings }, (_, i) => Math.min(...extents) / 2 ** i);
    const halves = [...halving.map((extent) => extent > SMALLEST), false, false];
    const kept = halves.filter((does, i) => does || i >= halvings);
    this.blocks = kept.map((does, i) => {
      const place = { halves: does, isFirst: i === 0 };
      return new Judging(i === 0 ? channels : width, width, place);
    });
    this.output = new Linear(width, 1);
    this.embedding = numClasses === null ? null : new Embedding(numClasses, width);
    initialise(this);
    for (const [, layer] of this.namedModules()) if (hasWeight(layer)) spectralNorm(layer);
  }

  judge(pictures: Tensor, labels: Tensor | undefined): Tensor {
    const maps = this.blocks.reduce((x, block) => block.call(x), pictures);
    const features = sum(relu(maps), [2, 3]);
    const answers = this.output.call(features);
    if (!this.embedding) return answers;
    const vectors = this.embedding.call(this.labelsFor(labels)!);
    return add(answers, sum(mul(features, vectors), [1], { keepDims: true }));
  }
}

const hasWeight = (layer: AnyModule): layer is Conv2d | Linear | Embedding =>
  layer instanceof Conv2d || layer instanceof Linear || layer instanceof Embedding;

function initialise(player: PictureGenerator | PictureDiscriminator): void {
  for (const [, layer] of player.namedModules()) {
    if (layer instanceof Conv2d || layer instanceof Linear) xavierUniform(layer.weight);
  }
}
