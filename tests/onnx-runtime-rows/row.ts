/** A node on which the importer is compared with onnxruntime, and what such nodes are made of. */

import type { AttributeToWrite, TensorToWrite, TypeName } from '../onnx-writer.js';

export interface RuntimeRow {
  readonly operator: string;
  readonly opset?: number;
  /** In order; null is left out. */
  readonly inputs: readonly (TensorToWrite | null)[];
  readonly attributes?: Readonly<Record<string, AttributeToWrite>>;
  /** How many there are. */
  readonly outputs?: number;
  /** The allowed difference where rounding may go either way: one step of a quantised number. */
  readonly step?: number;
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** The same numbers for the same seed, spread over -1.5 to 1.5 and free of ties. */
export function noise(seed: number, ...dims: number[]): TensorToWrite {
  let state = seed * 7919 + 17;
  const values = Array.from({ length: sizeOf(dims) }, () => {
    state = (state * 48271) % 2147483647;
    return Math.fround((state / 2147483647) * 3 - 1.5);
  });
  return { dims, values };
}

export const of = (
  type: TypeName,
  dims: readonly number[],
  values: readonly number[],
): TensorToWrite => ({
  type,
  dims,
  values,
});
export const floats = (...values: number[]): TensorToWrite => ({ dims: [values.length], values });
export const longs = (...values: number[]): TensorToWrite => of('int64', [values.length], values);
export const scalarOf = (type: TypeName, value: number): TensorToWrite => of(type, [], [value]);
export const single = (value: number): TensorToWrite => scalarOf('float32', value);

/** Whole numbers of a type, all over its range. */
export function whole(
  seed: number,
  type: 'uint8' | 'int8' | 'int32',
  ...dims: number[]
): TensorToWrite {
  const low = type === 'uint8' ? 0 : -128;
  const values = noise(seed, ...dims).values!.map((v) => Math.floor(((v + 1.5) / 3) * 256) + low);
  return of(type, dims, values);
}

export const float = (value: number) => ({ float: value });
export const int = (value: number) => ({ int: value });
export const ints = (...values: number[]) => ({ ints: values });
export const text = (value: string) => ({ string: value });

export type Rows = Record<string, RuntimeRow>;
