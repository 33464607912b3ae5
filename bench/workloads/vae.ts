/** A variational autoencoder (Kingma and Welling 2014): one training step with Adam on 128 digits of 784 pixels. */

import {
  add,
  compile,
  exp,
  Generator,
  grad,
  mul,
  normal,
  relu,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.js';
import { bceWithLogits, Linear, Module } from '../../src/nn/index.js';
import { Adam } from '../../src/optim/index.js';
import { type Fingerprints, fingerprintOf, gradientFingerprints } from '../fingerprint.js';
import { hashedPixels, hashedValues } from '../hashed-data.js';
import { setHashedParameters } from '../hashed-parameters.js';
import { openOwnSession } from '../own-session.js';
import type { Workload } from '../workload.js';

const batch = 128;
const [pixels, hidden, latent] = [784, 400, 20];

export const vae: Workload = {
  name: 'vae',
  summary: 'a training step of a variational autoencoder, batch 128, Adam',
  cases: [{ id: `vae/train/b${batch}`, flops: trainingFlops(), images: batch, open }],
};

interface Coded {
  readonly logits: Tensor;
  readonly mean: Tensor;
  readonly logVariance: Tensor;
}

class Vae extends Module<[Tensor, Tensor], Coded> {
  readonly fc1 = new Linear(pixels, hidden);
  readonly fc21 = new Linear(hidden, latent);
  readonly fc22 = new Linear(hidden, latent);
  readonly fc3 = new Linear(latent, hidden);
  readonly fc4 = new Linear(hidden, pixels);

  forward(x: Tensor, noise: Tensor): Coded {
    const h = relu(this.fc1.call(x));
    const mean = this.fc21.call(h);
    const logVariance = this.fc22.call(h);
    const z = add(mean, mul(noise, exp(mul(logVariance, 0.5))));
    return { logits: this.fc4.call(relu(this.fc3.call(z))), mean, logVariance };
  }
}

/** The negative evidence lower bound: reconstruction and divergence from the standard normal. */
function lossOf({ logits, mean, logVariance }: Coded, x: Tensor): Tensor {
  const reconstruction = bceWithLogits(logits, x, { reduction: 'sum' });
  const terms = sub(sub(add(logVariance, 1), mul(mean, mean)), exp(logVariance));
  return add(reconstruction, mul(sum(terms), -0.5));
}

/** A new model's training, one step a call. */
function newTraining() {
  const model = new Vae();
  setHashedParameters(model);
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const train = (x: Tensor, noise: Tensor) => {
    const loss = lossOf(model.call(x, noise), x);
    const gradients = grad(loss, optimizer.parameters);
    optimizer.step(gradients);
    return { loss, gradients };
  };
  return { model, train };
}

async function open() {
  const images = tensor(hashedPixels(batch * pixels, 1), [batch, pixels]);
  const { train } = newTraining();
  const generator = new Generator(0);
  const step = compile((x) => ({ loss: train(x, normal([batch, latent], generator)).loss }));
  return { ...openOwnSession(step, images), check: async () => check(images) };
}

/** Gradients of the first step, and the losses of three, with noise that every engine is given. */
function check(images: Tensor): Fingerprints {
  const { model, train } = newTraining();
  const noise = tensor(hashedValues(batch * latent, 2), [batch, latent]);
  const step = compile(train);
  const { loss, gradients } = step(images, noise);
  const losses = [loss, step(images, noise).loss, step(images, noise).loss];
  step.dispose();
  return {
    losses: fingerprintOf(losses.map((value) => value.data()[0])),
    ...gradientFingerprints(model, gradients),
  };
}

/** Forward, input gradient and filter gradient cost the same; the images need no gradient. */
function trainingFlops(): number {
  const inner = 2 * hidden * latent + latent * hidden + hidden * pixels;
  return 2 * batch * (2 * pixels * hidden + 3 * inner);
}
