/** Padding with what is inside (mirrored, the edge, the other side), which is joined from slices, as ONNX's Pad. */

import type { Tensor } from '../../../../graph/tensor.js';
import { text } from '../graph-builder.js';
import { made, type Pattern, plain } from '../match.js';

type Mode = 'reflect' | 'edge' | 'wrap';

interface Padded {
  readonly x: Tensor;
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly mode: Mode;
}

/** Which element of x stands `before` places before its start, or behind it from `extent` on. */
const sources: Readonly<Record<Mode, (place: number, extent: number) => number>> = {
  reflect: (place, extent) => (place < 0 ? -place : 2 * (extent - 1) - place),
  edge: (place, extent) => (place < 0 ? 0 : extent - 1),
  wrap: (place, extent) => (place < 0 ? place + extent : place - extent),
};

/** The places along `dim` that `part` takes from x, in order; null when it is no such part of x. */
function placesIn(part: Tensor, x: Tensor, dim: number): number[] | null {
  const inner = plain(part);
  if (inner === x) return Array.from({ length: x.shape[dim] }, (_, i) => i);
  const others = (a: Tensor, b: Tensor) => a.shape.every((n, d) => d === dim || n === b.shape[d]);
  const slice = made(inner, 'slice');
  const expansion = made(inner, 'expand');
  const from = (slice ?? expansion)?.inputs[0];
  if (!from || from.rank !== x.rank || !others(from, inner)) return null;
  const places = placesIn(from, x, dim);
  if (!places) return null;
  if (!slice) return Array.from({ length: inner.shape[dim] }, () => places[0]);
  const { start, step } = slice.attributes;
  if (start.some((at, d) => d !== dim && (at !== 0 || step[d] !== 1))) return null;
  return Array.from({ length: inner.shape[dim] }, (_, i) => places[start[dim] + i * step[dim]]);
}

function alongOneAxis(tensor: Tensor): Padded | null {
  const join = made(tensor, 'concatenate');
  if (!join) return null;
  const { dim } = join.attributes;
  for (const [at, candidate] of join.inputs.entries()) {
    const x = plain(candidate);
    const parts = join.inputs.map((part) => placesIn(part, x, dim));
    if (parts.includes(null)) continue;
    const places = parts.flatMap((part) => part!);
    const extent = x.shape[dim];
    const low = parts.slice(0, at).flatMap((part) => part!).length;
    const mode = (['reflect', 'edge', 'wrap'] as const).find((one) =>
      places.every((place, i) => {
        const inside = i >= low && i < low + extent;
        return inside || place === sources[one](i - low, extent);
      }),
    );
    if (!mode) continue;
    const along = (amount: number) => x.shape.map((_, d) => (d === dim ? amount : 0));
    return { x, low: along(low), high: along(places.length - low - extent), mode };
  }
  return null;
}

/** The padding with that of other axes which went before it. */
function withEarlier(last: Padded): Padded {
  const before = alongOneAxis(last.x);
  if (!before || before.mode !== last.mode) return last;
  const apart = last.low.every((n, d) => {
    return n + last.high[d] === 0 || before.low[d] + before.high[d] === 0;
  });
  if (!apart) return last;
  const sum = (a: readonly number[], b: readonly number[]) => a.map((n, d) => n + b[d]);
  const low = sum(last.low, before.low);
  return withEarlier({ ...before, low, high: sum(last.high, before.high) });
}

/** Padding of one axis, and that of others by the same rule before it. */
export const insidePadding: Pattern = (tensor, { opset }) => {
  const last = alongOneAxis(tensor);
  if (!last || (last.mode === 'wrap' && opset < 19)) return null;
  const { x, low, high, mode } = withEarlier(last);
  return {
    inputs: [x],
    emit: (graph, [input]) => {
      return graph.node('Pad', [input, graph.ints([...low, ...high])], { mode: text(mode) });
    },
  };
};
