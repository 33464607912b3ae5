/** The product of two square float32 matrices in TensorFlow.js. */

import { seededNormal } from '../../seeded-data.js';
import type { Step } from '../../session.js';
import type { Tfjs } from './tfjs.js';

export function product(tf: Tfjs, size: number): Step {
  const a = tf.tensor(seededNormal(size * size, 1), [size, size]);
  const b = tf.tensor(seededNormal(size * size, 2), [size, size]);
  return () => tf.tidy(() => tf.matMul(a, b).dataSync()[0]);
}
