/** A convolution forward in TensorFlow.js, on NHWC pictures and HWIO filters. */

import { type Convolution, settingsOf, shapesOf } from '../../convolutions/convolution.js';
import { operandOf } from '../../convolutions/operands.js';
import { fingerprintOf } from '../../fingerprint.js';
import type { Prepared } from '../peer.js';
import type { Tfjs } from './tfjs.js';

export function convolution(tf: Tfjs, subject: Convolution): Pick<Prepared, 'step' | 'check'> {
  const { input, filter } = shapesOf(subject);
  const { stride, padding } = settingsOf(subject);
  const x = tf.transpose(tf.tensor(operandOf(subject, 'input'), [...input]), [0, 2, 3, 1]);
  // HWIO; of a depthwise one, the channel is the input's.
  const order = subject.depthwise ? [2, 3, 0, 1] : [2, 3, 1, 0];
  const weight = tf.transpose(tf.tensor(operandOf(subject, 'filter'), [...filter]), order);
  const sides = [
    [0, 0],
    [padding, padding],
    [padding, padding],
    [0, 0],
  ];
  // Padding as a number is refused where a stride leaves a rest.
  const run = () =>
    subject.depthwise
      ? tf.depthwiseConv2d(x, weight, stride, sides)
      : tf.conv2d(x, weight, stride, sides);
  return {
    step: () => tf.tidy(() => run().dataSync()[0]),
    check: async () => ({
      forward: fingerprintOf(tf.tidy(() => tf.transpose(run(), [0, 3, 1, 2]).dataSync())),
    }),
  };
}
