/** The part of `@tensorflow/tfjs` that the benchmark uses. */

export interface Tfjs {
  readonly version: { readonly tfjs: string };
  readonly train: { adam(lr: number): Optimizer };
  readonly losses: { softmaxCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tidy<Result>(body: () => Result): Result;
  tensor(values: Float32Array | Int32Array, shape: number[], dtype?: string): TfTensor;
  variable(initial: TfTensor): TfTensor;
  oneHot(labels: TfTensor, classes: number): TfTensor;
  relu(x: TfTensor): TfTensor;
  conv2d(x: TfTensor, filter: TfTensor, stride: number, pad: Padding): TfTensor;
  depthwiseConv2d(x: TfTensor, filter: TfTensor, stride: number, pad: Padding): TfTensor;
  transpose(x: TfTensor, order: number[]): TfTensor;
  maxPool(x: TfTensor, size: number, stride: number, pad: 'valid'): TfTensor;
  matMul(a: TfTensor, b: TfTensor): TfTensor;
}

/** A number for all four sides, or [before, after] for each of the four dimensions. */
type Padding = number | 'valid' | number[][];

export interface TfTensor {
  add(other: TfTensor): TfTensor;
  reshape(shape: number[]): TfTensor;
  dataSync(): Float32Array;
}

export interface Optimizer {
  minimize(loss: () => TfTensor, returnCost: boolean): TfTensor;
}
