/** Gives the parts of a network their places: series along the flow, branches side by side, shortcuts around, heads beside. */

import { type Context, lastShape, stepToDraw } from './context.js';
import { forkPiece } from './fork-layout.js';
import { meshPiece } from './mesh-layout.js';
import { type Canvas, emptyPiece, type Piece, type Place, type StepToDraw } from './piece.js';
import { repeatPiece } from './repeat-layout.js';
import type { Part, Series, Step } from './structure.js';

/** Between a flow and the heads beside it. */
const headGap = 16;

interface Head {
  readonly piece: Piece;
  /** Where it leaves the flow. */
  readonly from: number;
}

/** One part behind the other. */
export function seriesPiece(series: Series, context: Context): Piece {
  if (series.length === 0) return emptyPiece;
  const { style } = context;
  const groups = groupsOf(series, context);
  const places: number[] = [];
  const heads: Head[] = [];
  let length = 0;
  for (const { piece, heads: own } of groups) {
    places.push(length);
    length += piece.length + style.gap;
    for (const head of own) {
      const within = { ...context, nested: false, shape: null };
      heads.push({ piece: seriesPiece(head, within), from: length - style.gap / 2 });
    }
  }
  length -= style.gap;
  const pieces = groups.map(({ piece }) => piece);
  const before = Math.max(...pieces.map((piece) => piece.before));
  const after = Math.max(...pieces.map((piece) => piece.after));
  const deepest = (from: number, to: number): number =>
    Math.max(
      ...pieces.map((piece, i) =>
        places[i] < to && places[i] + piece.length > from ? piece.after : 0,
      ),
    );
  const beside = placeHeads(heads, deepest);
  const last = pieces.length - 1;
  const drawHead = (canvas: Canvas, { along, across }: Place, { piece, from, to }: PlacedHead) => {
    const axis = across + to;
    const start = along + from + headGap;
    canvas.line(
      [
        { along: along + from, across },
        { along: along + from, across: axis },
        { along: start + piece.start, across: axis },
      ],
      { arrow: piece.arrow },
    );
    piece.draw(canvas, { along: start, across: axis });
  };
  return {
    length: Math.max(length, ...beside.map(({ piece, from }) => from + headGap + piece.length)),
    before,
    after: Math.max(after, ...beside.map(({ piece, to }) => to + piece.after)),
    start: pieces[0].start,
    end: places[last] + pieces[last].end,
    arrow: pieces[0].arrow,
    side: { at: length / 2, before, after },
    draw: (canvas, at) => {
      pieces.forEach((piece, i) => {
        if (i === 0) return;
        const from = at.along + places[i - 1] + pieces[i - 1].end;
        const to = at.along + places[i] + piece.start;
        const { across } = at;
        canvas.line(
          [
            { along: from, across },
            { along: to, across },
          ],
          { arrow: piece.arrow },
        );
      });
      for (const head of beside) drawHead(canvas, at, head);
      pieces.forEach((piece, i) => {
        piece.draw(canvas, { along: at.along + places[i], across: at.across });
      });
    },
  };
}

interface PlacedHead extends Head {
  /** From the axis of the flow to that of the head. */
  readonly to: number;
}

/** As near as the flow above allows, and below earlier heads where they would meet. */
function placeHeads(
  heads: readonly Head[],
  deepest: (from: number, to: number) => number,
): PlacedHead[] {
  const placed: PlacedHead[] = [];
  for (const { piece, from } of heads) {
    const end = from + headGap + piece.length + headGap;
    const taken = placed
      .filter((other) => other.from + headGap + other.piece.length + headGap > from)
      .map((other) => other.to + other.piece.after);
    const to = Math.max(deepest(from, end), ...taken) + headGap + piece.before;
    placed.push({ piece, from, to });
  }
  return placed;
}

interface Group {
  readonly piece: Piece;
  readonly heads: readonly Series[];
}

/** Parts as pieces; steps that stand together are one. */
function groupsOf(series: Series, context: Context): Group[] {
  const groups: Group[] = [];
  let shape = context.shape;
  let run: { step: Step; drawn: StepToDraw }[] = [];
  const close = (): void => {
    if (run.length === 0) return;
    const piece = context.style.steps(run.map(({ drawn }) => drawn));
    groups.push({ piece, heads: run.flatMap(({ step }) => step.heads) });
    run = [];
  };
  for (const part of series) {
    if (part.type === 'step') {
      const drawn = stepToDraw(part, { ...context, shape });
      const last = run[run.length - 1]?.drawn;
      if (last && (last.forks || !context.style.adjoins(last, drawn))) close();
      run.push({ step: part, drawn });
    } else {
      close();
      const heads = part.type === 'fork' ? (part.join?.heads ?? []) : [];
      groups.push({ piece: partPiece(part, { ...context, shape }), heads });
    }
    shape = lastShape(part) ?? shape;
  }
  close();
  return groups;
}

function partPiece(part: Exclude<Part, Step>, context: Context): Piece {
  if (part.type === 'fork') return forkPiece(part, context);
  if (part.type === 'mesh') return meshPiece(part, context);
  return repeatPiece(part, context);
}
