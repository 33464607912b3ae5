/** ONNX Runtime as a peer, native and in WebAssembly: networks and convolutions that PyTorch has exported. */

import { sizeOf } from '../../../src/graph/shape.js';
import { parseConvolution, shapesOf } from '../../convolutions/convolution.js';
import { operandOf } from '../../convolutions/operands.js';
import { fingerprintOf } from '../../fingerprint.js';
import { hashedValues } from '../../hashed-data.js';
import { parseInference, picturesShape } from '../../networks.js';
import { importOptional, type NodePeer } from '../peer.js';
import { exportedModel } from './exported-model.js';
import type { Ort, SessionOptions } from './ort.js';

export const onnxruntimeNode = onnxruntimePeer('onnxruntime-node', 'cpu');

export const onnxruntimeWeb = onnxruntimePeer('onnxruntime-web', 'wasm');

function onnxruntimePeer(name: string, provider: string): NodePeer {
  return {
    name,
    async prepare(caseId, { threads }) {
      const input = inputOf(caseId);
      if (!input) return null;
      const ort = await importOptional<Ort>(name);
      const options: SessionOptions = {
        executionProviders: [provider],
        graphOptimizationLevel: 'all',
        intraOpNumThreads: threads,
        freeDimensionOverrides: { batch: input.shape[0] },
      };
      // Of the WebAssembly build alone: the native one has the session's threads.
      ort.env.wasm.numThreads = threads;
      const session = await ort.InferenceSession.create(await exportedModel(caseId), options);
      const x = new ort.Tensor('float32', input.values(), input.shape);
      const step = async () => (await session.run({ x })).y.data;
      return {
        ...{ step, threads },
        note: `ONNX Runtime ${ort.env.versions[name.replace('onnxruntime-', '')]}, ${provider}`,
        check: async () => ({ [input.result]: fingerprintOf(await step()) }),
      };
    },
  };
}

interface Input {
  readonly shape: readonly number[];
  readonly values: () => Float32Array;
  /** The name of what comes out. */
  readonly result: string;
}

/** What the case's network is fed with, or null where the case is no network to run forward. */
function inputOf(caseId: string): Input | null {
  const parsed = parseConvolution(caseId);
  if (parsed?.pass === 'forward') {
    const { convolution, pass } = parsed;
    const values = () => operandOf(convolution, 'input');
    return { shape: shapesOf(convolution).input, values, result: pass };
  }
  const classified = parseInference(caseId);
  if (!classified) return null;
  const shape = picturesShape(classified);
  return { shape, values: () => hashedValues(sizeOf(shape), 1), result: 'logits' };
}
