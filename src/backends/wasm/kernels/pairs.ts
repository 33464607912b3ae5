/**
 * Stores whose innermost dimension has two elements (pictures of twice the size, shuffled pixels): lanes run
 * along the dimension before it, and two vectors are woven into eight neighbours.
 */

import { bytesPerElement } from '../../../graph/dtype.js';
import { type Expression, partsOf, type Store } from '../../plan.js';
import { i32 } from '../assembler.js';
import { unrolledLoop } from '../element-loops.js';
import type { KernelContext } from '../kernel-context.js';
import type { Nest, Strided } from '../nest.js';
import { forEachIndex, startOf } from '../rows.js';
import { v128 } from '../simd.js';
import { type Access, accessesOf, mayRepeat, VectorCode, vectorWidth } from '../vector-loop.js';

/** Whether all stores write pairs of neighbours, and rows of them fill a vector. */
export function suitsPairs({ shape, strides }: Nest, stores: readonly Store[]): boolean {
  const last = shape.length - 1;
  if (last < 2 || shape[last] !== 2 || shape[last - 1] < vectorWidth) return false;
  const neighbours = ({ view }: Store): boolean =>
    bytesPerElement[view.buffer.dtype] === 4 &&
    strides.get(view)![last - 1] === 2 &&
    strides.get(view)![last] === 1;
  const parts = [...partsOf(stores.map(({ value }) => value))];
  const isSimple = parts.every(({ kind }) => kind !== 'index' && kind !== 'result');
  return isSimple && stores.every(neighbours) && mayRepeat(stores);
}

export function emitPairs(
  context: KernelContext,
  { shape, strides }: Nest,
  stores: readonly Store[],
): void {
  const { f } = context;
  const last = shape.length - 1;
  const count = shape[last - 1];
  const outer = shape.slice(0, last - 1);
  const rows = outer.reduce((product, extent) => product * extent, 1);
  if (shape.includes(0)) return;
  const values = stores.map(({ value }) => value);
  const written = new Set<Strided>(stores.map(({ view }) => view));
  const readsSame = [...strides].every(([view, own]) => written.has(view) || own[last] === 0);
  forEachIndex(context, { count: rows, cost: rows * count * 2 }, outer, (indices) => {
    const first = accessesOf(
      strides.keys(),
      (view) => startOf(context, view, strides.get(view)!, indices),
      (view) => strides.get(view)![last - 1],
    );
    const second = new Map<Strided, Access>();
    for (const [view, access] of first) {
      const bytes = 'buffer' in view ? bytesPerElement[view.buffer.dtype] : 1;
      const step = strides.get(view)![last] * bytes;
      const base = step < 0 ? f.hold(i32.add(access.base, i32.const(step))) : access.base;
      second.set(view, { ...access, base, offset: access.offset + Math.max(step, 0) });
    }
    const codes = [first, second].map((accesses) => new VectorCode(context, accesses));
    for (const code of codes) code.hoist(values);
    const passes = { from: 0, to: count, unrolled: 1, mayRepeat: true };
    unrolledLoop(context, passes, (position) => {
      const [even, odd] = codes.map((code) => code.evaluator(position));
      const pairs = values.map((value: Expression) => {
        const evenValue = f.hold(even(value));
        return [evenValue, readsSame ? evenValue : f.hold(odd(value))] as const;
      });
      stores.forEach(({ view }, i) => {
        const { base, offset } = first.get(view)!;
        const address = f.hold(i32.add(base, position.scaled(8)));
        const [a, b] = pairs[i];
        v128.store(f, address, v128.shuffle32(a, b, [0, 4, 1, 5]), offset);
        v128.store(f, address, v128.shuffle32(a, b, [2, 6, 3, 7]), offset + 16);
      });
    });
  });
}
