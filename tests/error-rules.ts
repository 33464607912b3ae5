/** How the error of its operands goes through each primitive, and what rounding adds; see error-bound.ts. */

import {
  forEachIndex,
  positionIn,
  type ReferenceArray,
  type ReferenceKernel,
  type Value,
} from '../src/backends/reference/kernel.js';
import { referenceKernels } from '../src/backends/reference/reference.js';
import type {
  PrimitiveAttributes,
  PrimitiveName,
  ScatterOperation,
  WindowAttributes,
} from '../src/graph/vocabulary.js';

/** The arithmetic of a backend. */
export interface Precision {
  /** The largest relative error of one rounding. */
  readonly roundoff: number;
  /** The largest finite number. */
  readonly largest: number;
  /** The smallest positive number. */
  readonly smallest: number;
}

/** A value with the largest error of each element. */
interface Bounded extends Value {
  readonly errors: Float64Array;
}

interface Context<Name extends PrimitiveName> {
  readonly inputs: readonly Bounded[];
  readonly attributes: PrimitiveAttributes[Name];
  readonly output: Value;
  readonly precision: Precision;
}

export type ErrorRule<Name extends PrimitiveName> = (context: Context<Name>) => Float64Array;

/** Roundings that an approximation of exp, log, tanh or sigmoid may be off by. */
const functionRoundings = 4;
/** Room for equivalent ways to write an operation, such as a division as a product. */
const slack = 2;

type Pointwise = (inputs: readonly number[], errors: readonly number[], output: number) => number;

/** An elementwise rule: how operands' errors go through, and how often the result is rounded. */
function pointwise<Name extends PrimitiveName>(through: Pointwise, roundings = 0): ErrorRule<Name> {
  return ({ inputs, output: { data, dtype }, precision }) =>
    Float64Array.from(data, (out, i) => {
      const operands = inputs.map((input) => input.data[i]);
      const errors = inputs.map((input) => input.errors[i]);
      const passed = through(operands, errors, out);
      return dtype === 'float32' ? passed + rounding(magnitude(out), roundings, precision) : passed;
    });
}

const largestError: Pointwise = (_, errors) => Math.max(0, ...errors);
const added: Pointwise = (_, [a, b]) => a + b;
/** 0 where an answer is certain, else free. */
const certain = (sure: boolean): number => (sure ? 0 : Infinity);
const compared: Pointwise = ([a, b], [ea, eb]) =>
  certain(ea + eb === 0 || Math.abs(a - b) > ea + eb || Number.isNaN(a - b));
const signed: Pointwise = ([x], [e]) => certain(e === 0 || Math.abs(x) > e);

/** Backends reduce the angle in doubles, which no longer hold it beyond this size. */
const largestAngle = 1e8;
const sine: Pointwise = ([x], [e]) => (magnitude(x) > largestAngle ? Infinity : e);

/** Whether a / b is certain to lie between the same two whole numbers. */
function sameQuotient(a: number, b: number, ea: number, eb: number): boolean {
  if (ea === 0 && eb === 0) return true;
  if (Math.abs(b) <= eb) return false;
  const ends = [a - ea, a + ea].flatMap((x) => [x / (b - eb), x / (b + eb)]).map(Math.floor);
  return ends.every((end) => end === ends[0]);
}

/** Infinities and NaN are exact: they add nothing to an error. */
const magnitude = (x: number): number => (Number.isFinite(x) ? Math.abs(x) : 0);
const magnitudes = ({ data }: Value): Float64Array => Float64Array.from(data, magnitude);

/** The error of `count` roundings at a size; nothing is lost of 0. */
const rounding = (size: number, count: number, { roundoff, smallest }: Precision): number =>
  size === 0 ? 0 : slack * count * (roundoff * size + smallest);

/** Applies the reference kernel itself to other data: errors move, add and multiply as values do. */
function through<Name extends PrimitiveName>(
  name: Name,
  { inputs, attributes, output }: Omit<Context<Name>, 'precision'>,
  data: readonly ReferenceArray[],
): Float64Array {
  const kernel: ReferenceKernel<Name> = referenceKernels[name];
  const errors = new Float64Array(output.data.length);
  kernel({
    inputs: inputs.map(({ shape }, i) => ({ shape, dtype: 'float32', data: data[i] })),
    attributes,
    output: { shape: output.shape, dtype: 'float32', data: errors },
  });
  return errors;
}

const moved =
  <Name extends PrimitiveName>(name: Name): ErrorRule<Name> =>
  (context) =>
    through(
      name,
      context,
      context.inputs.map(({ errors }) => errors),
    );

const sumRoundings = (terms: number): number => 2 + 2 * Math.sqrt(terms);

/** A sum over `terms` elements: their errors, and rounding in proportion to their magnitudes. */
const summed =
  <Name extends 'sum' | 'windowSum'>(
    name: Name,
    terms: (context: Context<Name>) => number,
  ): ErrorRule<Name> =>
  (context) => {
    const { inputs, output, precision } = context;
    const errors = through(name, context, [inputs[0].errors]);
    if (output.dtype !== 'float32') return errors;
    const sizes = through(name, context, [magnitudes(inputs[0])]);
    const count = sumRoundings(terms(context));
    return errors.map((error, i) => error + rounding(sizes[i], count, precision));
  };

