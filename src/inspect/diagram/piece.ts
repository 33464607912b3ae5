/** Pieces of a picture that know their size before they have a place: along the flow of data, and across it. */

import type { Block } from './blocks.js';
import type { Item, Point } from './scene.js';

/** What a piece covers; the flow goes through it on its axis. */
export interface Piece {
  /** Along the flow. */
  readonly length: number;
  /** Across it, from the axis to either side. */
  readonly before: number;
  readonly after: number;
  /** Where on the axis lines end that come from before, and begin that lead on. */
  readonly start: number;
  readonly end: number;
  /** Whether a line that ends at `start` has a head. */
  readonly arrow: boolean;
  /** Where lines from either side end: along the flow, and how far from the axis. */
  readonly side: { readonly at: number; readonly before: number; readonly after: number };
  readonly draw: (canvas: Canvas, at: Place) => void;
}

/** The start of a piece on its axis. */
export interface Place {
  readonly along: number;
  readonly across: number;
}

/** Collects items; the flow goes to the right, or down. */
export class Canvas {
  readonly items: Item[] = [];
  readonly horizontal: boolean;

  constructor(horizontal: boolean) {
    this.horizontal = horizontal;
  }

  point({ along, across }: Place): Point {
    return this.horizontal ? { x: along, y: across } : { x: across, y: along };
  }

  add(item: Item): void {
    this.items.push(item);
  }

  /** A line through places, of which neighbours may be one. */
  line(places: readonly Place[], { arrow = false, look = 'flow' } = {}): void {
    const points = places.map((place) => this.point(place));
    const distinct = points.filter(({ x, y }, i) => {
      return i === 0 || Math.hypot(points[i - 1].x - x, points[i - 1].y - y) > 1e-6;
    });
    if (distinct.length > 1) this.add({ type: 'line', points: distinct, arrow, look });
  }
}

/** Nothing, through which a line goes on. */
export const emptyPiece: Piece = {
  length: 0,
  before: 0,
  after: 0,
  start: 0,
  end: 0,
  arrow: false,
  side: { at: 0, before: 0, after: 0 },
  draw: () => {},
};

export type Side = 'before' | 'after';

/** A step as a style draws it. */
export interface StepToDraw {
  readonly block: Block;
  /** How often it comes: all times of the repeats around it. */
  readonly times: number;
  /** Whether something leaves the flow behind it. */
  readonly forks: boolean;
  /** Whether its output has another shape than what it reads. */
  readonly reshaped: boolean;
  /** Inside branches side by side, where room is scarce. */
  readonly nested: boolean;
}

/** How blocks look, and on which side of the flow other things stand. */
export interface Style {
  readonly horizontal: boolean;
  /** Between pieces along the flow. */
  readonly gap: number;
  readonly shortcuts: Side;
  /** Of brackets and names. */
  readonly brackets: Side;
  /** Whether two steps stand together without a gap. */
  readonly adjoins: (a: StepToDraw, b: StepToDraw) => boolean;
  /** Steps that stand together. */
  readonly steps: (steps: readonly StepToDraw[]) => Piece;
}
