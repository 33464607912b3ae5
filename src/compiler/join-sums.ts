/** Join sums: reductions of the same elements to the same shape become one kernel with several operands, which reads them once. */

import {
  type Buffer,
  type BufferView,
  type Expression,
  expressionsOf,
  type Kernel,
  partsOf,
  type ReduceKernel,
  readsOf,
  rewriteStores,
  writesOf,
} from '../backends/plan.js';
import { type Shape, sameShape, sizeOf } from '../graph/shape.js';
import { conflict } from './kernel-order.js';

/** Operands whose sums fit into registers. */
const mostOperands = 2;
/** Kernels that one of them may be moved over. */
const reach = 16;

/** Joins sums, and maxima, that read the same memory and do not wait for each other. */
export function joinSums(kernels: readonly Kernel[]): Kernel[] {
  const order = [...kernels];
  for (let at = 0; at < order.length; at++) {
    for (let later = at + 1; later <= at + reach && later < order.length; later++) {
      const [first, second] = [order[at], order[later]];
      if (first.kind !== 'reduce' || second.kind !== 'reduce') continue;
      const joined = both(first, second);
      if (!joined) continue;
      const between = order.slice(at + 1, later);
      if (!between.some((kernel) => conflict(kernel, second))) {
        order.splice(later, 1);
        order[at] = joined;
        // There may be more for it.
        later = at;
      } else if (!between.some((kernel) => conflict(first, kernel))) {
        order[later] = joined;
        order.splice(at, 1);
        at--;
        break;
      }
    }
  }
  return order;
}

/** One kernel that does what `first` and then `second` do; null where it would not, or save no reads. */
function both(first: ReduceKernel, second: ReduceKernel): ReduceKernel | null {
  const operands = [...first.operands, ...second.operands];
  const alike =
    first.operation === second.operation &&
    first.operation !== 'argmax' &&
    sameShape(first.inputShape, second.inputShape) &&
    sameShape(first.shape, second.shape);
  if (!alike || operands.length > mostOperands) return null;
  const large = wholeReads(first);
  if (![...wholeReads(second)].some((buffer) => large.has(buffer))) return null;
  const stores = storesBehind(first, second);
  return stores && { ...first, label: `${first.label}, ${second.label}`, operands, stores };
}

/** The buffers that a reduction reads at least an element of for each that it reduces. */
function wholeReads({ operands, inputShape }: ReduceKernel): Set<Buffer> {
  const buffers = new Set<Buffer>();
  for (const part of partsOf(operands)) {
    if (part.kind === 'load' && part.view.buffer.length >= sizeOf(inputShape))
      buffers.add(part.view.buffer);
  }
  return buffers;
}

/** The stores of both, the second's with what the first stores in place of loads of it; null where that cannot be. */
function storesBehind(first: ReduceKernel, second: ReduceKernel): ReduceKernel['stores'] | null {
  const made = new Map(first.stores.map(({ view, value }) => [view.buffer, { view, value }]));
  const written = new Set(writesOf(second));
  if (readsOf(first).some((buffer) => written.has(buffer))) return null;
  if ([...made.keys()].some((buffer) => written.has(buffer))) return null;
  const readsMade = (expressions: readonly Expression[]) =>
    [...partsOf(expressions)].flatMap((part) =>
      part.kind === 'load' && made.has(part.view.buffer) ? [part.view] : [],
    );
  if (readsMade(second.operands).length > 0) return null;
  const { shape } = first;
  const inPlace = readsMade(expressionsOf({ ...second, operands: [] })).every((view) =>
    sameElements(view, made.get(view.buffer)!.view, shape),
  );
  if (!inPlace) return null;
  const behind = first.operands.length;
  const moved = rewriteStores(
    second.stores,
    (view) => view,
    (leaf) => {
      if (leaf.kind === 'result') return { ...leaf, part: Number(leaf.part ?? 0) + behind };
      return leaf.kind === 'load' ? (made.get(leaf.view.buffer)?.value ?? leaf) : leaf;
    },
  );
  return [...first.stores, ...moved];
}

function sameElements(a: BufferView, b: BufferView, shape: Shape): boolean {
  const same = shape.every((extent, dim) => extent === 1 || a.strides[dim] === b.strides[dim]);
  return same && a.offset === b.offset;
}
