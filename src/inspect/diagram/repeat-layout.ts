/** Places of parts that come several times: drawn once, with a bracket that says how often. */

import type { Context } from './context.js';
import { named } from './named-piece.js';
import { commonName, nameRange } from './names.js';
import type { Canvas, Piece, Place } from './piece.js';
import type { Repeat } from './structure.js';

/** From what is repeated to its bracket. */
const distance = 5;
const tick = 5;
const size = 13;

export function repeatPiece({ times }: Repeat, context: Context): Piece {
  const { style } = context;
  const names = context.nested ? [''] : times.map(commonName);
  const within = { ...context, times: context.times * times.length, name: '' };
  const inner = context.layout(times[0], within);
  const name = nameRange(names);
  const piece = name === '' ? inner : named(inner, { name, side: style.brackets });
  const side = style.brackets;
  const sign = side === 'before' ? -1 : 1;
  const room = distance + tick + size + 6;
  const margin = 4;
  return {
    ...piece,
    length: piece.length + 2 * margin,
    start: piece.start + margin,
    end: piece.end + margin,
    side: { ...piece.side, at: piece.side.at + margin },
    [side]: piece[side] + room,
    draw: (canvas: Canvas, { along, across }: Place) => {
      const line = across + sign * (piece[side] + distance);
      const [from, to] = [along + margin, along + margin + piece.length];
      const ends = (place: number, out: number): Place => ({
        along: place,
        across: line + sign * out,
      });
      canvas.line([ends(from, 0), ends(from, tick), ends(to, tick), ends(to, 0)], {
        look: 'bracket',
      });
      canvas.add({
        type: 'text',
        text: `×${times.length}`,
        at: canvas.point({
          along: (from + to) / 2,
          across: line + sign * (tick + 4 + size / 2),
        }),
        size,
        anchor: 'middle',
        upright: !canvas.horizontal,
        look: 'count',
      });
      piece.draw(canvas, { along: along + margin, across });
    },
  };
}
