/** Simplify: the same values from fewer and cheaper nodes: shared, folded, cropped before computing. */

import type { DType } from '../graph/dtype.js';
import { type Shape, sameShape, sizeOf } from '../graph/shape.js';
import { type Application, Tensor } from '../graph/tensor.js';
import {
  applicationOf,
  rootsOf,
  type TracedGraph,
  topologicalOrder,
  withRoots,
} from '../graph/traced-graph.js';
import type { PrimitiveAttributes, PrimitiveName } from '../graph/vocabulary.js';
import { slicedPart, sumOfNeighbours, withSharedBeginning } from './simplify-joins.js';

export interface SimplifyOptions {
  /** Whether what checkpoints compute again is computed again; else its first values are kept. Default: true. */
  recompute?: boolean;
}

/** Rewrites the graph bottom-up; inputs and variables stay the same objects. */
export function simplify(
  graph: TracedGraph,
  { recompute = true }: SimplifyOptions = {},
): TracedGraph {
  const builder = new Builder(recompute);
  const rewritten = new Map<Tensor, Tensor>();
  for (const tensor of topologicalOrder(rootsOf(graph))) {
    const source = tensor.source;
    if (source.kind === 'apply') {
      const inputs = source.inputs.map((input) => rewritten.get(input)!);
      const application = { ...source, inputs };
      rewritten.set(tensor, builder.simplified(application, tensor.shape, tensor.dtype));
    } else rewritten.set(tensor, builder.leaf(tensor));
  }
  return withRoots(graph, (root) => rewritten.get(root)!);
}

type AttributesOf<Name extends PrimitiveName> = PrimitiveAttributes[Name];

/** A cheaper tensor that equals `application` over the (already simplified) `inputs`, or null. */
export type Rule = (
  builder: Builder,
  application: Application,
  shape: Shape,
  dtype: DType,
) => Tensor | null;

const rules: { readonly [Name in PrimitiveName]?: Rule } = {
  detach: (_, { inputs: [x] }) => x,
  checkpoint: (_, { inputs: [x] }) => x,
  recompute: ({ recompute }, { inputs: [x] }) => (recompute ? null : x),
  cast: (_, { inputs: [x] }, __, dtype) => (x.dtype === dtype ? x : null),
  sum: reduced,
  max: reduced,
  add: (builder, application, shape, dtype) => {
    const [a, b] = application.inputs;
    if (isFill(b, 0)) return a;
    return isFill(a, 0) ? b : sumOfNeighbours(builder, application, shape, dtype);
  },
  sub: (_, { inputs: [a, b] }) => (isFill(b, 0) ? a : null),
  mul: (_, { inputs: [a, b] }) => (isFill(b, 1) ? a : isFill(a, 1) ? b : null),
  div: (_, { inputs: [a, b] }) => (isFill(b, 1) ? a : null),
  neg: (_, { inputs: [x] }) => applicationOf(x, 'neg')?.inputs[0] ?? null,
  reshape: (builder, application, shape, dtype) => {
    const inner = applicationOf(application.inputs[0], 'reshape');
    const base = inner ? inner.inputs[0] : application.inputs[0];
    if (sameShape(base.shape, shape)) return base;
    return inner ? builder.node({ ...application, inputs: [base] }, shape, dtype) : null;
  },
  concatenate: withSharedBeginning,
  slice: (builder, application, shape, dtype) =>
    slicedPart(builder, application, shape, dtype) ??
    croppedPadding(builder, application, shape, dtype) ??
    croppedConvolution(builder, application, shape, dtype),
};

function reduced(
  builder: Builder,
  reduction: Application,
  shape: Shape,
  dtype: DType,
): Tensor | null {
  const [x] = reduction.inputs;
  return sameShape(x.shape, shape) ? x : inTwoStages(builder, reduction, shape, dtype);
}

/** Results that there should be, so that threads have enough to share. */
const leastResults = 16;
/** Elements below which a second kernel costs more than it saves. */
const worthTwoStages = 1 << 15;

/** A reduction to a few numbers first reduces to more of them, which threads share; then these. */
function inTwoStages(
  builder: Builder,
  reduction: Application,
  shape: Shape,
  dtype: DType,
): Tensor | null {
  const [x] = reduction.inputs;
  if (sizeOf(shape) >= leastResults || x.size < worthTwoStages) return null;
  const { dims } = reduction.attributes as AttributesOf<'sum'>;
  let results = sizeOf(shape);
  const later: number[] = [];
  for (const dim of dims) {
    if (results >= leastResults) break;
    results *= x.shape[dim];
    later.push(dim);
  }
  const first = dims.filter((dim) => !later.includes(dim));
  // The second stage is one thread's work: it must be small.
  if (first.length === 0 || results > x.size / leastResults) return null;
  const partial = x.shape.map((extent, dim) => (first.includes(dim) ? 1 : extent));
  const stage = builder.node({ ...reduction, attributes: { dims: first } }, partial, dtype);
  return builder.node({ ...reduction, inputs: [stage], attributes: { dims: later } }, shape, dtype);
}

