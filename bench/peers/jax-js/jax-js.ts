/** The part of `@jax-js/jax` that the benchmark uses. */

export interface JaxJs {
  init(device: string): Promise<string[]>;
  defaultDevice(device: string): string;
  jit<Arguments extends unknown[], Result>(
    body: (...inputs: Arguments) => Result,
  ): (...inputs: Arguments) => Result;
  valueAndGrad<Arguments extends unknown[]>(
    loss: (...inputs: Arguments) => JaxArray,
  ): (...inputs: Arguments) => [JaxArray, Arguments[0]];
  readonly numpy: {
    array(values: Float32Array, options: { shape: number[] }): JaxArray;
    zeros(shape: number[]): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    max(x: JaxArray): JaxArray;
    sqrt(x: JaxArray): JaxArray;
    power(base: number, exponent: JaxArray): JaxArray;
  };
  readonly nn: { relu(x: JaxArray): JaxArray; logSoftmax(x: JaxArray): JaxArray };
  readonly lax: {
    convGeneralDilated(
      x: JaxArray,
      filter: JaxArray,
      strides: number[],
      padding: 'VALID' | [number, number][],
      options?: { featureGroupCount?: number },
    ): JaxArray;
    reduceWindow(
      x: JaxArray,
      reduce: (window: JaxArray) => JaxArray,
      size: number[],
      strides: number[],
    ): JaxArray;
  };
}

/** NOTE: every operation consumes its inputs; `ref` keeps an array alive for one more use. */
export interface JaxArray {
  readonly shape: number[];
  readonly ref: JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  sum(): JaxArray;
  reshape(shape: number[]): JaxArray;
  transpose(): JaxArray;
  data(): Promise<ArrayLike<number>>;
}
