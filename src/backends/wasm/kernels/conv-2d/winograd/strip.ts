/**
 * Strips: some rows of four neighbouring channels' planes, with the padding written out and the channels
 * in the lanes of each vector: [row][column][4].
 */

import { type Func, type I32, i32 } from '../../../assembler.js';
import type { ModuleContext } from '../../../kernel-context.js';
import { f32x4, v128 } from '../../../simd.js';
import { transposed } from '../../../transpose.js';

export interface StripShape {
  /** Bytes from one channel, and from one row, to the next in the source; columns are neighbours. */
  readonly channelStride: number;
  readonly rowStride: number;
  /** Rows and columns that the source has. */
  readonly height: number;
  readonly width: number;
  /** Columns of padding before the first one; negative: columns that are left out. */
  readonly left: number;
  /** Rows and columns of the strip. */
  readonly rows: number;
  readonly columns: number;
}

export const stripBytes = ({ rows, columns }: StripShape): number => rows * columns * 16;

/** strip(source, top, target): `source` is the first channel's plane, `top` its row to begin with. */
export function stripFunction(common: ModuleContext, shape: StripShape): Func {
  const key = `strip ${JSON.stringify(shape)}`;
  const known = common.shared.get(key);
  if (known) return known;
  const f = common.module.function({ params: ['i32', 'i32', 'i32'] });
  common.shared.set(key, f);
  const [source, top, target] = [0, 1, 2].map((i) => f.param(i, 'i32'));
  const { rowStride, height, width, left, rows, columns } = shape;
  const first = Math.max(0, left);
  const count = Math.max(0, Math.min(columns, left + width) - first);
  const end = f.hold(i32.add(target, rows * columns * 16));
  const zeros = (from: number, to: number): void => {
    if (from >= to) return;
    const at = f.local('i32');
    f.for(at, i32.add(target, from * 16), i32.add(target, to * 16), 16, () =>
      v128.store(f, at, f32x4.const(0)),
    );
  };
  f.doWhile(
    () => {
      f.if(
        i32.ltU(top, i32.const(count === 0 ? 0 : height)),
        () => {
          zeros(0, first);
          const start = i32.add(source, i32.mul(top, i32.const(rowStride)));
          const read = f.hold(i32.add(start, i32.const(Math.max(0, -left) * 4)));
          const write = f.hold(i32.add(target, first * 16));
          interleave(f, shape.channelStride, count, read, write);
          zeros(first + count, columns);
        },
        () => zeros(0, columns),
      );
      f.set(top, i32.add(top, 1));
      f.set(target, i32.add(target, columns * 16));
    },
    () => i32.ne(target, end),
  );
  return f;
}

/** Writes `count` columns of four channels, four columns at once; the last four may overlap. */
function interleave(f: Func, stride: number, count: number, read: I32, write: I32): void {
  const channel = (c: number, column: number): I32 =>
    i32.add(read, i32.const(c * stride + column * 4));
  if (count < 4) {
    for (let column = 0; column < count; column++) {
      let lanes = v128.load32Zero(channel(0, column));
      for (let c = 1; c < 4; c++) lanes = v128.load32Lane(channel(c, column), lanes, c);
      v128.store(f, write, lanes, column * 16);
    }
    return;
  }
  const four = (from: I32, to: I32): void => {
    const channels = [0, 1, 2, 3].map((c) =>
      f.hold(v128.load(i32.add(from, i32.const(c * stride)))),
    );
    transposed(f, channels).forEach((column, i) => {
      v128.store(f, to, column, i * 16);
    });
  };
  const from = f.hold(read);
  const to = f.hold(write);
  const whole = Math.floor(count / 4);
  const last = f.hold(i32.add(to, whole * 64));
  f.doWhile(
    () => {
      four(from, to);
      f.set(from, i32.add(from, 16));
      f.set(to, i32.add(to, 64));
    },
    () => i32.ne(to, last),
  );
  if (count % 4 > 0) {
    const back = (4 - (count % 4)) * 4;
    f.set(from, i32.sub(from, i32.const(back)));
    f.set(to, i32.sub(to, i32.const(back * 4)));
    four(from, to);
  }
}
