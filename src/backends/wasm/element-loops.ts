/** Loops over the elements of a row, four at a time, and what is known at each of their positions. */

import { type I32, i32, type Local } from './assembler.js';
import { type KernelContext, roundUp } from './kernel-context.js';

/** Where the loop is: element `index`, of which `left` are still to do (null: at least four). */
export interface Position {
  readonly index: I32;
  readonly left: Local<'i32'> | null;
  /** Elements beyond `index` that a vector of an unrolled pass begins at. Default: 0. */
  readonly ahead?: number;
  /** index * factor, computed once a pass. */
  scaled(factor: number): I32;
}

export const vectorWidth = 4;

/** Runs `body` for from, from + 4, ... and once more for the rest that fills no vector. */
export function vectorLoop(
  { f }: KernelContext,
  from: I32 | number,
  to: I32 | number,
  body: (position: Position) => void,
): void {
  const constants = typeof from === 'number' && typeof to === 'number';
  const count = constants ? to - from : null;
  if (count !== null && count <= 0) return;
  const index = f.local('i32');
  const end = typeof to === 'number' ? i32.const(to) : f.hold(to);
  f.set(index, typeof from === 'number' ? i32.const(from) : from);
  if (count === null || count >= vectorWidth) {
    const lastStart = f.hold(i32.sub(end, vectorWidth));
    const loop = (): void =>
      f.doWhile(
        () => {
          body(positionAt(f, index, null));
          f.set(index, i32.add(index, vectorWidth));
        },
        () => i32.leS(index, lastStart),
      );
    if (count === null) f.if(i32.leS(index, lastStart), loop);
    else loop();
  }
  if (count !== null && count % vectorWidth === 0) return;
  const rest = (): void => body(positionAt(f, index, f.hold(i32.sub(end, index))));
  if (count === null) f.if(i32.ltS(index, end), rest);
  else rest();
}

/**
 * The same for a body that may do elements twice: the rest is done by a last whole vector that
 * overlaps the one before it.
 */
function overlappingVectorLoop(
  context: KernelContext,
  from: I32 | number,
  to: I32 | number,
  body: (position: Position) => void,
): void {
  const { f } = context;
  const constants = typeof from === 'number' && typeof to === 'number';
  const count = constants ? to - from : null;
  if (count !== null && (count < vectorWidth || count % vectorWidth === 0)) {
    vectorLoop(context, from, to, body);
    return;
  }
  const index = f.local('i32');
  const done = f.local('i32');
  const end = typeof to === 'number' ? i32.const(to) : f.hold(to);
  f.set(index, typeof from === 'number' ? i32.const(from) : from);
  const lastStart = f.hold(i32.sub(end, vectorWidth));
  const loop = (): void =>
    f.doWhile(
      () => {
        body(positionAt(f, index, null));
        f.set(done, index);
        f.set(index, i32.min(i32.add(index, vectorWidth), lastStart));
      },
      () => i32.ltS(done, lastStart),
    );
  if (count !== null) {
    loop();
    return;
  }
  f.if(i32.leS(index, lastStart), loop, () =>
    f.if(i32.ltS(index, end), () => body(positionAt(f, index, f.hold(i32.sub(end, index))))),
  );
}

interface Passes {
  readonly from: I32 | number;
  readonly to: I32 | number;
  readonly unrolled: number;
  readonly mayRepeat: boolean;
}

/**
 * The same with `unrolled` vectors in a pass, which share the index and its multiples, as long as there
 * are so many; `mayRepeat` says whether the body may do elements twice.
 */
export function unrolledLoop(
  context: KernelContext,
  { from, to, unrolled, mayRepeat }: Passes,
  body: (position: Position) => void,
): void {
  const { f } = context;
  const rest = mayRepeat ? overlappingVectorLoop : vectorLoop;
  const count = typeof from === 'number' && typeof to === 'number' ? to - from : null;
  const vectors = Math.min(unrolled, count === null ? unrolled : Math.floor(count / vectorWidth));
  if (vectors <= 1) {
    rest(context, from, to, body);
    return;
  }
  const step = vectors * vectorWidth;
  const index = f.hold(typeof from === 'number' ? i32.const(from) : from);
  const end = typeof to === 'number' ? i32.const(to) : f.hold(to);
  const lastStart = f.hold(i32.sub(end, step));
  const passes = (): void =>
    f.doWhile(
      () => {
        const first = positionAt(f, index, null);
        for (let v = 0; v < vectors; v++) body({ ...first, ahead: v * vectorWidth });
        f.set(index, i32.add(index, step));
      },
      () => i32.leS(index, lastStart),
    );
  if (count === null) {
    f.if(i32.leS(index, lastStart), passes);
    f.if(i32.ltS(index, end), () => rest(context, index, end, body));
    return;
  }
  passes();
  const left = count % step;
  const whole = mayRepeat ? roundUp(left, vectorWidth) : left;
  vectorLoop(context, (to as number) - whole, to, body);
}

/** One pass over fewer than four elements, the first `count` lanes. */
export function singlePosition({ f }: KernelContext, index: I32, count: number): Position {
  const held = f.hold(index);
  return positionAt(f, held, count < vectorWidth ? f.hold(i32.const(count)) : null);
}

function positionAt(f: KernelContext['f'], index: I32, left: Local<'i32'> | null): Position {
  const multiples = new Map<number, I32>();
  return {
    index,
    left,
    scaled: (factor) => {
      if (factor === 0) return i32.const(0);
      if (factor === 1) return index;
      const known = multiples.get(factor);
      if (known) return known;
      const held = f.hold(i32.mul(index, factor));
      multiples.set(factor, held);
      return held;
    },
  };
}
