/** Training loops: what they count, how they stop, and that broken numbers cost no weights. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DataError,
  DataLoader,
  drawDigits,
  horizontalFlip,
  type ImageDataset,
  type Transform,
} from '../src/data/index.js';
import { type Tensor, tensor, ValueError, Variable } from '../src/index.js';
import { Flatten, Linear, Module, manualSeed, Relu, Sequential } from '../src/nn/index.js';
import { add, less, max, mean, mul, sqrt, where } from '../src/ops/index.js';
import { SGD } from '../src/optim/index.js';
import {
  evaluateClassifier,
  NonFiniteError,
  normalize,
  pixelStatistics,
  type StepReport,
  type TrainClassifierOptions,
  trainClassifier,
} from '../src/train/index.js';

const train = drawDigits({ count: 80 });
const examination = drawDigits({ count: 33, split: 'test' });

function smallModel(): Module {
  manualSeed(5);
  return new Sequential(new Flatten(), new Linear(784, 12), new Relu(), new Linear(12, 10));
}

function fit(model: Module, options: Partial<TrainClassifierOptions> & { seed?: number } = {}) {
  const { seed = 0, ...rest } = options;
  return trainClassifier(model, {
    optimizer: new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 }),
    loader: new DataLoader(train, { batchSize: 20, shuffle: true, dropLast: true, seed }),
    epochs: 2,
    ...rest,
  });
}

const weightsOf = (model: Module) => model.parameters().map((parameter) => [...parameter.data()]);

async function brokenRun(running: Promise<unknown>): Promise<NonFiniteError> {
  const error: unknown = await running.then(
    () => assert.fail('the training went through'),
    (reason) => reason,
  );
  assert.ok(error instanceof NonFiniteError, String(error));
  return error;
}

test('training lowers the loss and reports every step and epoch', async () => {
  const events: StepReport[] = [];
  const epochs: number[] = [];
  const result = await fit(smallModel(), {
    epochs: 6,
    test: examination,
    onStep: (event) => void events.push(event),
    onEpoch: ({ epoch }) => void epochs.push(epoch),
  });
  assert.deepEqual(epochs, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(
    events.map(({ step }) => step),
    Array.from({ length: 24 }, (_, i) => i),
  );
  assert.equal(events[9].epoch, 2);
  assert.equal(events[23].samples, 480);
  assert.equal(result.steps, 24);
  assert.equal(result.interrupted, false);
  assert.ok(
    result.history[5].metrics.loss < result.history[0].metrics.loss / 2,
    JSON.stringify(result.history),
  );
  assert.ok(result.history[5].metrics.accuracy > 0.8, JSON.stringify(result.history));
  const lastEpoch = events.slice(20).reduce((sum, { metrics }) => sum + metrics.loss, 0) / 4;
  assert.ok(Math.abs(result.history[5].metrics.loss - lastEpoch) < 1e-12);
  assert.equal(result.evaluation?.count, 33);
});

test('the same seed gives the same losses to the bit, another seed does not', async () => {
  const losses = async (seed: number) => {
    const seen: number[] = [];
    await fit(smallModel(), { seed, onStep: ({ metrics }) => void seen.push(metrics.loss) });
    return seen;
  };
  assert.deepEqual(await losses(3), await losses(3));
  assert.notDeepEqual(await losses(3), await losses(4));
});

test('a last smaller batch is learned from when the loader keeps it', async () => {
  const loader = new DataLoader(train, { batchSize: 32, shuffle: true });
  const images: number[] = [];
  const result = await fit(smallModel(), {
    loader,
    onStep: (event) => void images.push(event.samples),
  });
  assert.deepEqual(images, [32, 64, 80, 112, 144, 160]);
  assert.equal(result.samples, 160);
});

test('the schedule sets the learning rate of each step', async () => {
  const model = smallModel();
  const before = weightsOf(model);
  const asked: number[] = [];
  const schedule = (step: number) => {
    asked.push(step);
    return 0;
  };
  await fit(model, { schedule });
  assert.deepEqual(asked, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(weightsOf(model), before);
});

test('the signal stops after the running step, with its update kept', async () => {
  const controller = new AbortController();
  const model = smallModel();
  let after: number[][] = [];
  const result = await fit(model, {
    test: examination,
    signal: controller.signal,
    onStep: ({ step }) => {
      if (step !== 5) return;
      after = weightsOf(model);
      controller.abort();
    },
  });
  assert.equal(result.steps, 6);
  assert.equal(result.stepsPlanned, 8);
  assert.equal(result.interrupted, true);
  assert.equal(result.evaluation, null);
  assert.equal(result.history.length, 1);
  assert.deepEqual(weightsOf(model), after);
});

test('the signal also stops the examination', async () => {
  const controller = new AbortController();
  const result = await fit(smallModel(), {
    test: drawDigits({ count: 600, split: 'test' }),
    signal: controller.signal,
    onEvaluate: () => controller.abort(),
  });
  assert.equal(result.steps, 4);
  assert.equal(result.evaluation, null);
  assert.equal(result.interrupted, true);
});

/** Answers with the class that the first pixel of the picture names, and tells its mode. */
class FirstPixel extends Module {
  readonly modes: boolean[] = [];
  readonly scale = new Variable(new Float32Array([1]), [1], 'float32');
  forward(x: Tensor): Tensor {
    this.modes.push(this.training);
    return mul(x.rank === 4 ? new Flatten().call(x) : x, this.scale);
  }
}

