/** The part of `onnxruntime-node` and `onnxruntime-web` that the benchmark uses. */

export interface Ort {
  readonly env: {
    readonly versions: Readonly<Record<string, string | undefined>>;
    readonly wasm: { numThreads?: number };
  };
  readonly InferenceSession: {
    create(model: string, options: SessionOptions): Promise<OrtSession>;
  };
  readonly Tensor: new (
    dtype: 'float32',
    values: Float32Array,
    shape: readonly number[],
  ) => OrtTensor;
}

export interface SessionOptions {
  readonly executionProviders: readonly string[];
  readonly graphOptimizationLevel: 'all';
  readonly intraOpNumThreads?: number;
  /** Fixes the extents that the file leaves open. */
  readonly freeDimensionOverrides: Readonly<Record<string, number>>;
}

export interface OrtSession {
  run(inputs: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>;
}

export interface OrtTensor {
  readonly data: Float32Array;
}
