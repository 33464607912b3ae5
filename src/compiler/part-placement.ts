/** Part placement: values that are computed where a concatenation keeps them, so that nothing is copied to join them. */

import type { Application, Tensor } from '../graph/tensor.js';
import type { PrimitiveAttributes } from '../graph/vocabulary.js';
import { contiguous, type Strided, sliced } from './strided.js';
import { movesAll, pulledBack, seenThrough } from './view-chain.js';

/** One of the tensors that a concatenation is made of. */
export interface Part {
  readonly part: Tensor;
  readonly whole: Tensor;
  /** Where it begins in `whole`. */
  readonly start: readonly number[];
}

/** A tensor's elements in the memory of `owner`. */
export interface Layout {
  readonly owner: Tensor;
  readonly view: Strided;
}

/** A part that a tensor is, once the views in `chain` have moved its elements. */
interface Placed {
  readonly part: Part;
  readonly chain: readonly Tensor[];
}

interface Graph {
  readonly order: readonly Tensor[];
  /** Outputs and new values of variables: they need memory of their own. */
  readonly wanted: ReadonlySet<Tensor>;
  readonly consumersOf: (tensor: Tensor) => readonly Tensor[];
}

export class PartPlacement {
  readonly #graph: Graph;
  readonly #placed = new Map<Tensor, Placed>();
  readonly #layouts = new Map<Tensor, Layout>();

  constructor(graph: Graph) {
    this.#graph = graph;
    // From the end, so that of a chain of concatenations, as a dense block has, the longest holds all.
    for (const tensor of [...graph.order].reverse()) {
      if (isJoin(tensor)) for (const part of partsOf(tensor)) this.#place(part);
    }
  }

  /** Where `tensor`'s elements are: in memory of its own, or in that of a concatenation. */
  layoutOf(tensor: Tensor): Layout {
    const known = this.#layouts.get(tensor);
    if (known) return known;
    const placed = this.#placed.get(tensor);
    const layout: Layout = placed
      ? this.#layoutIn(placed)!
      : { owner: tensor, view: contiguous(tensor.shape) };
    this.#layouts.set(tensor, layout);
    return layout;
  }

  /** Where `tensor`, of which the views in `chain` make `part`, belongs; null where strides cannot say it. */
  targetOf(part: Part, chain: readonly Tensor[]): Layout | null {
    return this.#layoutIn({ part, chain });
  }

  isPlaced({ part, whole, start }: Part): boolean {
    const placed = this.#placed.get(part)?.part;
    return placed?.whole === whole && placed.start.every((at, dim) => at === start[dim]);
  }

  /**
   * Gives a part memory of its own again.
   *
   * NOTE: whatever strides could say of the part in the whole, they can say of the part alone.
   */
  release({ part }: Part): void {
    for (const tensor of movedFrom(part)) this.#placed.delete(tensor);
    this.#layouts.clear();
  }

  #layoutIn({ part: { part, whole, start }, chain }: Placed): Layout | null {
    const { owner, view } = this.layoutOf(whole);
    const step = start.map(() => 1);
    const target = pulledBack(sliced(view, { start, step, shape: part.shape }), chain);
    return target && { owner, view: target };
  }

  #place(part: Part): void {
    const tensors = movedFrom(part.part);
    const { source } = tensors[tensors.length - 1];
    if (source.kind !== 'apply' || source.primitive.kind === 'view') return;
    const taken = (tensor: Tensor): boolean =>
      this.#graph.wanted.has(tensor) || this.#placed.has(tensor);
    if (tensors.some(taken)) return;
    tensors.forEach((tensor, depth) => {
      this.#placed.set(tensor, { part, chain: tensors.slice(0, depth).reverse() });
    });
    const fits = tensors.every((tensor) => {
      const layout = this.#layoutIn(this.#placed.get(tensor)!);
      return layout && this.#isReadable(tensor, layout.view, contiguous(tensor.shape));
    });
    if (!fits) this.release(part);
  }

  /** Whether all views of a tensor that strides can say of it alone (`plain`) they can say of it at `view`. */
  #isReadable(tensor: Tensor, view: Strided, plain: Strided): boolean {
    return this.#graph.consumersOf(tensor).every((consumer) => {
      const source = consumer.source as Application;
      if (source.primitive.kind !== 'view' || source.inputs[0] !== tensor) return true;
      const [seen, alone] = [seenThrough(view, source), seenThrough(plain, source)];
      if (!seen || !alone) return alone === null;
      return this.#isReadable(consumer, seen, alone);
    });
  }
}

/** The parts of a concatenation in order. */
export function partsOf(whole: Tensor): Part[] {
  const { inputs, attributes } = whole.source as Application;
  const { dim } = attributes as PrimitiveAttributes['concatenate'];
  let next = 0;
  return inputs.map((part) => {
    const start = whole.shape.map((_, d) => (d === dim ? next : 0));
    next += part.shape[dim];
    return { part, whole, start };
  });
}

/** `tensor`, and what it is a reshaped or permuted view of. */
export function movedFrom(tensor: Tensor): Tensor[] {
  const { source } = tensor;
  const moves = source.kind === 'apply' && movesAll(tensor);
  return moves ? [tensor, ...movedFrom(source.inputs[0])] : [tensor];
}

export const isJoin = ({ source }: Tensor): boolean =>
  source.kind === 'apply' && source.primitive.kind === 'join';