test('an examination counts every picture once, in evaluation mode', async () => {
  // Pictures of ten pixels, of which the brightest is the answer.
  const answers = [3, 1, 4, 1, 5, 9, 2];
  const labels = [3, 1, 4, 2, 5, 9, 6];
  const images = new Uint8Array(70);
  answers.forEach((answer, i) => {
    images[i * 10 + answer] = i === 6 ? 255 : 100;
  });
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const data: ImageDataset = {
    ...{ name: 'pixels', classes, images, labels: Uint8Array.from(labels) },
    ...{ shape: [1, 1, 10], length: 7 },
  };
  const model = new FirstPixel();
  const statistics = { mean: [0], std: [1] };
  const result = await evaluateClassifier(model, { data, statistics, batchSize: 3 });
  assert.deepEqual(model.modes, [false, false]);
  assert.equal(model.training, true);
  assert.equal(result.correct, 5);
  assert.equal(result.count, 7);
  assert.equal(result.accuracy, 5 / 7);
  const entries = [...result.confusion].flatMap((n, i) =>
    n === 0 ? [] : [[Math.floor(i / 10), i % 10, n]],
  );
  assert.deepEqual(entries, [
    [1, 1, 1],
    [2, 1, 1],
    [3, 3, 1],
    [4, 4, 1],
    [5, 5, 1],
    [6, 2, 1],
    [9, 9, 1],
  ]);
  // softmax of one pixel at 1 among nine zeros, and at 100 / 255.
  const expected = [Math.E / (Math.E + 9), Math.exp(100 / 255) / (Math.exp(100 / 255) + 9)];
  assert.deepEqual(
    result.mistakes.map(({ index, label, predicted }) => [index, label, predicted]),
    [
      [6, 6, 2],
      [3, 2, 1],
    ],
  );
  result.mistakes.forEach(({ probability }, i) => {
    assert.ok(Math.abs(probability - expected[i]) < 1e-6, `${probability} ${expected[i]}`);
  });
});

/** Breaks down when a picture is white all over. */
class AfraidOfWhite extends Module {
  forward(x: Tensor): Tensor {
    return mul(x, where(less(max(mean(x, [1, 2, 3])), 2), 1, Number.POSITIVE_INFINITY));
  }
}

test('a step that random changes of the pictures broke is found again, since they are repeated', async () => {
  const white: Transform = {
    name: 'white',
    apply(source, target, { random }) {
      if (random.integer(300) > 0) target.set(source);
      else target.fill(255);
    },
  };
  manualSeed(5);
  const model = new Sequential(new AfraidOfWhite(), new Flatten(), new Linear(784, 10));
  const options = { batchSize: 20, shuffle: true, seed: 1, transforms: [horizontalFlip(), white] };
  let steps = 0;
  const onStep = () => {
    steps++;
  };
  const running = fit(model, { epochs: 60, loader: new DataLoader(train, options), onStep });
  const error = await brokenRun(running);
  assert.equal(error.step, steps);
  assert.ok(steps > 4, `${steps} steps`);
  assert.deepEqual(error.place, { kind: 'layer', path: '0', layer: 'AfraidOfWhite' });
});

