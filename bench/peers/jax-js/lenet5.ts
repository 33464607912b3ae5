/** A LeNet-5 training step in jax-js: loss, gradients and Adam in one jitted function. */

import { seededLabels, seededNormal, seededWeights } from '../../seeded-data.js';
import type { Step } from '../../session.js';
import type { JaxArray, JaxJs } from './jax-js.js';

/** Weight and bias of each layer, output first, as in PyTorch. */
const shapes: readonly number[][] = [
  ...[[6, 1, 5, 5], [6]],
  ...[[16, 6, 5, 5], [16]],
  ...[[120, 400], [120]],
  ...[[84, 120], [84]],
  ...[[10, 84], [10]],
];

/** Parameters, Adam's first and second moments, and the number of steps. */
interface State {
  readonly p: JaxArray[];
  readonly m: JaxArray[];
  readonly v: JaxArray[];
  readonly t: JaxArray;
}

export function trainingStep(jax: JaxJs, batch: number): Step {
  const { numpy: np } = jax;
  const lossOf = lossFunction(jax, batch);
  const train = jax.jit((state: State, images: JaxArray, labels: JaxArray) => {
    const parameters = state.p.map((parameter) => parameter.ref);
    const [loss, gradients] = jax.valueAndGrad(lossOf)(parameters, images, labels);
    return { state: adam(jax, state, gradients), loss };
  });

  let state: State = {
    p: shapes.map((shape, i) => np.array(initial(i), { shape })),
    m: shapes.map((shape) => np.zeros(shape)),
    v: shapes.map((shape) => np.zeros(shape)),
    t: np.zeros([]),
  };
  const images = np.array(seededNormal(batch * 784, 11), { shape: [batch, 1, 28, 28] });
  const labels = np.array(oneHot(seededLabels(batch, 10, 12)), { shape: [batch, 10] });
  return async () => {
    const next = train(state, images.ref, labels.ref);
    state = next.state;
    return (await next.loss.data())[0];
  };
}

function lossFunction({ numpy: np, nn, lax }: JaxJs, batch: number) {
  const pool = (x: JaxArray) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
  const bias = (b: JaxArray) => b.reshape([1, b.shape[0], 1, 1]);
  const linear = (x: JaxArray, weight: JaxArray, b: JaxArray) =>
    np.matmul(x, weight.transpose()).add(b);
  const padding: [number, number][] = [
    [2, 2],
    [2, 2],
  ];
  return (p: JaxArray[], images: JaxArray, labels: JaxArray): JaxArray => {
    let x = pool(nn.relu(lax.convGeneralDilated(images, p[0], [1, 1], padding).add(bias(p[1]))));
    x = pool(nn.relu(lax.convGeneralDilated(x, p[2], [1, 1], 'VALID').add(bias(p[3]))));
    x = nn.relu(linear(x.reshape([batch, 400]), p[4], p[5]));
    x = linear(nn.relu(linear(x, p[6], p[7])), p[8], p[9]);
    const likelihood = nn.logSoftmax(x).mul(labels);
    return likelihood.sum().mul(-1 / batch);
  };
}

function adam({ numpy: np }: JaxJs, state: State, gradients: JaxArray[]): State {
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
  return { p, m, v, t };
}

function initial(index: number): Float32Array {
  const [outputs, ...rest] = shapes[index & ~1];
  const fanIn = rest.reduce((product, extent) => product * extent, 1);
  return seededWeights(index & 1 ? [outputs] : [outputs, fanIn], fanIn, index + 1);
}

function oneHot(labels: Int32Array): Float32Array {
  const rows = new Float32Array(labels.length * 10);
  for (const [i, label] of labels.entries()) rows[i * 10 + label] = 1;
  return rows;
}
