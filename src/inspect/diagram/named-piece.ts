/** A piece with a name beside it. */

import type { Canvas, Piece, Place, Side } from './piece.js';
import { textWidth } from './text-width.js';

const nameSize = 10;
const nameRoom = 18;

/** The piece with a name along the flow. */
export function named(piece: Piece, { name, side }: { name: string; side: Side }): Piece {
  const length = Math.max(piece.length, textWidth(name, nameSize));
  const shift = (length - piece.length) / 2;
  const distance = piece[side] + nameRoom - nameSize / 2;
  return {
    ...piece,
    length,
    [side]: piece[side] + nameRoom,
    start: piece.start + shift,
    end: piece.end + shift,
    side: { ...piece.side, at: piece.side.at + shift },
    draw: (canvas: Canvas, { along, across }: Place) => {
      const sign = side === 'before' ? -1 : 1;
      canvas.add({
        type: 'text',
        text: name,
        at: canvas.point({ along: along + length / 2, across: across + sign * distance }),
        size: nameSize,
        anchor: 'middle',
        upright: !canvas.horizontal,
        look: 'name',
      });
      piece.draw(canvas, { along: along + shift, across });
    },
  };
}
