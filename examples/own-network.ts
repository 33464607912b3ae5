// A network of your own, trained and examined by the library.
import { relu, type Tensor } from 'fovea';
import { DataLoader, loadDigits } from 'fovea/data';
import { Conv2d, Flatten, Linear, MaxPool2d, Module, manualSeed } from 'fovea/nn';
import { AdamW, oneCycleSchedule } from 'fovea/optim';
import { trainClassifier } from 'fovea/train';

class Small extends Module {
  conv1 = new Conv2d(1, 8, { kernelSize: 3, padding: 1 });
  conv2 = new Conv2d(8, 16, { kernelSize: 3, padding: 1 });
  pool = new MaxPool2d({ kernelSize: 2 });
  flatten = new Flatten();
  head = new Linear(16 * 7 * 7, 10);

  forward(x: Tensor): Tensor {
    x = this.pool.call(relu(this.conv1.call(x))); // [N, 8, 14, 14]
    x = this.pool.call(relu(this.conv2.call(x))); // [N, 16, 7, 7]
    return this.head.call(this.flatten.call(x));
  }
}

manualSeed(0);
const model = new Small();
const { train, test } = loadDigits({ train: 12_000, test: 2_000 });
const loader = new DataLoader(train, { batchSize: 64, shuffle: true, dropLast: true });
const { evaluation } = await trainClassifier(model, {
  loader,
  test,
  epochs: 1,
  optimizer: new AdamW(model.parameters()),
  schedule: oneCycleSchedule({ lr: 3e-3, steps: loader.length }),
  onStep: ({ step, means }) => step % 40 === 0 && console.log(step, means.loss),
});
console.log(`right: ${evaluation?.correct} of ${evaluation?.count}`);
