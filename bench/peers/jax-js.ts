/** jax-js as a peer: the whole training step under `jit` on its WebAssembly backend. */

import { gflopsOf, type Row } from '../report.js';
import { measure, summarize } from '../statistics.js';
import { importOptional, matmulSizes, type Peer, seededLabels, seededNormal } from './peer.js';

/** The part of `@jax-js/jax` that is used here. */
interface JaxJs {
  init(device: string): Promise<string[]>;
  defaultDevice(device: string): string;
  jit<Arguments extends unknown[], Result>(
    body: (...inputs: Arguments) => Result,
  ): (...inputs: Arguments) => Result;
  valueAndGrad<Arguments extends unknown[]>(
    loss: (...inputs: Arguments) => JaxArray,
  ): (...inputs: Arguments) => [JaxArray, Arguments[0]];
  readonly numpy: {
    array(values: Float32Array, options: { shape: number[] }): JaxArray;
    zeros(shape: number[]): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    max(x: JaxArray): JaxArray;
    sqrt(x: JaxArray): JaxArray;
    power(base: number, exponent: JaxArray): JaxArray;
  };
  readonly nn: { relu(x: JaxArray): JaxArray; logSoftmax(x: JaxArray): JaxArray };
  readonly lax: {
    convGeneralDilated(
      x: JaxArray,
      filter: JaxArray,
      strides: number[],
      padding: 'VALID' | [number, number][],
    ): JaxArray;
    reduceWindow(
      x: JaxArray,
      reduce: (window: JaxArray) => JaxArray,
      size: number[],
      strides: number[],
    ): JaxArray;
  };
}

/** NOTE: every operation consumes its inputs; `ref` keeps an array alive for one more use. */
interface JaxArray {
  readonly shape: number[];
  readonly ref: JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  sum(): JaxArray;
  reshape(shape: number[]): JaxArray;
  transpose(): JaxArray;
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

const batch = 64;
/** Output first, then the rest, as in PyTorch. */
const shapes: readonly number[][] = [
  ...[[6, 1, 5, 5], [6]],
  ...[[16, 6, 5, 5], [16]],
  ...[[120, 400], [120]],
  ...[[84, 120], [84]],
  ...[[10, 84], [10]],
];
/** One step takes about a second, so a few steps must do. */
const steps = 20;

export const jaxJs: Peer = {
  name: 'jax-js',
  async run(workload, { flops, seconds }) {
    const jax = await importOptional<JaxJs>('@jax-js/jax');
    if (!jax) {
      return {
        skipped: 'jax-js: not installed; install it with npm install --no-save @jax-js/jax',
      };
    }
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    return workload === 'lenet5' ? [await lenet5(jax, flops, seconds)] : await matmul(jax, seconds);
  },
};

async function lenet5(jax: JaxJs, flops: number, seconds: number): Promise<Row> {
  const { numpy: np, nn, lax } = jax;
  const pool = (x: JaxArray) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
  const bias = (b: JaxArray) => b.reshape([1, b.shape[0], 1, 1]);
  const linear = (x: JaxArray, weight: JaxArray, b: JaxArray) =>
    np.matmul(x, weight.transpose()).add(b);
  const same: [number, number][] = [
    [2, 2],
    [2, 2],
  ];

  const lossOf = (p: JaxArray[], images: JaxArray, labels: JaxArray): JaxArray => {
    let x = pool(nn.relu(lax.convGeneralDilated(images, p[0], [1, 1], same).add(bias(p[1]))));
    x = pool(nn.relu(lax.convGeneralDilated(x, p[2], [1, 1], 'VALID').add(bias(p[3]))));
    x = nn.relu(linear(x.reshape([batch, 400]), p[4], p[5]));
    x = linear(nn.relu(linear(x, p[6], p[7])), p[8], p[9]);
    return nn
      .logSoftmax(x)
      .mul(labels)
      .sum()
      .mul(-1 / batch);
  };

  type State = { p: JaxArray[]; m: JaxArray[]; v: JaxArray[]; t: JaxArray };
  const trainStep = jax.jit((state: State, images: JaxArray, labels: JaxArray) => {
    const [loss, gradients] = jax.valueAndGrad(lossOf)(
      state.p.map((parameter) => parameter.ref),
      images,
      labels,
    );
    const t = state.t.add(1);
    const m = state.m.map((old, i) => old.mul(0.9).add(gradients[i].ref.mul(0.1)));
    const v = state.v.map((old, i) =>
      old.mul(0.999).add(gradients[i].ref.mul(gradients[i]).mul(0.001)),
    );
    const p = state.p.map((old, i) => {
      const mean = m[i].ref.div(np.power(0.9, t.ref).mul(-1).add(1));
      const spread = np.sqrt(v[i].ref.div(np.power(0.999, t.ref).mul(-1).add(1))).add(1e-8);
      return old.sub(mean.div(spread).mul(1e-3));
    });
    return { state: { p, m, v, t }, loss };
  });

  let state: State = {
    p: shapes.map((shape, i) => np.array(initial(i), { shape })),
    m: shapes.map((shape) => np.zeros(shape)),
    v: shapes.map((shape) => np.zeros(shape)),
    t: np.zeros([]),
  };
  const images = np.array(seededNormal(batch * 784, 11), { shape: [batch, 1, 28, 28] });
  const labels = np.array(oneHot(seededLabels(batch, 10, 12)), { shape: [batch, 10] });
  const step = async () => {
    const next = trainStep(state, images.ref, labels.ref);
    state = next.state;
    return (await next.loss.data())[0];
  };
  const times = await measure(step, { warmUp: 2, steps, mostSeconds: Math.max(10, seconds) });
  return row('lenet5/train/b64', times, flops);
}

async function matmul(jax: JaxJs, seconds: number): Promise<Row[]> {
  const { numpy: np } = jax;
  const product = jax.jit((a: JaxArray, b: JaxArray) => np.matmul(a, b));
  const rows: Row[] = [];
  for (const size of matmulSizes) {
    const shape = [size, size];
    const a = np.array(seededNormal(size * size, 1), { shape });
    const b = np.array(seededNormal(size * size, 2), { shape });
    const step = async () => (await product(a.ref, b.ref).data())[0];
    const times = await measure(step, { warmUp: 1, steps: 5, mostSeconds: Math.max(5, seconds) });
    rows.push(row(`matmul/${size}`, times, 2 * size ** 3));
    a.dispose();
    b.dispose();
  }
  return rows;
}

function row(workload: string, times: number[], flops: number): Row {
  const summary = summarize(times);
  return {
    workload,
    engine: 'jax-js',
    threads: 1,
    ...summary,
    gflops: gflopsOf(flops, summary.medianMs),
    note: `jax-js (WebAssembly), only ${times.length} steps`,
  };
}

/** Normal values of the size that keeps activations alike from layer to layer. */
function initial(index: number): Float32Array {
  const [outputs, ...rest] = shapes[index & ~1];
  const fanIn = rest.reduce((product, size) => product * size, 1);
  const length = index & 1 ? outputs : outputs * fanIn;
  return seededNormal(length, index + 1).map((value) => value / Math.sqrt(fanIn));
}

function oneHot(labels: Int32Array): Float32Array {
  const rows = new Float32Array(labels.length * 10);
  for (const [i, label] of labels.entries()) rows[i * 10 + label] = 1;
  return rows;
}
