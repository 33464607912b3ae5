/** ResNet-18 for CIFAR-10 (a 3 x 3 stem and no pooling behind it): one training step on pictures [N, 3, 32, 32]. */

import { compile, grad, type Tensor, tensor } from '../../src/index.js';
import { createModel } from '../../src/models/index.js';
import { crossEntropy } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { type Fingerprints, fingerprintOf, gradientFingerprints } from '../fingerprint.js';
import { hashedLabels, hashedValues } from '../hashed-data.js';
import { setHashedState } from '../hashed-parameters.js';
import { openOwnSession } from '../own-session.js';
import type { Case, Workload } from '../workload.js';

const batches = [32, 128];

export const resnet18Cifar: Workload = {
  name: 'resnet18-cifar',
  summary: `a training step of ResNet-18 on 32 x 32 pictures, batch ${batches.join(' and ')}, SGD`,
  cases: batches.map(
    (batch): Case => ({
      id: `resnet18-cifar/train/b${batch}`,
      flops: trainingFlops(batch),
      images: batch,
      // As in DCGAN: rounding moves a few activations across the rectifiers' kinks.
      agreement: { tolerance: 5e-2 },
      newProcesses: true,
      open: async () => open(batch),
    }),
  ),
};

/** The training of a new network, one step a call. */
function newTraining() {
  const model = createModel('resnet18_cifar');
  setHashedState(model);
  const settings = { lr: 0.1, momentum: 0.9, weightDecay: 5e-4 };
  const optimizer = new SGD(model.parameters(), settings);
  const train = (x: Tensor, y: Tensor) => {
    const loss = crossEntropy(model.call(x), y);
    const gradients = grad(loss, optimizer.parameters);
    optimizer.step(gradients);
    return { loss, gradients };
  };
  return { model, train };
}

function open(batch: number) {
  const pictures = tensor(hashedValues(batch * 3 * 1024, 1), [batch, 3, 32, 32]);
  const labels = tensor(hashedLabels(batch, 10, 2), [batch]);
  const { train } = newTraining();
  const step = compile((x, y) => ({ loss: train(x, y).loss }));
  return {
    ...openOwnSession(step, pictures, labels),
    check: async () => check(pictures, labels),
  };
}

/** Gradients of the first step, and the losses of three. */
function check(pictures: Tensor, labels: Tensor): Fingerprints {
  const { model, train } = newTraining();
  const step = compile(train);
  const { loss, gradients } = step(pictures, labels);
  const losses = [loss, step(pictures, labels).loss, step(pictures, labels).loss];
  step.dispose();
  return {
    losses: fingerprintOf(losses.map((value) => value.data()[0])),
    ...gradientFingerprints(model, gradients),
  };
}

/** Forward, input gradient and filter gradient cost the same; the pictures need no gradient. */
function trainingFlops(batch: number): number {
  const stem = 3 * 64 * 9 * 1024;
  // Four convolutions of 3 x 3 in each stage; half the pixels of each side, twice the channels.
  const stages = [64, 128, 256, 512].map((channels, stage) => {
    const pixels = 1024 / 4 ** stage;
    const full = channels * channels * 9 * pixels;
    if (stage === 0) return 4 * full;
    return 3 * full + full / 2 + (channels / 2) * channels * pixels;
  });
  const inner = stages.reduce((sum, cost) => sum + cost, 512 * 10);
  return 2 * batch * (2 * stem + 3 * inner);
}
