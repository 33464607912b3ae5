// LeNet-5 learns ten hand-drawn digits; the whole step, gradients and update included, is one program.
import { compile, grad, type Tensor, tensor } from 'fovea';
import { DataLoader, drawDigits } from 'fovea/data';
import { LeNet5 } from 'fovea/models';
import { accuracy, crossEntropy } from 'fovea/nn';
import { Adam } from 'fovea/optim';
import { normalize, pixelStatistics } from 'fovea/train';

const train = drawDigits({ count: 12_800 });
const statistics = pixelStatistics(train);
const model = new LeNet5();
const optimizer = new Adam(model.parameters(), { lr: 2e-3 });

const step = compile((images: Tensor, labels: Tensor) => {
  const logits = model.call(normalize(images, statistics));
  const loss = crossEntropy(logits, labels);
  optimizer.step(grad(loss, optimizer.parameters));
  return { loss, right: accuracy(logits, labels) };
});

let count = 0;
for (const { images, labels, shape, size } of new DataLoader(train, { batchSize: 64 })) {
  const { loss, right } = step(tensor(images, shape), tensor(labels, [size]));
  if (++count % 40 === 0) console.log(`step ${count}: loss ${loss.item()}, right ${right.item()}`);
}