/** A product summed over `terms` pairs of elements. */
const bilinear =
  <Name extends 'matmul' | 'conv2d'>(
    name: Name,
    terms: (context: Context<Name>) => number,
  ): ErrorRule<Name> =>
  (context) => {
    const {
      inputs: [a, b],
      precision,
    } = context;
    const count = sumRoundings(terms(context));
    const sizes = magnitudes(b);
    const widened = b.errors.map((error, i) => error + rounding(sizes[i], count, precision));
    const first = through(name, context, [magnitudes(a), widened]);
    const reached = b.errors.map((error, i) => error + sizes[i]);
    const second = through(name, context, [a.errors, reached]);
    const least = count * precision.smallest;
    return first.map((error, i) => error + second[i] + (error > 0 ? least : 0));
  };

/** An index of a maximum is certain unless another element comes within reach of the largest. */
function indexErrors(
  x: Bounded,
  output: Value,
  elementsOf: (index: readonly number[]) => readonly number[],
): Float64Array {
  const errors = new Float64Array(output.data.length);
  forEachIndex(output.shape, (index, place) => {
    const elements = elementsOf(index);
    if (elements.every((at) => x.errors[at] === 0)) return;
    const least = Math.max(...elements.map((at) => x.data[at] - x.errors[at]));
    const close = elements.filter((at) => x.data[at] + x.errors[at] >= least);
    errors[place] = certain(close.length === 1);
  });
  return errors;
}

function windowElements(
  { shape }: Value,
  { kernel, stride, dilation }: WindowAttributes,
): (index: readonly number[]) => number[] {
  const position = positionIn(shape);
  const taps = [0, 1].map((axis) => [...new Array(kernel[axis]).keys()]);
  return (index) => {
    const [y, x] = index.slice(-2).map((i, axis) => i * stride[axis]);
    return taps[0].flatMap((i) =>
      taps[1].map((j) =>
        position([...index.slice(0, -2), y + i * dilation[0], x + j * dilation[1]]),
      ),
    );
  };
}

/** The errors of what is joined in one place, for an index that is certain. */
function scatterErrors(context: Context<'scatter'>): Float64Array {
  const { inputs, attributes, output, precision } = context;
  const [x, index] = inputs;
  const join = (operation: ScatterOperation, data: Float64Array): Float64Array =>
    through('scatter', { ...context, attributes: { ...attributes, operation } }, [
      data,
      index.data,
    ]);
  const roundings = output.dtype === 'float32' ? sumRoundings(x.shape[1]) : 0;
  if (attributes.operation === 'add') {
    const sizes = join('add', magnitudes(x));
    const errors = join('add', x.errors);
    return errors.map((error, i) => error + rounding(sizes[i], roundings, precision));
  }
  if (attributes.operation === 'mul') {
    const relative = x.errors.map((error, i) => (error === 0 ? 0 : error / Math.abs(x.data[i])));
    return join('add', relative).map((error, i) => {
      const size = magnitude(output.data[i]);
      return size * Math.expm1(error) + rounding(size, roundings, precision);
    });
  }
  return join('max', x.errors).map((error) => Math.max(error, 0));
}

const functionRule = (through: Pointwise) => pointwise<PrimitiveName>(through, functionRoundings);

