/** TensorFlow.js as a peer: its `cpu` backend, the only one that trains a CNN in plain Node. */

import { gflopsOf, type Row } from '../report.js';
import { measure, summarize } from '../statistics.js';
import { importOptional, matmulSizes, type Peer, seededLabels, seededNormal } from './peer.js';

/** The part of `@tensorflow/tfjs` that is used here. */
interface Tfjs {
  readonly version: { readonly tfjs: string };
  readonly train: { adam(lr: number): Optimizer };
  readonly losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<Result>(body: () => Result): Result;
  tensor(values: Float32Array | Int32Array, shape: number[], dtype?: string): Tensor;
  variable(initial: Tensor): Tensor;
  oneHot(labels: Tensor, classes: number): Tensor;
  relu(x: Tensor): Tensor;
  conv2d(x: Tensor, filter: Tensor, stride: number, pad: number | 'valid'): Tensor;
  maxPool(x: Tensor, size: number, stride: number, pad: 'valid'): Tensor;
  matMul(a: Tensor, b: Tensor): Tensor;
}

interface Tensor {
  add(other: Tensor): Tensor;
  reshape(shape: number[]): Tensor;
  dataSync(): Float32Array;
  dispose(): void;
}

interface Optimizer {
  minimize(loss: () => Tensor, returnCost: boolean): Tensor;
}

const batch = 64;
/** One step takes seconds, so a few steps must do. */
const steps = 5;

export const tfjs: Peer = {
  name: 'tfjs-cpu',
  async run(workload, { flops, seconds }) {
    const tf = await importOptional<Tfjs>('@tensorflow/tfjs');
    if (!tf) {
      return {
        skipped:
          'TensorFlow.js: not installed; install it with npm install --no-save @tensorflow/tfjs',
      };
    }
    await tf.setBackend('cpu');
    await tf.ready();
    return workload === 'lenet5' ? [await lenet5(tf, flops, seconds)] : await matmul(tf, seconds);
  },
};

async function lenet5(tf: Tfjs, flops: number, seconds: number): Promise<Row> {
  const parameter = (shape: number[], fanIn: number, seed: number) =>
    tf.variable(tf.tensor(scaled(shape, fanIn, seed), shape));
  const layers = {
    conv1: [parameter([5, 5, 1, 6], 25, 1), parameter([6], 25, 2)],
    conv2: [parameter([5, 5, 6, 16], 150, 3), parameter([16], 150, 4)],
    fc1: [parameter([400, 120], 400, 5), parameter([120], 400, 6)],
    fc2: [parameter([120, 84], 120, 7), parameter([84], 120, 8)],
    fc3: [parameter([84, 10], 84, 9), parameter([10], 84, 10)],
  } as const;
  // NOTE: the cpu backend only knows NHWC images and HWIO filters.
  const images = tf.tensor(seededNormal(batch * 784, 11), [batch, 28, 28, 1]);
  const labels = tf.oneHot(tf.tensor(seededLabels(batch, 10, 12), [batch], 'int32'), 10);
  const optimizer = tf.train.adam(1e-3);

  const linear = (x: Tensor, [weight, bias]: readonly Tensor[]) => tf.matMul(x, weight).add(bias);
  const forward = (): Tensor => {
    const { conv1, conv2, fc1, fc2, fc3 } = layers;
    let x = tf.relu(tf.conv2d(images, conv1[0], 1, 2).add(conv1[1]));
    x = tf.maxPool(x, 2, 2, 'valid');
    x = tf.relu(tf.conv2d(x, conv2[0], 1, 'valid').add(conv2[1]));
    x = tf.maxPool(x, 2, 2, 'valid').reshape([batch, 400]);
    return linear(tf.relu(linear(tf.relu(linear(x, fc1)), fc2)), fc3);
  };
  const step = () =>
    tf.tidy(() => {
      const loss = () => tf.losses.softmaxCrossEntropy(labels, forward());
      return optimizer.minimize(loss, true).dataSync()[0];
    });
  const times = await measure(step, { warmUp: 1, steps, mostSeconds: Math.max(10, seconds) });
  return row(tf, 'lenet5/train/b64', { times, flops });
}

async function matmul(tf: Tfjs, seconds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of matmulSizes) {
    const a = tf.tensor(seededNormal(size * size, 1), [size, size]);
    const b = tf.tensor(seededNormal(size * size, 2), [size, size]);
    const step = () => tf.tidy(() => tf.matMul(a, b).dataSync()[0]);
    const times = await measure(step, { warmUp: 1, steps: 3, mostSeconds: Math.max(5, seconds) });
    rows.push(row(tf, `matmul/${size}`, { times, flops: 2 * size ** 3 }));
    a.dispose();
    b.dispose();
  }
  return rows;
}

function row(
  tf: Tfjs,
  workload: string,
  { times, flops }: { times: number[]; flops: number },
): Row {
  const summary = summarize(times);
  return {
    workload,
    engine: 'tfjs-cpu',
    threads: 1,
    ...summary,
    gflops: gflopsOf(flops, summary.medianMs),
    note: `TensorFlow.js ${tf.version.tfjs}, only ${times.length} steps`,
  };
}

/** Normal values of the size that keeps activations alike from layer to layer. */
function scaled(shape: readonly number[], fanIn: number, seed: number): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  return seededNormal(length, seed).map((value) => value / Math.sqrt(fanIn));
}
