/** What holds for everything in a part of a network while it gets its place. */

import type { Piece, StepToDraw, Style } from './piece.js';
import type { Part, Series, Step } from './structure.js';

export interface Context {
  readonly style: Style;
  /** Lays out the parts of a part. */
  readonly layout: (series: Series, context: Context) => Piece;
  /** How often what is drawn comes: all times of the repeats around it. */
  readonly times: number;
  /** Inside branches side by side. */
  readonly nested: boolean;
  /** The shape that flows in; null at the beginning. */
  readonly shape: readonly number[] | null;
  /** Instead of the name that branches have of their layers. */
  readonly name?: string;
}

export function stepToDraw({ block, heads }: Step, { times, nested, shape }: Context): StepToDraw {
  const reshaped = shape === null || block.shape.join() !== shape.join();
  return { block, times, nested, reshaped, forks: heads.length > 0 };
}

/** The shape that a part gives; null where it cannot be told by one block. */
export function lastShape(part: Part): readonly number[] | null {
  if (part.type === 'step') return part.block.shape;
  if (part.type === 'fork') return part.join?.block.shape ?? null;
  if (part.type === 'mesh') return part.steps[part.steps.length - 1].block.shape;
  const [first] = part.times;
  return lastShape(first[first.length - 1]);
}
