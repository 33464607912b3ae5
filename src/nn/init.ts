/** Initialisation: fills parameters with random numbers whose spread suits the layer's size. */

import { allocate } from '../graph/dtype.js';
import { ShapeError } from '../graph/errors.js';
import { formatShape, type Shape } from '../graph/shape.js';
import type { Variable } from '../graph/variable.js';
import type { Philox } from '../random/philox.js';
import { checkNumber, checkOptionNames } from './options.js';
import { defaultGenerator } from './seed.js';

export interface RandomOptions {
  /** Where the numbers come from; defaults to the one that `manualSeed` seeds. */
  generator?: Philox;
}

/** The function that follows the layer. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

export interface KaimingOptions extends RandomOptions {
  /** Keep the variance of activations ('fanIn') or of gradients ('fanOut'). Default: 'fanIn'. */
  mode?: 'fanIn' | 'fanOut';
  /** Default: 'leakyRelu'. */
  nonlinearity?: Nonlinearity;
  /** The negative slope of a leaky ReLU. Default: 0. */
  negativeSlope?: number;
}

export interface XavierOptions extends RandomOptions {
  /** Factor on the standard deviation, see `calculateGain`. Default: 1. */
  gain?: number;
}

const kaimingNames = ['mode', 'nonlinearity', 'negativeSlope', 'generator'];
const gains: { readonly [Name in Nonlinearity]: (negativeSlope: number) => number } = {
  linear: () => 1,
  sigmoid: () => 1,
  tanh: () => 5 / 3,
  relu: () => Math.SQRT2,
  leakyRelu: (negativeSlope) => Math.sqrt(2 / (1 + negativeSlope ** 2)),
  selu: () => 3 / 4,
};

/** The factor that keeps the variance through a nonlinearity; `negativeSlope` (0.01) is of leakyRelu. */
export function calculateGain(nonlinearity: Nonlinearity, negativeSlope = 0.01): number {
  checkOptionNames('nonlinearity', { [nonlinearity]: true }, Object.keys(gains));
  return gains[nonlinearity](negativeSlope);
}

/**
 * How many inputs feed one output of a weight [O, I, ...kernel], and how many outputs one input feeds.
 *
 * Throws ShapeError below two dimensions.
 */
export function fanInAndFanOut(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new ShapeError(
      `fan in and fan out need a weight of two or more dimensions, got ${formatShape(shape)}`,
    );
  }
  const receptive = shape.slice(2).reduce((product, extent) => product * extent, 1);
  return { fanIn: shape[1] * receptive, fanOut: shape[0] * receptive };
}

/**
 * Uniform numbers within gain * sqrt(3 / fan) (He et al. 2015).
 *
 *     init.kaimingUniform(conv.weight, { nonlinearity: 'relu' });
 */
export function kaimingUniform(variable: Variable, options: KaimingOptions = {}): void {
  const bound = Math.sqrt(3) * kaimingDeviation('kaimingUniform', variable, options);
  uniform(variable, { low: -bound, high: bound, generator: options.generator });
}

/**
 * Normal numbers of standard deviation gain / sqrt(fan) (He et al. 2015).
 *
 *     init.kaimingNormal(conv.weight, { mode: 'fanOut', nonlinearity: 'relu' });
 */
export function kaimingNormal(variable: Variable, options: KaimingOptions = {}): void {
  const std = kaimingDeviation('kaimingNormal', variable, options);
  normal(variable, { std, generator: options.generator });
}

/**
 * Uniform numbers within gain * sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010).
 *
 *     init.xavierUniform(linear.weight, { gain: init.calculateGain('tanh') });
 */
export function xavierUniform(variable: Variable, options: XavierOptions = {}): void {
  const bound = Math.sqrt(3) * xavierDeviation('xavierUniform', variable, options);
  uniform(variable, { low: -bound, high: bound, generator: options.generator });
}

/**
 * Normal numbers of standard deviation gain * sqrt(2 / (fanIn + fanOut)) (Glorot and Bengio 2010).
 *
 *     init.xavierNormal(linear.weight);
 */
export function xavierNormal(variable: Variable, options: XavierOptions = {}): void {
  const std = xavierDeviation('xavierNormal', variable, options);
  normal(variable, { std, generator: options.generator });
}

export interface UniformOptions extends RandomOptions {
  low?: number;
  high?: number;
}

/**
 * Uniform numbers from `low` (0) to `high` (1).
 *
 *     init.uniform(linear.bias, { low: -0.1, high: 0.1 });
 */
export function uniform(
  variable: Variable,
  { low = 0, high = 1, generator = defaultGenerator() }: UniformOptions = {},
): void {
  const numbers = generator.clone();
  generator.skipUniform(variable.size);
  fillLazily(variable, () => low + (high - low) * numbers.uniform());
}

export interface NormalOptions extends RandomOptions {
  mean?: number;
  std?: number;
}

/**
 * Normal numbers of `mean` (0) and standard deviation `std` (1).
 *
 *     init.normal(conv.weight, { std: 0.02 });
 */
export function normal(
  variable: Variable,
  { mean = 0, std = 1, generator = defaultGenerator() }: NormalOptions = {},
): void {
  const numbers = generator.clone();
  generator.skipNormal(variable.size);
  fillLazily(variable, () => mean + std * numbers.normal());
}

/**
 * `value` everywhere.
 *
 *     init.constant(linear.bias, 0);
 */
export function constant(variable: Variable, value: number): void {
  fillLazily(variable, () => value);
}

/**
 * NOTE: large networks are built to look at their shapes, or to be given other weights; numbers that
 * nobody asks for are never made. The generator has passed over them already, so that later layers
 * get the same numbers either way.
 */
function fillLazily(variable: Variable, next: () => number): void {
  variable.setLazily(() => {
    const data = allocate(variable.dtype, variable.size);
    for (let i = 0; i < data.length; i++) data[i] = next();
    return data;
  });
}

function kaimingDeviation(owner: string, { shape }: Variable, options: KaimingOptions): number {
  const { mode = 'fanIn', nonlinearity = 'leakyRelu', negativeSlope = 0 } = options;
  checkOptionNames(owner, options, kaimingNames);
  const fans = fanInAndFanOut(shape);
  checkOptionNames(`${owner} mode`, { [mode]: true }, Object.keys(fans));
  return calculateGain(nonlinearity, negativeSlope) / Math.sqrt(fans[mode]);
}

function xavierDeviation(owner: string, { shape }: Variable, options: XavierOptions): number {
  const { gain = 1 } = options;
  checkOptionNames(owner, options, ['gain', 'generator']);
  checkNumber(owner, { gain });
  const { fanIn, fanOut } = fanInAndFanOut(shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}
