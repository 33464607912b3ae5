/** Recompute cheap: values that one operation or two make of a stored tensor are made where they are read, not kept. */

import { Tensor } from '../graph/tensor.js';
import { rootsOf, type TracedGraph, topologicalOrder, withRoots } from '../graph/traced-graph.js';
import type { PrimitiveName } from '../graph/vocabulary.js';
import { fillValue } from './simplify.js';

/** Operations that cost less than a read of memory. */
const cheap: ReadonlySet<PrimitiveName> = new Set([
  'neg',
  'add',
  'sub',
  'mul',
  'less',
  'equal',
  'and',
  'or',
  'not',
]);

/** Elements below which a kernel more costs more than the memory. */
const leastSize = 1024;
/** Operations between the stored tensor and the value. */
const longestChain = 6;

export interface Recomputed {
  readonly graph: TracedGraph;
  /** The copies, each of which has one reader. */
  readonly copies: ReadonlySet<Tensor>;
}

/**
 * Gives each reader of a cheap value a copy of its own, which fusion then puts into the reader's kernel.
 *
 * So batch normalisation keeps its input alone, not the input less its mean, nor the mask of a ReLU
 * behind it: less memory, and fewer reads and writes of it.
 */
export function recomputeCheap(graph: TracedGraph): Recomputed {
  const roots = rootsOf(graph);
  const order = topologicalOrder(roots);
  const lengths = chainLengths(order, new Set(roots));
  const rewritten = new Map<Tensor, Tensor>();
  const copies = new Set<Tensor>();
  /** The tensor to read for `tensor` in one reader, whose copies are in `own`. */
  const read = (tensor: Tensor, own: Map<Tensor, Tensor>): Tensor => {
    if (!lengths.get(tensor)) return rewritten.get(tensor)!;
    const known = own.get(tensor);
    if (known) return known;
    const copy = withInputs(tensor, (input) => read(input, own));
    own.set(tensor, copy);
    copies.add(copy);
    return copy;
  };
  for (const tensor of order) {
    if (lengths.get(tensor)) continue;
    const own = new Map<Tensor, Tensor>();
    rewritten.set(
      tensor,
      withInputs(tensor, (input) => read(input, own)),
    );
  }
  return { graph: withRoots(graph, (root) => rewritten.get(root)!), copies };
}

/** How many operations lead from a stored tensor to each cheap value; 0 for every other tensor. */
function chainLengths(order: readonly Tensor[], wanted: ReadonlySet<Tensor>): Map<Tensor, number> {
  const { readWhole, readers } = uses(order);
  const lengths = new Map<Tensor, number>();
  /** The one stored tensor that a value is made of; null where there is none, or several. */
  const origins = new Map<Tensor, Tensor | null>();
  for (const tensor of order) {
    const { source } = tensor;
    const isElementwise = source.kind === 'apply' && source.primitive.kind === 'elementwise';
    const isGiven = source.kind === 'input' || source.kind === 'variable';
    let length = 0;
    const isWanted = wanted.has(tensor);
    // What becomes of a wanted value is mostly computed right beside it (an optimiser's update).
    const isStored = isGiven || readWhole.has(tensor) || (isWanted && !isElementwise);
    let origin: Tensor | null = isStored ? tensor : null;
    const mayMove = !isStored && !isWanted && tensor.size >= leastSize;
    if (mayMove && isElementwise && cheap.has(source.primitive.name)) {
      const large = source.inputs.filter((input) => !isBroadcast(input));
      const [first, ...others] = large.map((input) => origins.get(input)!);
      length = 1 + Math.max(0, ...large.map((input) => lengths.get(input)!));
      if (first && others.every((other) => other === first) && length <= longestChain)
        origin = first;
      else length = 0;
    }
    // A reduction computes an operand itself, unless others read it as well.
    const { reductions = 0, all = 0 } = readers.get(tensor) ?? {};
    if (origin === null && reductions > 0 && (all > 1 || !isElementwise)) origin = tensor;
    lengths.set(tensor, length);
    origins.set(tensor, origin);
  }
  return lengths;
}

interface Readers {
  reductions: number;
  all: number;
}

/** Which tensors kernels with a structure read, be it through views, and how many nodes read each. */
function uses(order: readonly Tensor[]): {
  readWhole: ReadonlySet<Tensor>;
  readers: ReadonlyMap<Tensor, Readers>;
} {
  const readWhole = new Set<Tensor>();
  const readers = new Map<Tensor, Readers>();
  for (const tensor of [...order].reverse()) {
    const { source } = tensor;
    if (source.kind !== 'apply') continue;
    const { kind } = source.primitive;
    const passesOn = kind === 'view' && readWhole.has(tensor);
    const seenByReduction = kind === 'view' && (readers.get(tensor)?.reductions ?? 0) > 0;
    const isReduced = kind === 'reduction' || seenByReduction;
    for (const input of new Set(source.inputs)) {
      if (kind === 'structured' || kind === 'join' || passesOn) readWhole.add(input);
      const known = readers.get(input) ?? { reductions: 0, all: 0 };
      readers.set(input, {
        reductions: known.reductions + Number(isReduced),
        all: known.all + 1,
      });
    }
  }
  return { readWhole, readers };
}

/** A number, or a small tensor repeated. */
function isBroadcast(tensor: Tensor): boolean {
  const { source } = tensor;
  if (fillValue(tensor) !== null) return true;
  return source.kind === 'apply' && source.primitive.name === 'expand';
}

/** The same operation on other inputs, as a tensor of its own. */
function withInputs(tensor: Tensor, read: (input: Tensor) => Tensor): Tensor {
  const { shape, dtype, source } = tensor;
  if (source.kind !== 'apply') return tensor;
  return new Tensor(shape, dtype, { ...source, inputs: source.inputs.map(read) });
}
