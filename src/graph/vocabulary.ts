/** The vocabulary of the engine: every primitive by name, with the attributes it carries. */

import type { DType } from './dtype.js';

export interface UnaryAttributes {
  neg: {};
  abs: {};
  sign: {};
  exp: {};
  log: {};
  sqrt: {};
  tanh: {};
  sigmoid: {};
  expm1: {};
  log1p: {};
  erf: {};
  floor: {};
  round: {};
  sin: {};
  cos: {};
  atan: {};
  not: {};
}

export interface BinaryAttributes {
  add: {};
  sub: {};
  mul: {};
  div: {};
  pow: {};
  floorDivide: {};
  remainder: {};
  maximum: {};
  minimum: {};
  less: {};
  equal: {};
  and: {};
  or: {};
}

/** One output element from the elements at the same place of the inputs. */
export interface ElementwiseAttributes extends UnaryAttributes, BinaryAttributes {
  /** where(condition, a, b) */
  where: {};
  cast: { dtype: DType };
  /** The coordinate along `dim`, as int32. No inputs. */
  iota: { shape: readonly number[]; dim: number };
}

/** The same elements seen through other indices; costs nothing where a stride can say it. */
export interface ViewAttributes {
  reshape: { shape: readonly number[] };
  permute: { order: readonly number[] };
  /** Repeats dimensions of extent 1. */
  expand: { shape: readonly number[] };
  /** out[i] = x[start + i * step]; a negative step walks backwards. */
  slice: { start: readonly number[]; step: readonly number[]; shape: readonly number[] };
  /** The value itself, cut off from differentiation. */
  detach: {};
  /** The first input, whose gradient is computed anew from the other inputs: what it was computed from. */
  checkpoint: {};
  /** The first input; what reads it is computed only when the second is there. */
  recompute: {};
}

/** Reductions keep the reduced dimensions with extent 1. */
export interface ReductionAttributes {
  sum: { dims: readonly number[] };
  max: { dims: readonly number[] };
  /** Index of the first maximum along one dimension, as int32. */
  argmax: { dim: number };
}

export interface WindowAttributes {
  kernel: readonly [number, number];
  stride: readonly [number, number];
  dilation: readonly [number, number];
}

/** How values that go to one place are joined. */
export type ScatterOperation = 'add' | 'mul' | 'max' | 'min';

/** Several tensors in the memory of one, without arithmetic. */
export interface JoinAttributes {
  /** The inputs one behind the other along `dim`. */
  concatenate: { dim: number };
}

/** Operations with a kernel of their own in every fast backend. */
export interface StructuredAttributes {
  /** [B, M, K] x [B, K, N] -> [B, M, N] */
  matmul: {};
  /** [G, N, C, H, W] * [G, O, C, KH, KW] -> [G, N, O, OH, OW], no padding. */
  conv2d: { stride: readonly [number, number]; dilation: readonly [number, number] };
  /** Adds `value` around (and, with `interior`, between) the elements; negative edges are sliced by the caller. */
  pad: {
    low: readonly number[];
    high: readonly number[];
    interior: readonly number[];
    value: number;
  };
  /** Sum over windows of the last two dimensions of [..., H, W]. */
  windowSum: WindowAttributes;
  /** Maximum over windows of the last two dimensions; NaN wins. */
  windowMax: WindowAttributes;
  /** Where each window's first maximum is, as the int32 index h * W + w of its plane. */
  windowArgmax: WindowAttributes;
  /** [R, S] at int32 [R, K] -> [R, K]: out[r, k] = x[r, index[r, k]] */
  gather: {};
  /** [R, K] at int32 [R, K] -> [R, size]: out[r, index[r, k]] = operation(out[r, index[r, k]], x[r, k]) */
  scatter: { size: number; operation: ScatterOperation };
  /** [R, S] -> int32 [R, S]: the columns of each row in order of their values; stable, NaN last. */
  argsort: { descending: boolean };
  /** Philox uniform numbers in [0, 1) of `shape`; the input is the generator's int32 state [4]. */
  uniform: { shape: readonly number[] };
}

export interface PrimitiveAttributes
  extends ElementwiseAttributes,
    ViewAttributes,
    ReductionAttributes,
    JoinAttributes,
    StructuredAttributes {}

export type UnaryName = keyof UnaryAttributes;
export type BinaryName = keyof BinaryAttributes;
export type ElementwiseName = keyof ElementwiseAttributes;
export type ViewName = keyof ViewAttributes;
export type ReductionName = keyof ReductionAttributes;
export type JoinName = keyof JoinAttributes;
export type StructuredName = keyof StructuredAttributes;
export type PrimitiveName = keyof PrimitiveAttributes;
