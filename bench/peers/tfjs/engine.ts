/** TensorFlow.js as a peer: its `cpu` backend, the only one that trains a CNN in plain Node. */

import { importOptional, matmulSize, type NodePeer } from '../peer.js';
import { trainingStep } from './lenet5.js';
import { product } from './matmul.js';
import type { Tfjs } from './tfjs.js';

export const tfjs: NodePeer = {
  name: 'tfjs',
  async prepare(caseId) {
    const tf = await importOptional<Tfjs>('@tensorflow/tfjs');
    await tf.setBackend('cpu');
    await tf.ready();
    const size = matmulSize(caseId);
    const step =
      caseId === 'lenet5/train/b64' ? trainingStep(tf, 64) : size ? product(tf, size) : null;
    const note = `TensorFlow.js ${tf.version.tfjs}, cpu backend`;
    return step && { step, threads: 1, note };
  },
};
