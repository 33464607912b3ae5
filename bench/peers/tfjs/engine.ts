/**
 * TensorFlow.js as a peer: its `cpu` backend, the only one that trains a CNN in plain Node, and its `wasm`
 * backend for convolutions forward, which it has kernels for.
 */

import { parseConvolution } from '../../convolutions/convolution.js';
import { importOptional, matmulSize, type NodePeer, type Prepared } from '../peer.js';
import { convolution } from './convolution.js';
import { trainingStep } from './lenet5.js';
import { product } from './matmul.js';
import type { Tfjs } from './tfjs.js';

type Work = Pick<Prepared, 'step' | 'check'>;

export const tfjs: NodePeer = {
  name: 'tfjs',
  async prepare(caseId) {
    const work = workOf(caseId);
    if (!work) return null;
    const tf = await importOptional<Tfjs>('@tensorflow/tfjs');
    if (work.backend === 'wasm') await importOptional('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend(work.backend);
    await tf.ready();
    const note = `TensorFlow.js ${tf.version.tfjs}, ${work.backend} backend`;
    // The wasm backend's threads are Web Workers, which Node does not have.
    return { ...work.start(tf), threads: 1, note };
  },
};

interface Backed {
  readonly backend: 'cpu' | 'wasm';
  readonly start: (tf: Tfjs) => Work;
}

function workOf(caseId: string): Backed | null {
  const size = matmulSize(caseId);
  if (size) return { backend: 'cpu', start: (tf) => ({ step: product(tf, size) }) };
  if (caseId === 'lenet5/train/b64') {
    return { backend: 'cpu', start: (tf) => ({ step: trainingStep(tf, 64) }) };
  }
  const parsed = parseConvolution(caseId);
  if (parsed?.pass !== 'forward') return null;
  return { backend: 'wasm', start: (tf) => convolution(tf, parsed.convolution) };
}
