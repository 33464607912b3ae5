/** Runs ONNX models in onnxruntime, whose results the importer is compared with. */

import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import type { TensorData } from '../src/formats/index.js';

/** Outputs by name. */
export async function runInRuntime(
  model: Uint8Array,
  inputs: Readonly<Record<string, TensorData>>,
): Promise<Map<string, { readonly shape: readonly number[]; readonly values: number[] }>> {
  const session = await InferenceSession.create(model, {
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
    // As the model says, node by node.
    graphOptimizationLevel: 'disabled',
  });
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { type, shape, data }]) => [
      name,
      new RuntimeTensor(type as 'float32', data as Float32Array, shape),
    ]),
  );
  const results = await session.run(feeds);
  await session.release();
  return new Map(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, values: Array.from(data as ArrayLike<number | bigint>, Number) },
    ]),
  );
}
