/** DCGAN (Radford, Metz and Chintala 2016): one step of discriminator and generator on 64 pictures [64, 3, 32, 32]. */

import {
  add,
  compile,
  detach,
  grad,
  leakyRelu,
  Generator as NoiseGenerator,
  normal,
  ones,
  relu,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from '../../src/index.js';
import { BatchNorm2d, bceWithLogits, Conv2d, ConvTranspose2d, Module } from '../../src/nn/index.js';
import { Adam } from '../../src/optim/index.js';
import { type Fingerprints, fingerprintOf, gradientFingerprints } from '../fingerprint.js';
import { hashedValues } from '../hashed-data.js';
import { setHashedParameters } from '../hashed-parameters.js';
import { openOwnSession } from '../own-session.js';
import type { Workload } from '../workload.js';

const batch = 64;
const latent = 100;

export const dcgan: Workload = {
  name: 'dcgan',
  summary: 'a step of discriminator and generator on 32 x 32 pictures, batch 64, Adam',
  cases: [
    {
      id: `dcgan/train/b${batch}`,
      flops: trainingFlops(),
      images: batch,
      // One number that rounding puts on the other side of a rectifier's kink changes gradients by a
      // thousandth (against float64 ours differ less than the peer's), and Adam's first step goes by
      // the signs of gradients, small ones too.
      agreement: { tolerance: 5e-2 },
      open,
    },
  ],
};

const doubling = { kernelSize: 4, stride: 2, padding: 1, bias: false };
const whole = { kernelSize: 4, bias: false };

/** Noise [N, 100, 1, 1] -> pictures [N, 3, 32, 32]. */
class Generator extends Module {
  readonly conv1 = new ConvTranspose2d(latent, 256, whole);
  readonly norm1 = new BatchNorm2d(256);
  readonly conv2 = new ConvTranspose2d(256, 128, doubling);
  readonly norm2 = new BatchNorm2d(128);
  readonly conv3 = new ConvTranspose2d(128, 64, doubling);
  readonly norm3 = new BatchNorm2d(64);
  readonly conv4 = new ConvTranspose2d(64, 3, doubling);

  forward(z: Tensor): Tensor {
    z = relu(this.norm1.call(this.conv1.call(z))); // [N, 256, 4, 4]
    z = relu(this.norm2.call(this.conv2.call(z))); // [N, 128, 8, 8]
    z = relu(this.norm3.call(this.conv3.call(z))); // [N, 64, 16, 16]
    return tanh(this.conv4.call(z));
  }
}

/** Pictures [N, 3, 32, 32] -> logits [N, 1, 1, 1], above 0 for real ones. */
class Discriminator extends Module {
  readonly conv1 = new Conv2d(3, 64, doubling);
  readonly conv2 = new Conv2d(64, 128, doubling);
  readonly norm2 = new BatchNorm2d(128);
  readonly conv3 = new Conv2d(128, 256, doubling);
  readonly norm3 = new BatchNorm2d(256);
  readonly conv4 = new Conv2d(256, 1, whole);

  forward(x: Tensor): Tensor {
    const negativeSlope = 0.2;
    x = leakyRelu(this.conv1.call(x), { negativeSlope }); // [N, 64, 16, 16]
    x = leakyRelu(this.norm2.call(this.conv2.call(x)), { negativeSlope }); // [N, 128, 8, 8]
    x = leakyRelu(this.norm3.call(this.conv3.call(x)), { negativeSlope }); // [N, 256, 4, 4]
    return this.conv4.call(x);
  }
}

/** The training of two new networks, one step a call. */
function newTraining() {
  const [generator, discriminator] = [new Generator(), new Discriminator()];
  setHashedParameters(generator);
  setHashedParameters(discriminator);
  const settings = { lr: 2e-4, betas: [0.5, 0.999] } as const;
  const generatorAdam = new Adam(generator.parameters(), settings);
  const discriminatorAdam = new Adam(discriminator.parameters(), settings);
  const real = ones([batch, 1, 1, 1]);
  const faked = zeros([batch, 1, 1, 1]);

  const train = (pictures: Tensor, noise: Tensor) => {
    const fakes = generator.call(noise);
    const discriminatorLoss = add(
      bceWithLogits(discriminator.call(pictures), real),
      bceWithLogits(discriminator.call(detach(fakes)), faked),
    );
    const discriminatorGrads = grad(discriminatorLoss, discriminatorAdam.parameters);
    discriminatorAdam.step(discriminatorGrads);
    const generatorLoss = bceWithLogits(discriminator.call(fakes), real);
    const generatorGrads = grad(generatorLoss, generatorAdam.parameters);
    generatorAdam.step(generatorGrads);
    return { discriminatorLoss, generatorLoss, discriminatorGrads, generatorGrads };
  };
  return { generator, discriminator, train };
}

async function open() {
  const pictures = tensor(hashedValues(batch * 3 * 1024, 1), [batch, 3, 32, 32]);
  const { train } = newTraining();
  const generator = new NoiseGenerator(0);
  const step = compile((x) => {
    const noise = normal([batch, latent, 1, 1], generator);
    const { discriminatorLoss, generatorLoss } = train(x, noise);
    return { discriminatorLoss, generatorLoss };
  });
  return { ...openOwnSession(step, pictures), check: async () => check(pictures) };
}

/** Gradients of the first step, and the losses of three, with noise that every engine is given. */
function check(pictures: Tensor): Fingerprints {
  const { generator, discriminator, train } = newTraining();
  const noise = tensor(hashedValues(batch * latent, 2), [batch, latent, 1, 1]);
  const step = compile(train);
  const first = step(pictures, noise);
  const steps = [first, step(pictures, noise), step(pictures, noise)];
  step.dispose();
  const losses = steps.flatMap(({ discriminatorLoss, generatorLoss }) => [
    discriminatorLoss.data()[0],
    generatorLoss.data()[0],
  ]);
  return {
    losses: fingerprintOf(losses),
    ...gradientFingerprints(discriminator, first.discriminatorGrads, 'discriminator.'),
    ...gradientFingerprints(generator, first.generatorGrads, 'generator.'),
  };
}

/**
 * Forward, input gradient and filter gradient cost the same. Noise and pictures need no gradient, nor
 * does the discriminator's weights in the generator's turn.
 */
function trainingFlops(): number {
  // Channels times channels times kernel times the positions of the smaller map.
  const up = [latent * 256 * 16, 256 * 128 * 16 * 16, 128 * 64 * 16 * 64, 64 * 3 * 16 * 256];
  const down = [3 * 64 * 16 * 256, 64 * 128 * 16 * 64, 128 * 256 * 16 * 16, 256 * 16];
  const total = (costs: readonly number[]) => costs.reduce((sum, cost) => sum + cost, 0);
  const generator = 3 * total(up) - up[0];
  const judging = 2 * (3 * total(down) - down[0]);
  return 2 * batch * (generator + judging + 2 * total(down));
}
