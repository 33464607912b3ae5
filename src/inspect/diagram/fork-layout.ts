/** Places of branches: side by side, or one of them in the flow and shortcuts around it. */

import { type Context, stepToDraw } from './context.js';
import { named } from './named-piece.js';
import { commonName } from './names.js';
import { emptyPiece, type Piece, type Place, type Side } from './piece.js';
import type { Fork, Series } from './structure.js';

/** From where branches part to their first blocks. */
const lead = 16;
/** Between branches side by side, and between a branch and its shortcut. */
const laneGap = 10;

/** A fork, its branches and what joins them, with the name of the module they are. */
export function forkPiece(fork: Fork, context: Context): Piece {
  const trunk = trunkOf(fork);
  const piece = trunk ? aroundTrunk(fork, { trunk, context }) : sideBySide(fork, context);
  const name = context.nested ? '' : (context.name ?? commonName([fork]));
  return name === '' ? piece : named(piece, { name, side: context.style.brackets });
}

/**
 * The one branch that others go around: those that are empty, or, where outputs are added up and not put
 * side by side, shorter ones without branches of their own.
 */
function trunkOf({ branches, join }: Fork): Series | null {
  const longest = Math.max(...branches.map(({ length }) => length));
  const bypasses = (branch: Series): boolean =>
    branch.length === 0 ||
    (join !== null &&
      join.block.main.kind !== 'concatenation' &&
      branch.length < longest &&
      branch.every(({ type }) => type === 'step'));
  const others = branches.filter((branch) => !bypasses(branch));
  return others.length === 1 ? others[0] : null;
}

const joinPiece = ({ join }: Fork, context: Context): Piece =>
  join ? context.style.steps([stepToDraw(join, { ...context, nested: false })]) : emptyPiece;

function aroundTrunk(fork: Fork, { trunk, context }: { trunk: Series; context: Context }): Piece {
  const { style } = context;
  const side = style.shortcuts;
  const other: Side = side === 'before' ? 'after' : 'before';
  const sign = side === 'before' ? -1 : 1;
  const middle = context.layout(trunk, { ...context, name: '' });
  // The shape that the shortcut adds to is written at the trunk already.
  const shape = fork.join?.block.shape ?? null;
  const join = joinPiece(fork, { ...context, shape });
  const around = fork.branches
    .filter((branch) => branch !== trunk)
    .map((branch) => context.layout(branch, { ...context, nested: true, name: '' }))
    .sort((a, b) => a[other] + a[side] - b[other] - b[side]);
  const joinAt = lead + middle.length + style.gap;
  const end = joinAt + join.side.at;
  let reach = middle[side];
  const lanes = around.map((piece) => {
    const distance = Math.max(reach, join[side]) + laneGap + piece[other];
    reach = distance + piece[side];
    return { piece, distance };
  });
  const extent = {
    [side]: Math.max(reach, join[side]),
    [other]: Math.max(middle[other], join[other]),
  };
  const fork0 = lead / 3;
  return {
    length: joinAt + join.length,
    before: extent.before,
    after: extent.after,
    start: fork0,
    end: joinAt + join.end,
    arrow: false,
    side: { at: end, before: extent.before, after: extent.after },
    draw: (canvas, at) => {
      const { along, across } = at;
      const on = (place: number): Place => ({ along: along + place, across });
      canvas.line([on(fork0), on(lead + middle.start)], { arrow: middle.arrow });
      canvas.line([on(lead + middle.end), on(joinAt + join.start)], { arrow: join.arrow });
      for (const { piece, distance } of lanes) {
        const lane = across + sign * distance;
        const start = (fork0 + end - piece.length) / 2;
        const beside = (place: number): Place => ({ along: along + place, across: lane });
        const rim = { along: along + end, across: across + sign * join.side[side] };
        if (piece.length === 0) {
          canvas.line([on(fork0), beside(fork0), beside(end), rim], { arrow: true });
          continue;
        }
        canvas.line([on(fork0), beside(fork0), beside(start + piece.start)], {
          arrow: piece.arrow,
        });
        canvas.line([beside(start + piece.end), beside(end), rim], { arrow: true });
        piece.draw(canvas, beside(start));
      }
      middle.draw(canvas, on(lead));
      join.draw(canvas, on(joinAt));
    },
  };
}

function sideBySide(fork: Fork, context: Context): Piece {
  const branches = fork.branches.map((branch) =>
    context.layout(branch, { ...context, nested: true, name: '' }),
  );
  const join = joinPiece(fork, context);
  const longest = Math.max(...branches.map(({ length }) => length));
  const extents = branches.map(({ before, after }) => ({
    before: Math.max(before, laneGap / 2),
    after: Math.max(after, laneGap / 2),
  }));
  const whole =
    extents.reduce((sum, { before, after }) => sum + before + after, 0) +
    laneGap * (branches.length - 1);
  let next = -whole / 2;
  const lanes = extents.map(({ before, after }) => {
    const lane = next + before;
    next = lane + after + laneGap;
    return lane;
  });
  const bus = lead / 3;
  const meeting = lead + longest + lead / 2;
  const joinAt = meeting + (fork.join ? lead / 2 : 0);
  return {
    length: joinAt + join.length,
    before: Math.max(whole / 2, join.before),
    after: Math.max(whole / 2, join.after),
    start: bus,
    end: fork.join ? joinAt + join.end : meeting,
    arrow: false,
    side: { at: joinAt + join.side.at, before: whole / 2, after: whole / 2 },
    draw: (canvas, { along, across }) => {
      const on = (place: number, lane = 0): Place => ({
        along: along + place,
        across: across + lane,
      });
      branches.forEach((piece, i) => {
        const lane = lanes[i];
        // The last blocks of all branches stand side by side.
        const start = lead + longest - piece.length;
        const straight = piece.length === 0;
        const first = straight ? meeting : start + piece.start;
        canvas.line([on(bus), on(bus, lane), on(first, lane)], { arrow: piece.arrow });
        const behind = straight ? meeting : start + piece.end;
        canvas.line([on(behind, lane), on(meeting, lane), on(meeting)]);
        piece.draw(canvas, on(start, lane));
      });
      canvas.line([on(meeting), on(joinAt + join.start)], { arrow: join.arrow });
      join.draw(canvas, on(joinAt));
    },
  };
}
