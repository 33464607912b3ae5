/** Rows of tiles, transformed: the input of a convolution or of a filter gradient, four channels at a time. */

import { type I32, i32 } from '../../../assembler.js';
import { flat, type KernelContext } from '../../../kernel-context.js';
import { type StripShape, stripBytes, stripFunction } from './strip.js';
import { transformBytes, transformFunction } from './tile-transform.js';
import type { Phase } from './tiling.js';
import type { Matrix } from './toom-cook.js';

export interface TileRowShape {
  readonly strip: StripShape;
  readonly down: Matrix;
  readonly across: Matrix;
  /** The phases of rows and columns, `spacing` apart; each is transformed alone. */
  readonly phases: readonly Pick<Phase, 'row' | 'column'>[];
  readonly spacing: number;
  readonly tilesAcross: number;
  /** From one tile to the next, in elements of a phase. */
  readonly step: number;
  /** Bytes from one tile, one phase and one point to the next where the result goes. */
  readonly tileStride: number;
  readonly phaseStride: number;
  readonly pointStride: number;
}

/**
 * Generates the transform of one row of tiles: `plane` is the address of the first of four channels,
 * `top` the row of it that the tiles begin with, `target` where the first tile's first point goes.
 */
export type EmitTileRow = (plane: I32, top: I32, target: I32) => void;

export function tileRowEmitter(context: KernelContext, shape: TileRowShape): EmitTileRow {
  const { f, common } = context;
  const { strip, phases, step, spacing, tilesAcross, tileStride, phaseStride, pointStride } = shape;
  const filled = f.hold(flat(context.localScratch(stripBytes(strip))));
  const memory = f.hold(flat(context.localScratch(transformBytes)));
  const fill = stripFunction(common, strip);
  const transform = transformFunction(common, {
    ...{ down: shape.down, across: shape.across },
    source: { row: spacing * strip.columns * 16, column: spacing * 16 },
    target: { row: shape.across.length * pointStride, column: pointStride },
  });
  const tile = f.local('i32');
  const source = f.local('i32');
  const at = f.local('i32');
  return (plane, top, target) => {
    f.call(fill, plane, top, filled);
    phases.forEach(({ row, column }, phase) => {
      f.set(source, i32.add(filled, (row * strip.columns + column) * 16));
      f.set(at, i32.add(target, i32.const(phase * phaseStride)));
      f.for(tile, 0, tilesAcross, 1, () => {
        f.call(transform, source, at, memory);
        f.set(source, i32.add(source, step * spacing * 16));
        f.set(at, i32.add(at, i32.const(tileStride)));
      });
    });
  };
}
