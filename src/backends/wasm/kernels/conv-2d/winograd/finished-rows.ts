/** Rows of tiles, finished: the sums of all points become outputs, and are stored. */

import type { Conv2dKernel } from '../../../../plan.js';
import { type I32, i32 } from '../../../assembler.js';
import { flat, type KernelContext } from '../../../kernel-context.js';
import { emitBlockStores } from '../block-stores.js';
import { transformBytes, transformFunction } from './tile-transform.js';
import type { Tiling } from './tiling.js';

/** How the sums lie: bytes from one tile, and from one point, to the next; four channels are neighbours. */
export interface SumsLayout {
  readonly tileStride: number;
  readonly pointStride: number;
}

/** `sums` is the address of the first tile's sums of the four channels `quad` (the last may be fewer). */
export type EmitFinishedRow = (sums: I32, item: I32, tileRow: I32, quad: I32) => void;

export function finishedRowEmitter(
  context: KernelContext,
  kernel: Conv2dKernel,
  { step, down, across, tilesAcross }: Tiling,
  { tileStride, pointStride }: SumsLayout,
): EmitFinishedRow {
  const { f, common } = context;
  const [, , outputs, height] = kernel.shape;
  const width = tilesAcross * step;
  const plane = step * width;
  const finished = context.localScratch(4 * plane * 4);
  const memory = f.hold(flat(context.localScratch(transformBytes)));
  const transform = transformFunction(common, {
    ...{ down: down.resultMatrix, across: across.resultMatrix },
    source: { row: across.size * pointStride, column: pointStride },
    target: { row: width * 4, plane: plane * 4 },
  });
  const tile = f.local('i32');
  const source = f.local('i32');
  const target = f.local('i32');
  return (sums, item, tileRow, quad) => {
    f.set(source, sums);
    f.set(target, flat(finished));
    f.for(tile, 0, tilesAcross, 1, () => {
      f.call(transform, source, target, memory);
      f.set(source, i32.add(source, tileStride));
      f.set(target, i32.add(target, step * 4));
    });
    const firstRow = f.hold(i32.mul(tileRow, step));
    const firstChannel = f.hold(i32.mul(quad, 4));
    const left = i32.sub(i32.const(outputs), firstChannel);
    emitBlockStores(context, kernel, {
      firstChannel,
      channels: outputs % 4 === 0 ? 4 : f.hold(i32.min(f.hold(left), i32.const(4))),
      memory: { start: finished, channel: plane, row: width, column: 1 },
      ...{ group: i32.const(0), item, firstRow },
      endRow: f.hold(i32.min(f.hold(i32.add(firstRow, step)), i32.const(height))),
    });
  };
}
