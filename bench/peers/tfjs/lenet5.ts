/** A LeNet-5 training step in TensorFlow.js. */

import { seededLabels, seededNormal, seededWeights } from '../../seeded-data.js';
import type { Step } from '../../session.js';
import type { Tfjs, TfTensor } from './tfjs.js';

export function trainingStep(tf: Tfjs, batch: number): Step {
  const parameter = (shape: number[], fanIn: number, seed: number) =>
    tf.variable(tf.tensor(seededWeights(shape, fanIn, seed), shape));
  const conv1 = [parameter([5, 5, 1, 6], 25, 1), parameter([6], 25, 2)];
  const conv2 = [parameter([5, 5, 6, 16], 150, 3), parameter([16], 150, 4)];
  const fc1 = [parameter([400, 120], 400, 5), parameter([120], 400, 6)];
  const fc2 = [parameter([120, 84], 120, 7), parameter([84], 120, 8)];
  const fc3 = [parameter([84, 10], 84, 9), parameter([10], 84, 10)];
  // NOTE: the cpu backend only knows NHWC images and HWIO filters.
  const images = tf.tensor(seededNormal(batch * 784, 11), [batch, 28, 28, 1]);
  const labels = tf.oneHot(tf.tensor(seededLabels(batch, 10, 12), [batch], 'int32'), 10);
  const optimizer = tf.train.adam(1e-3);

  const linear = (x: TfTensor, [weight, bias]: TfTensor[]) => tf.matMul(x, weight).add(bias);
  const forward = (): TfTensor => {
    let x = tf.relu(tf.conv2d(images, conv1[0], 1, 2).add(conv1[1]));
    x = tf.maxPool(x, 2, 2, 'valid');
    x = tf.relu(tf.conv2d(x, conv2[0], 1, 'valid').add(conv2[1]));
    x = tf.maxPool(x, 2, 2, 'valid').reshape([batch, 400]);
    x = tf.relu(linear(x, fc1));
    x = tf.relu(linear(x, fc2));
    return linear(x, fc3);
  };
  return () =>
    tf.tidy(() => {
      const loss = () => tf.losses.softmaxCrossEntropy(labels, forward());
      return optimizer.minimize(loss, true).dataSync()[0];
    });
}