/** Exhaustive: a new primitive states here how exact it is to be. */
export const errorRules: { readonly [Name in PrimitiveName]: ErrorRule<Name> } = {
  neg: pointwise(largestError),
  abs: pointwise(largestError),
  sign: pointwise(signed),
  exp: functionRule((_, [e], out) => out * Math.expm1(e)),
  log: functionRule(([x], [e]) => (e === 0 ? 0 : x > e ? e / (x - e) : Infinity)),
  sqrt: pointwise(([x], [e]) => {
    return e === 0 ? 0 : Math.sqrt(Math.max(x + e, 0)) - Math.sqrt(Math.max(x - e, 0));
  }, 1),
  tanh: functionRule((_, [e], out) => e * Math.min(1, 1 - out * out + 2 * e)),
  sigmoid: functionRule((_, [e], out) => e * Math.min(0.25, out * (1 - out) + e)),
  expm1: functionRule((_, [e], out) => (out + 1) * Math.expm1(e)),
  log1p: functionRule(([x], [e]) => (e === 0 ? 0 : x + 1 > e ? e / (x + 1 - e) : Infinity)),
  erf: functionRule((_, [e]) => e * (2 / Math.sqrt(Math.PI))),
  floor: pointwise(([x], [e]) =>
    e === 0 || Math.floor(x - e) === Math.floor(x + e) ? 0 : Infinity,
  ),
  round: pointwise(([x], [e]) => certain(e === 0 || Math.round(x - e) === Math.round(x + e))),
  sin: functionRule(sine),
  cos: functionRule(sine),
  atan: functionRule((_, [e]) => e),
  not: pointwise(largestError),

  add: pointwise(added, 1),
  sub: pointwise(added, 1),
  mul: pointwise(([a, b], [ea, eb]) => Math.abs(a) * eb + Math.abs(b) * ea + ea * eb, 1),
  div: pointwise(([, b], [ea, eb], out) => {
    if (ea === 0 && eb === 0) return 0;
    return Math.abs(b) > eb ? (ea + Math.abs(out) * eb) / (Math.abs(b) - eb) : Infinity;
  }, 1),
  pow: functionRule(([a, b], [ea, eb], out) => {
    if (ea === 0 && eb === 0) return 0;
    const [size, power] = [Math.abs(a), Math.abs(b)];
    if (ea >= size) return Infinity;
    return magnitude(out) * Math.expm1((power * ea) / (size - ea) + Math.abs(Math.log(size)) * eb);
  }),
  floorDivide: pointwise(([a, b], [ea, eb]) => certain(sameQuotient(a, b, ea, eb)), 1),
  remainder: (context) => {
    const isFloat = context.output.dtype === 'float32';
    return pointwise(([a, b], [ea, eb]) => {
      // NaN, whatever the backend does.
      if (!Number.isFinite(a) || b === 0) return 0;
      const quotient = Math.abs(a / b);
      // Exact while doubles hold the quotient with room to spare, as they do for every int32.
      const exact = !(isFloat && quotient > 2 ** 28);
      return exact && sameQuotient(a, b, ea, eb) ? ea + eb * (quotient + 1) : Infinity;
    }, 1)(context);
  },
  maximum: pointwise(largestError),
  minimum: pointwise(largestError),
  less: pointwise(compared),
  equal: pointwise(compared),
  and: pointwise(largestError),
  or: pointwise(largestError),
  where: pointwise(([condition, a, b], [free, ea, eb]) => {
    return free === 0 ? (condition !== 0 ? ea : eb) : Math.abs(a - b) + Math.max(ea, eb);
  }),
  cast: (context) => {
    const [{ dtype }] = context.inputs;
    const target = context.output.dtype;
    if (target === 'bool') return pointwise(signed)(context);
    if (target === 'float32') return pointwise(largestError, 1)(context);
    const whole = dtype !== 'float32';
    return pointwise(([x], [e]) => {
      return whole || Math.trunc(x - e) === Math.trunc(x + e) || e === 0 ? 0 : Math.ceil(e);
    })(context);
  },
  iota: ({ output }) => new Float64Array(output.data.length),

  reshape: moved('reshape'),
  permute: moved('permute'),
  expand: moved('expand'),
  slice: moved('slice'),
  detach: moved('detach'),
  checkpoint: moved('checkpoint'),
  recompute: moved('recompute'),

  sum: summed('sum', ({ inputs: [x], output }) => x.data.length / Math.max(output.data.length, 1)),
  max: moved('max'),
  argmax: ({ inputs: [x], attributes: { dim }, output }) => {
    const position = positionIn(x.shape);
    const along = [...new Array(x.shape[dim]).keys()];
    return indexErrors(x, output, (index) => along.map((i) => position(index.with(dim, i))));
  },

  concatenate: moved('concatenate'),

  matmul: bilinear('matmul', ({ inputs: [a] }) => a.shape[2]),
  conv2d: bilinear('conv2d', ({ inputs: [, { shape }] }) => shape[2] * shape[3] * shape[4]),
  pad: (context) => {
    const {
      inputs: [x],
      attributes,
      output,
      precision,
    } = context;
    const plain = { ...context, attributes: { ...attributes, value: 0 } };
    const value = output.dtype === 'float32' ? magnitude(attributes.value) : 0;
    return through('pad', plain, [x.errors]).map((error) => error + value * precision.roundoff);
  },
  windowSum: summed('windowSum', ({ attributes: { kernel } }) => kernel[0] * kernel[1]),
  windowMax: moved('windowMax'),
  windowArgmax: ({ inputs: [x], attributes, output }) =>
    indexErrors(x, output, windowElements(x, attributes)),
  gather: (context) => {
    const [x, index] = context.inputs;
    const errors = through('gather', context, [x.errors, index.data]);
    return errors.map((error, i) => (index.errors[i] === 0 ? error : Infinity));
  },
  scatter: (context) => {
    const [x, index] = context.inputs;
    const { size } = context.attributes;
    const errors = scatterErrors(context);
    const terms = x.shape[1];
    const isFree = (row: number) =>
      index.errors.subarray(row * terms, (row + 1) * terms).some((error) => error > 0);
    return errors.map((error, i) => (isFree(Math.floor(i / size)) ? Infinity : error));
  },
  argsort: ({ inputs: [x], output }) => {
    const extent = x.shape[1];
    const isFree = (row: number) =>
      x.errors.subarray(row * extent, (row + 1) * extent).some((error) => error > 0);
    return Float64Array.from(output.data, (_, i) => certain(!isFree(Math.floor(i / extent))));
  },
  uniform: ({ output }) => new Float64Array(output.data.length),
};
