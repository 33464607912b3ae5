/** jax-js as a peer: the whole step under `jit` on its WebAssembly backend. */

import { importOptional, matmulSize, type NodePeer } from '../peer.js';
import type { JaxJs } from './jax-js.js';
import { trainingStep } from './lenet5.js';
import { product } from './matmul.js';

export const jaxJs: NodePeer = {
  name: 'jax-js',
  async prepare(caseId) {
    const jax = await importOptional<JaxJs>('@jax-js/jax');
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    const size = matmulSize(caseId);
    const step =
      caseId === 'lenet5/train/b64' ? trainingStep(jax, 64) : size ? product(jax, size) : null;
    // Its threads are Web Workers, which Node does not have.
    const threads = typeof Worker === 'undefined' ? 1 : navigator.hardwareConcurrency;
    return step && { step, threads, note: 'jax-js, wasm backend' };
  },
};