/** Counts the steps in a buffer and switches from one factor to another at `step`. */
class Switch extends Module {
  readonly count = new Variable(new Float32Array([0]), [1], 'float32');
  constructor(
    readonly step: number,
    readonly kind: 'overflow' | 'root of zero',
  ) {
    super();
  }
  forward(x: Tensor): Tensor {
    const before = less(this.count, this.step);
    this.count.assign(add(this.count, 1));
    if (this.kind === 'overflow') return mul(x, where(before, 1, Number.POSITIVE_INFINITY));
    // Finite at zero, unlike its gradient there.
    return sqrt(mul(mul(x, x), where(before, 1, 0)));
  }
}

async function breakAt(step: number, kind: Switch['kind']) {
  manualSeed(5);
  const layer = new Switch(step, kind);
  const model = new Sequential(new Flatten(), new Linear(784, 12), layer, new Linear(12, 10));
  // Entry k holds the weights that step k begins with.
  const weights: number[][][] = [weightsOf(model)];
  const onStep = () => weights.push(weightsOf(model));
  const optimizer = new SGD(model.parameters(), { lr: 1e-3, momentum: 0.5 });
  const error = await brokenRun(fit(model, { epochs: 60, optimizer, onStep }));
  assert.equal(error.step, step);
  assert.equal(error.epoch, Math.floor(step / 4));
  // The step failed, so the weights that the step before began with are the last proven ones.
  assert.deepEqual(weightsOf(model), weights[step - 1]);
  assert.deepEqual([...layer.count.data()], [step - 1]);
  return error;
}

// Copies of the weights are taken at every hundredth step.
for (const step of [1, 5, 199, 200, 201, 202, 230]) {
  test(`the layer that breaks at step ${step} is named, and the last good weights are kept`, async () => {
    const error = await breakAt(step, 'overflow');
    assert.deepEqual(error.place, { kind: 'layer', path: '2', layer: 'Switch' });
    const place = `step ${step + 1} (epoch ${Math.floor(step / 4) + 1}): the output of 2 (Switch)`;
    assert.ok(error.message.includes(place), error.message);
  });

  test(`a gradient that breaks at step ${step} behind a finite forward pass is told apart`, async () => {
    const error = await breakAt(step, 'root of zero');
    assert.deepEqual(error.place, { kind: 'gradient', parameter: '1.bias' });
    assert.match(error.message, /gradient of 1\.bias .* though the forward pass and the loss were/);
  });
}

test('weights that the very last update broke are taken back', async () => {
  const model = smallModel();
  const [weight] = model.parameters();
  let before: number[][] = [];
  const onStep = ({ step }: StepReport) => {
    if (step === 6) before = weightsOf(model);
    if (step === 7) weight.set(new Float32Array(weight.size).fill(Number.NaN));
  };
  const error = await brokenRun(fit(model, { onStep, test: examination }));
  assert.equal(error.place.kind, 'update');
  assert.deepEqual(weightsOf(model), before);
});

test('labels that no class has, other numbers of classes and bad epochs are refused', async () => {
  const labels = train.labels.slice();
  labels[7] = 10;
  const loader = new DataLoader({ ...train, labels }, { batchSize: 20 });
  await assert.rejects(fit(smallModel(), { loader }), (error) => {
    assert.ok(error instanceof DataError);
    assert.match(error.message, /digits: picture 7 has label 10, but there are 10 classes/);
    return true;
  });
  const model = new Sequential(new Flatten(), new Linear(784, 7));
  await assert.rejects(fit(model), (error) => {
    assert.ok(error instanceof ValueError);
    assert.match(error.message, /answers with \[20, 7\], but digits has 10 classes/);
    return true;
  });
  await assert.rejects(fit(smallModel(), { epochs: 0 }), ValueError);
});

test('pixel statistics are those of each channel, and normalize applies them', () => {
  const data: ImageDataset = {
    ...{ name: 'two', classes: ['a'], labels: new Uint8Array(2), length: 2, shape: [2, 1, 2] },
    images: Uint8Array.from([0, 255, 7, 7, 255, 0, 7, 7]),
  };
  const statistics = pixelStatistics(data);
  assert.deepEqual(statistics, { mean: [0.5, 7 / 255], std: [0.5, 1] });
  const normal = normalize(tensor(data.images, [2, 2, 1, 2]), statistics).data();
  [-1, 1, 0, 0, 1, -1, 0, 0].forEach((expected, i) => {
    assert.ok(Math.abs(normal[i] - expected) < 1e-6, `${i}: ${normal[i]}`);
  });
});
