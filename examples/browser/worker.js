/** Trains LeNet-5 on drawn digits and posts the loss of every step. */

// Where the package lies on your server; a bundler takes 'fovea', 'fovea/nn' and so on.
import { DataLoader, drawDigits } from '../../dist/src/data/index.js';
import { compile, grad, ready, setThreads, tensor, threadCount } from '../../dist/src/index.js';
import { LeNet5 } from '../../dist/src/models/index.js';
import { crossEntropy, manualSeed } from '../../dist/src/nn/index.js';
import { Adam } from '../../dist/src/optim/index.js';

async function train({ steps, threads }) {
  if (threads) setThreads(threads);
  // Starts the other threads. Without it everything runs on one.
  await ready();
  postMessage({ status: `Training on ${threadCount()} thread(s)…` });

  manualSeed(0);
  const model = new LeNet5();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const step = compile((images, labels) => {
    const loss = crossEntropy(model.call(images), labels);
    optimizer.step(grad(loss, optimizer.parameters));
    return { loss };
  });

  const digits = drawDigits({ count: 64 * 20, seed: 0 });
  const loader = new DataLoader(digits, { batchSize: 64, shuffle: true });
  for (let done = 0; done < steps; ) {
    for (const { images, labels, size, shape } of loader) {
      if (done++ === steps) break;
      const pixels = Float32Array.from(images, (value) => value / 255);
      const { loss } = step(tensor(pixels, shape), tensor(labels, [size], 'int32'));
      postMessage({ loss: loss.item() });
    }
  }
  postMessage({ status: `Done on ${threadCount()} thread(s).` });
}

addEventListener('message', ({ data }) => {
  train(data).catch((error) => postMessage({ status: `Failed: ${error.message}` }));
});
