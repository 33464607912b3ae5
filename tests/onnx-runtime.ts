/** ONNX Runtime as the judge of models; where its binary cannot be loaded, tests say so and are skipped. */

import assert from 'node:assert/strict';
import type { InferenceSession } from 'onnxruntime-node';
import type { TensorData } from '../src/formats/index.js';
import type { TypedArray } from '../src/graph/dtype.js';

type Runtime = typeof import('onnxruntime-node');

async function load(): Promise<Runtime | string> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    return `onnxruntime-node cannot be loaded here: ${(error as Error).message}`;
  }
}

const runtime = await load();

/** For the options of a test: false where the runtime is there, else why it is not. */
export const skip: string | false = typeof runtime === 'string' ? runtime : false;

interface Given {
  readonly shape: readonly number[];
  readonly type: string;
  readonly data: TypedArray | TensorData['data'];
}

/** Outputs by name; `model` is the bytes or the path of a file. */
async function run(
  model: Uint8Array | string,
  inputs: Readonly<Record<string, Given>>,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession.OnnxValueMapType> {
  if (typeof runtime === 'string') throw new Error(runtime);
  // One thread, as other tests run beside this one; only errors are logged.
  const all = { intraOpNumThreads: 1, logSeverityLevel: 3, ...options } as const;
  const { InferenceSession, Tensor } = runtime;
  const session = await (typeof model === 'string'
    ? InferenceSession.create(model, all)
    : InferenceSession.create(model, all));
  try {
    // An input that no output depends on may be gone.
    const given = Object.entries(inputs).filter(([name]) => session.inputNames.includes(name));
    const feeds = given.map(([name, { type, shape, data }]) => {
      return [name, new Tensor(type as 'float32', data as Float32Array, shape)];
    });
    return await session.run(Object.fromEntries(feeds));
  } finally {
    await session.release();
  }
}

/** Outputs by name, of the nodes as the model has them. */
export async function runInRuntime(
  model: Uint8Array,
  inputs: Readonly<Record<string, TensorData>>,
): Promise<Map<string, { readonly shape: readonly number[]; readonly values: number[] }>> {
  const results = await run(model, inputs, { graphOptimizationLevel: 'disabled' });
  return new Map(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, values: Array.from(data as ArrayLike<number | bigint>, Number) },
    ]),
  );
}

export interface Computed {
  readonly shape: readonly number[];
  readonly type: string;
  readonly data: ArrayLike<number>;
}

/** Outputs by name, of the model as the runtime makes it fast; `model` is the bytes or the path of a file. */
export async function runOptimized(
  model: Uint8Array | string,
  inputs: Readonly<Record<string, Given>>,
): Promise<Record<string, Computed>> {
  const results = await run(model, inputs, {});
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, type, data }]) => [
      name,
      { shape: dims, type, data: data as ArrayLike<number> },
    ]),
  );
}

/** Holds an output to what we compute, to 1e-4 of the largest element. */
export function assertNear(
  actual: Computed,
  expected: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  what: string,
): void {
  assert.deepEqual([...actual.shape], [...expected.shape], `${what}: shape`);
  const values = Array.from(expected.data, Number);
  const finite = values.filter(Number.isFinite).map(Math.abs);
  const scale = finite.reduce((most, value) => Math.max(most, value), 0);
  assert.equal(actual.data.length, values.length, `${what}: elements`);
  for (const [i, value] of values.entries()) {
    const found = Number(actual.data[i]);
    if (Object.is(found, value) || Math.abs(found - value) <= 1e-4 * scale) continue;
    assert.fail(`${what}: element ${i} is ${found}, we compute ${value} (the largest is ${scale})`);
  }
}
