/** LeNet-5: one training step with Adam on a batch of 64 images [64, 1, 28, 28]. */

import { compile, grad, tensor } from '../../src/index.js';
import { LeNet5 } from '../../src/models/index.js';
import { crossEntropy, manualSeed } from '../../src/nn/index.js';
import { Adam } from '../../src/optim/index.js';
import { openOwnSession } from '../own-session.js';
import { seededLabels, seededNormal } from '../seeded-data.js';
import type { Workload } from '../workload.js';

const batch = 64;

export const lenet5: Workload = {
  name: 'lenet5',
  summary: 'a LeNet-5 training step, batch 64, Adam',
  cases: [{ id: `lenet5/train/b${batch}`, flops: trainingFlops(), images: batch, open }],
};

async function open() {
  manualSeed(0);
  const model = new LeNet5();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const images = tensor(seededNormal(batch * 784, 11), [batch, 1, 28, 28]);
  const labels = tensor(seededLabels(batch, 10, 12), [batch]);
  const step = compile((x, y) => {
    const loss = crossEntropy(model.call(x), y);
    optimizer.step(grad(loss, optimizer.parameters));
    return { loss };
  });
  return openOwnSession(step, images, labels);
}

/** Forward, input gradient and filter gradient cost the same; the images need no gradient. */
function trainingFlops(): number {
  const conv1 = 6 * 28 * 28 * 25;
  const conv2 = 16 * 10 * 10 * 6 * 25;
  const linear = 400 * 120 + 120 * 84 + 84 * 10;
  return 2 * batch * (2 * conv1 + 3 * conv2 + 3 * linear);
}