/** slice(pad(x)) is a smaller padding where the slice cuts only padding. */
function croppedPadding(
  builder: Builder,
  slice: Application,
  shape: Shape,
  dtype: DType,
): Tensor | null {
  const { start, step } = slice.attributes as AttributesOf<'slice'>;
  const padded = slice.inputs[0];
  const padding = applicationOf(padded, 'pad');
  if (!padding || step.some((by) => by !== 1)) return null;
  const before = padding.attributes as AttributesOf<'pad'>;
  const low = before.low.map((amount, dim) => amount - start[dim]);
  const high = before.high.map(
    (amount, dim) => amount - (padded.shape[dim] - start[dim] - shape[dim]),
  );
  if ([...low, ...high].some((amount) => amount < 0)) return null;
  return builder.node({ ...padding, attributes: { ...before, low, high } }, shape, dtype);
}

/** A spatial slice of a stride-1 convolution is the convolution of a slice, with the slice's steps as stride. */
function croppedConvolution(
  builder: Builder,
  slice: Application,
  shape: Shape,
  dtype: DType,
): Tensor | null {
  const { start, step } = slice.attributes as AttributesOf<'slice'>;
  const whole = slice.inputs[0];
  const convolution = applicationOf(whole, 'conv2d');
  if (!convolution || shape.includes(0) || step.some((by) => by < 1)) return null;
  const { stride, dilation } = convolution.attributes as AttributesOf<'conv2d'>;
  const spatial = [0, 1, 2].every((dim) => start[dim] === 0 && shape[dim] === whole.shape[dim]);
  if (!spatial || stride[0] !== 1 || stride[1] !== 1) return null;
  const [input, filters] = convolution.inputs;
  const taken = input.shape.map((extent, dim) => {
    if (dim < 3) return extent;
    const reach = (filters.shape[dim] - 1) * dilation[dim - 3] + 1;
    return (shape[dim] - 1) * step[dim] + reach;
  });
  const cropping: Application = {
    ...slice,
    inputs: [input],
    attributes: { start, step: step.map(() => 1), shape: taken },
  };
  const cropped = builder.simplified(cropping, taken, input.dtype);
  const attributes = { stride: [step[3], step[4]], dilation } as const;
  return builder.node({ ...convolution, inputs: [cropped, filters], attributes }, shape, dtype);
}

/** Makes nodes, each only once. */
export class Builder {
  readonly #known = new Map<string, Tensor>();
  readonly #ids = new Map<Tensor, number>();
  readonly recompute: boolean;

  constructor(recompute: boolean) {
    this.recompute = recompute;
  }

  leaf(tensor: Tensor): Tensor {
    const source = tensor.source;
    if (source.kind !== 'fill') return tensor;
    const value = Object.is(source.value, -0) ? '-0' : String(source.value);
    return this.#once(`fill ${tensor.dtype} ${value}`, () => tensor);
  }

  simplified(application: Application, shape: Shape, dtype: DType): Tensor {
    const rule = rules[application.primitive.name];
    return rule?.(this, application, shape, dtype) ?? this.node(application, shape, dtype);
  }

  node(application: Application, shape: Shape, dtype: DType): Tensor {
    return this.#once(this.#keyOf(application), () => new Tensor(shape, dtype, application));
  }

  /** The node that `application` is, if it was made. */
  known(application: Application): Tensor | null {
    return this.#known.get(this.#keyOf(application)) ?? null;
  }

  #keyOf({ primitive, inputs, attributes }: Application): string {
    const ids = inputs.map((input) => this.#id(input));
    return `${primitive.name} ${ids} ${JSON.stringify(attributes, spellNumber)}`;
  }

  #once(key: string, make: () => Tensor): Tensor {
    const known = this.#known.get(key);
    if (known) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }

  #id(tensor: Tensor): number {
    const id = this.#ids.get(tensor) ?? this.#ids.size;
    this.#ids.set(tensor, id);
    return id;
  }
}

/** JSON knows no infinities and no NaN. */
const spellNumber = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** The number that fills `tensor` everywhere, or null. */
export function fillValue(tensor: Tensor): number | null {
  const source = tensor.source;
  if (source.kind === 'fill') return source.value;
  if (source.kind !== 'apply') return null;
  const name = source.primitive.name;
  return name === 'expand' || name === 'reshape' || name === 'permute'
    ? fillValue(source.inputs[0])
    : null;
}

const isFill = (tensor: Tensor, value: number): boolean => {
  const filled = fillValue(tensor);
  return filled !== null && Object.is(filled, value);
};
