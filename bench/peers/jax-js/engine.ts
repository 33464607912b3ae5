/** jax-js as a peer: the whole step under `jit` on its WebAssembly backend. */

import { parseConvolution } from '../../convolutions/convolution.js';
import { importOptional, matmulSize, type NodePeer, type Prepared } from '../peer.js';
import { convolution } from './convolution.js';
import type { JaxJs } from './jax-js.js';
import { trainingStep } from './lenet5.js';
import { product } from './matmul.js';

type Work = Pick<Prepared, 'step' | 'check'>;

export const jaxJs: NodePeer = {
  name: 'jax-js',
  async prepare(caseId) {
    const start = workOf(caseId);
    if (!start) return null;
    const jax = await importOptional<JaxJs>('@jax-js/jax');
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    // Its threads are Web Workers, which Node does not have.
    const threads = typeof Worker === 'undefined' ? 1 : navigator.hardwareConcurrency;
    return { ...start(jax), threads, note: 'jax-js, wasm backend' };
  },
};

function workOf(caseId: string): ((jax: JaxJs) => Work) | null {
  const size = matmulSize(caseId);
  if (size) return (jax) => ({ step: product(jax, size) });
  if (caseId === 'lenet5/train/b64') return (jax) => ({ step: trainingStep(jax, 64) });
  const parsed = parseConvolution(caseId);
  return parsed?.pass === 'forward' ? (jax) => convolution(jax, parsed.convolution) : null;
}
