/** Logistic regression: classes told from the features of a row by one linear layer, trained like any network. */

import { grad } from '../../autodiff/index.js';
import { compile } from '../../compiler/index.js';
import { epochOrder } from '../../data/epoch-order.js';
import { ValueError } from '../../graph/errors.js';
import type { Tensor } from '../../graph/tensor.js';
import { crossEntropy, Linear } from '../../nn/index.js';
import { argmax, tensor } from '../../ops/index.js';
import { Adam, cosineSchedule } from '../../optim/index.js';
import type { LabelledRows } from './nearest-classes.js';
import { paced, type WorkOptions } from './progress.js';
import { meanRow, type Rows, requireLabels, requireSameSize, rowAt } from './rows.js';

export interface LogisticRegressionOptions extends WorkOptions {
  /** Classes, labels are below it. */
  readonly classes: number;
  /** The order of the rows. Default: 0. */
  readonly seed?: number;
  /** How often every row is seen. Default: 20, of few rows oftener, so that there are 1,000 steps. */
  readonly epochs?: number;
  /** Base learning rate. Default: 0.01. */
  readonly lr?: number;
}

const BATCH = 250;
/** Small enough to matter only for features that tell nothing. */
const WEIGHT_DECAY = 1e-5;

/**
 * A classifier of rows whose features are brought to mean 0 and variance 1 first.
 *
 * It starts from zero weights, so that the seed decides only the order of the rows. Throws ValueError when a
 * row has no label or one that is not below `classes`.
 *
 *     const classifier = await fitLogisticRegression({ rows: trainCodes, labels }, { classes: 10 });
 *     accuracyOf(await classifier.predict(testCodes), testLabels);
 */
export async function fitLogisticRegression(
  { rows, labels }: LabelledRows,
  options: LogisticRegressionOptions,
): Promise<LogisticRegression> {
  const { classes, seed = 0, lr = 0.01 } = options;
  requireLabels('fitLogisticRegression', rows, labels);
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new ValueError(
      `fitLogisticRegression: label ${wrong} is ${labels[wrong]}; with ${classes} classes they go to ` +
        `${classes - 1}`,
    );
  }
  const { size, count } = rows;
  const standard = standardizer(rows);
  const layer = new Linear(size, classes);
  layer.weight.set(new Float32Array(layer.weight.size));
  layer.bias!.set(new Float32Array(classes));
  const batch = Math.min(BATCH, count);
  const perEpoch = Math.floor(count / batch);
  const { epochs = Math.max(20, Math.ceil(1000 / perEpoch)) } = options;
  const optimizer = new Adam(layer.parameters(), { lr, weightDecay: WEIGHT_DECAY });
  const schedule = cosineSchedule({ lr, steps: epochs * perEpoch });
  const step = compile((x: Tensor, y: Tensor) => {
    const loss = crossEntropy(layer.call(x), y);
    optimizer.step(grad(loss, optimizer.parameters));
    return { loss };
  });
  const pace = paced(options);
  try {
    for (let epoch = 0, done = 0; epoch < epochs; epoch++) {
      // What does not fill the last batch has its turn in another epoch.
      const order = epochOrder(count, seed, epoch);
      for (let i = 0; i < perEpoch; i++, done++) {
        const chosen = order.subarray(i * batch, (i + 1) * batch);
        optimizer.lr = schedule(done);
        const y = Int32Array.from(chosen, (row) => labels[row]);
        step(tensor(standard(rows, chosen), [batch, size]), tensor(y, [batch]));
        await pace(done + 1, epochs * perEpoch);
      }
    }
  } finally {
    step.dispose();
  }
  return new LogisticRegression(layer, standard);
}

type Standardizer = (rows: Rows, chosen: Uint32Array) => Float32Array;

export class LogisticRegression {
  readonly #layer: Linear;
  readonly #standard: Standardizer;

  constructor(layer: Linear, standard: Standardizer) {
    this.#layer = layer;
    this.#standard = standard;
  }

  /** The likeliest class of each row; throws ValueError when rows are of another length. */
  async predict(rows: Rows, options: WorkOptions = {}): Promise<Int32Array> {
    const { inFeatures: size } = this.#layer;
    requireSameSize('predict', rows, { ...rows, size });
    const classes = new Int32Array(rows.count);
    const run = compile((x: Tensor) => argmax(this.#layer.call(x), 1));
    const pace = paced(options);
    const batch = Math.min(BATCH, rows.count);
    try {
      for (let start = 0; start < rows.count; start += batch) {
        const end = Math.min(start + batch, rows.count);
        // The last batch is filled up with its last row.
        const chosen = Uint32Array.from({ length: batch }, (_, i) => Math.min(start + i, end - 1));
        const answers = run(tensor(this.#standard(rows, chosen), [batch, size])).data();
        classes.set((answers as Int32Array).subarray(0, end - start), start);
        await pace(end, rows.count);
      }
    } finally {
      run.dispose();
    }
    return classes;
  }
}

/** Brings chosen rows to the mean 0 and variance 1 that `rows` have; what never varies becomes 0. */
function standardizer(rows: Rows): Standardizer {
  const { size, count } = rows;
  const mean = meanRow(rows);
  const scale = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    const values = rowAt(rows, row);
    for (let i = 0; i < size; i++) scale[i] += (values[i] - mean[i]) ** 2 / count;
  }
  for (let i = 0; i < size; i++) scale[i] = scale[i] > 1e-12 ? 1 / Math.sqrt(scale[i]) : 0;
  return (others, chosen) => {
    const block = new Float32Array(chosen.length * size);
    let at = 0;
    for (const row of chosen) {
      const values = rowAt(others, row);
      for (let i = 0; i < size; i++) block[at++] = (values[i] - mean[i]) * scale[i];
    }
    return block;
  };
}
