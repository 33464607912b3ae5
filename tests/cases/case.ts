/** What a test case is, and the seeded data that cases are made of. */

import { allocate, type DType, type TypedArray } from '../../src/graph/dtype.js';
import { type Shape, sizeOf } from '../../src/graph/shape.js';
import { Tensor } from '../../src/graph/tensor.js';
import { type Trace, trace } from '../../src/graph/trace.js';
import type { TracedGraph } from '../../src/graph/traced-graph.js';
import { Variable } from '../../src/graph/variable.js';
import { Philox } from '../../src/random/philox.js';

export interface CaseInput {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: TypedArray;
}

export interface Case {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  readonly build: (...inputs: Tensor[]) => Tensor | readonly Tensor[];
}

/** The cases of one primitive. */
export interface PrimitiveCases {
  /** What a gradient check must find: agreement, or zeros because none is defined. */
  readonly gradient: 'smooth' | 'none';
  /** Cases whose inputs stand clear of every kink, so that gradients can be checked there. */
  readonly cases: readonly Case[];
  /** Cases at kinks and at special values, where only the values are compared. */
  readonly special?: readonly Case[];
}

/** The outputs of a case as a list. */
export function outputsOf(testCase: Case, inputs: readonly Tensor[]): readonly Tensor[] {
  const built = testCase.build(...inputs);
  return built instanceof Tensor ? [built] : built;
}

/** The traced graph of a case, over placeholders. */
export function traceCase(testCase: Case): TracedGraph {
  const inputs = testCase.inputs.map(
    ({ shape, dtype }) => new Tensor(shape, dtype, { kind: 'input' }),
  );
  const traced = trace(() => outputsOf(testCase, inputs));
  return { inputs, outputs: traced.result, assignments: assignmentsOf(traced.trace) };
}

export function assignmentsOf({ assignments }: Trace): TracedGraph['assignments'] {
  return [...assignments].map(([variable, value]) => {
    if (!(variable instanceof Variable)) throw new Error('only variables are assigned');
    return { variable, value };
  });
}

function filled(shape: Shape, dtype: DType, next: () => number): CaseInput {
  const data = allocate(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = next();
  return { shape, dtype, data };
}

/** Standard normal float32 numbers. */
export function normal(shape: Shape, seed = 1): CaseInput {
  const random = new Philox(seed);
  return filled(shape, 'float32', () => random.normal());
}

/** float32 numbers between `low` and `high`. */
export function between(low: number, high: number, shape: Shape, seed = 1): CaseInput {
  const random = new Philox(seed);
  return filled(shape, 'float32', () => low + (high - low) * random.uniform());
}

/** float32 numbers in random order, 1/64 apart and none within 1/128 of zero: clear of every kink. */
export function distinct(shape: Shape, seed = 1): CaseInput {
  const size = sizeOf(shape);
  const order = new Philox(seed).permutation(size);
  let i = 0;
  return filled(shape, 'float32', () => (order[i++] - Math.floor(size / 2) + 0.5) / 64);
}

/** int32 numbers from `low` to `high`, both included. */
export function integers(low: number, high: number, shape: Shape, seed = 1): CaseInput {
  const random = new Philox(seed);
  return filled(shape, 'int32', () => low + random.integer(high - low + 1));
}

/** Random bools. */
export function bools(shape: Shape, seed = 1): CaseInput {
  const random = new Philox(seed);
  return filled(shape, 'bool', () => random.integer(2));
}

/** These values. */
export function exactly(
  values: readonly number[],
  shape: Shape = [values.length],
  dtype: DType = 'float32',
): CaseInput {
  const data = allocate(dtype, values.length);
  data.set(values);
  return { shape, dtype, data };
}

/** Zeros of both signs, infinities, NaN, subnormals, the largest and the smallest normal numbers. */
export const specialValues: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -3,
  Infinity,
  -Infinity,
  Number.NaN,
  2 ** -149,
  -(2 ** -149),
  2 ** -130,
  -(2 ** -127),
  2 ** -126,
  -(2 ** -126),
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1e-20,
  -1e-20,
  1e20,
  -1e20,
  16777217,
  1e-7,
  -1e-7,
  0.99999994,
  1.0000001,
  88,
  89,
  -87,
  -88,
  -103,
  -104,
  9,
  -9,
];

/** Every special value against every other, as two inputs. */
export function specialPairs(): readonly [CaseInput, CaseInput] {
  const count = specialValues.length;
  const first = specialValues.flatMap((value) => new Array<number>(count).fill(value));
  const second = specialValues.flatMap(() => specialValues);
  return [exactly(first), exactly(second)];
}
