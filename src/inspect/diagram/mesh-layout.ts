/** Places of blocks that are linked in no simple way: in a row, with arcs for the links that pass over others. */

import { type Context, stepToDraw } from './context.js';
import type { Canvas, Piece, Place } from './piece.js';
import type { Mesh } from './structure.js';

const laneGap = 9;

export function meshPiece({ steps, links }: Mesh, context: Context): Piece {
  const { style } = context;
  const side = style.shortcuts;
  const sign = side === 'before' ? -1 : 1;
  const gap = 2 * style.gap;
  const pieces = steps.map((step) => style.steps([stepToDraw(step, context)]));
  const places: number[] = [];
  let length = gap / 2;
  for (const piece of pieces) {
    places.push(length);
    length += piece.length + gap;
  }
  length -= gap / 2;
  const extent = (which: 'before' | 'after') => Math.max(...pieces.map((piece) => piece[which]));
  const arcs = lanesOf(links.filter(([from, to]) => to > from + 1));
  const lanes = Math.max(0, ...arcs.map(({ lane }) => lane + 1));
  const leaving = (from: number): number =>
    from < 0 ? 0 : places[from] + pieces[from].length + gap / 4;
  const arriving = (to: number): number => (to < steps.length ? places[to] - gap / 4 : length);
  const reach = extent(side) + lanes * laneGap;
  return {
    length,
    before: extent('before'),
    after: extent('after'),
    [side]: reach,
    start: 0,
    end: length,
    arrow: false,
    side: { at: length / 2, before: extent('before'), after: extent('after') },
    draw: (canvas: Canvas, { along, across }: Place) => {
      const on = (place: number, lane = 0): Place => ({
        along: along + place,
        across: across + sign * lane,
      });
      for (const [from, to] of links.filter(([start, end]) => end === start + 1)) {
        const begin = from < 0 ? 0 : places[from] + pieces[from].end;
        const end = to < steps.length ? places[to] + pieces[to].start : length;
        canvas.line([on(begin), on(end)], { arrow: to < steps.length });
      }
      for (const { from, to, lane } of arcs) {
        const height = extent(side) + (lane + 1) * laneGap - 2;
        const [begin, end] = [leaving(from), arriving(to)];
        canvas.line([on(begin), on(begin, height), on(end, height), on(end)], { arrow: true });
      }
      pieces.forEach((piece, i) => {
        piece.draw(canvas, on(places[i]));
      });
    },
  };
}

/** Links that pass over the same blocks get different lanes, short ones the inner. */
function lanesOf(links: readonly (readonly [number, number])[]) {
  const placed: { from: number; to: number; lane: number }[] = [];
  const sorted = [...links].sort(([a, b], [c, d]) => b - a - (d - c));
  for (const [from, to] of sorted) {
    const taken = placed.filter((other) => other.from < to && from < other.to);
    let lane = 0;
    while (taken.some((other) => other.lane === lane)) lane++;
    placed.push({ from, to, lane });
  }
  return placed;
}
