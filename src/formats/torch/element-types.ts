/** PyTorch's dtypes: how a storage keeps the elements of each, and under which name pickles know it. */

import type { Storage } from '../safetensors-storage.js';

/** A dtype as PyTorch calls it, without `torch.`. */
export type TorchDtype = keyof typeof torchElements;

/** How the elements of one dtype lie in a storage. */
export interface TorchElement {
  /** The stored type of one number. */
  readonly number: Storage;
  /** Numbers in one element: 2 for complex ones, which are real and imaginary part. */
  readonly numbers: 1 | 2;
  /** The name of the element type in a `TensorEntry`. */
  readonly label: string;
}

const real = <Code extends Storage>(number: Code) =>
  ({ number, numbers: 1, label: number }) as const;
const complex = (number: Storage, label: string) => ({ number, numbers: 2, label }) as const;

/** Every dtype that is read. */
export const torchElements = {
  float64: real('F64'),
  float32: real('F32'),
  float16: real('F16'),
  bfloat16: real('BF16'),
  float8_e4m3fn: real('F8_E4M3'),
  float8_e5m2: real('F8_E5M2'),
  float8_e4m3fnuz: real('F8_E4M3FNUZ'),
  float8_e5m2fnuz: real('F8_E5M2FNUZ'),
  float8_e8m0fnu: real('F8_E8M0'),
  int64: real('I64'),
  int32: real('I32'),
  int16: real('I16'),
  int8: real('I8'),
  uint64: real('U64'),
  uint32: real('U32'),
  uint16: real('U16'),
  uint8: real('U8'),
  bool: real('BOOL'),
  complex128: complex('F64', 'C128'),
  complex64: complex('F32', 'C64'),
  complex32: complex('F16', 'C32'),
} as const satisfies Record<string, TorchElement>;

/** The storage classes of pickles, by the name behind `torch.` or `torch.cuda.`. */
export const storageClasses: ReadonlyMap<string, TorchDtype> = new Map([
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
  ['ComplexDoubleStorage', 'complex128'],
  ['ComplexFloatStorage', 'complex64'],
]);

/** The dtype called `name`, if it is one that is read. */
export function torchDtype(name: string): TorchDtype | undefined {
  return Object.hasOwn(torchElements, name) ? (name as TorchDtype) : undefined;
}
