/** Products of rows and packed panels: for each slice of k, each panel, each tile of rows. */

import { type I32, i32 } from './assembler.js';
import { type Address, flat, type KernelContext } from './kernel-context.js';
import type { Panels } from './pack.js';
import { panelLanes, tileFunction } from './tile.js';

/** k in one slice: a panel of it is 8 KB and stays in the first-level cache. */
const sliceDepth = 256;

export interface Products {
  /** Where the element of row 0 and k 0 is. */
  readonly a: Address;
  /** Bytes from a tile's first row to the next tile's, for each row of the tile. */
  readonly rowStride: number;
  /** Bytes from one row of a tile to the next; `rowStride` where it is not given. */
  readonly tileRowStride?: number;
  /** Bytes from one k to the next. */
  readonly depthStride: number;
  readonly packed: Address;
  readonly panels: Panels;
  /** k that a panel has room for, and which of them there are if not all. */
  readonly depth: number;
  readonly depths?: { readonly first: I32; readonly end: I32 };
  /** Rows of a tile, and rows in all: `endRow` is that number, or the end of a whole tile. */
  readonly tile: number;
  readonly rows: number;
  readonly firstRow: I32;
  readonly endRow: I32;
  readonly firstPanel: I32;
  readonly endPanel: I32;
  /** Where the result of the first row and panel goes, and bytes from one row to the next. */
  readonly result: Address;
  readonly resultStride: number;
  /** Whether to add to what is there (0: no). */
  readonly accumulate?: I32;
}

export function emitProducts(context: KernelContext, products: Products): void {
  const { f, common } = context;
  const { a, rowStride, tileRowStride = rowStride, depthStride, packed, panels } = products;
  const { depth, depths, tile: most, rows, firstRow, endRow } = products;
  const { firstPanel, endPanel, result, resultStride, accumulate } = products;
  const lastTile = rows % most;
  const slices = Math.max(1, Math.ceil(depth / sliceDepth));
  const slice = f.local('i32');
  const panel = f.local('i32');
  f.for(slice, 0, slices, 1, () => {
    const used = depths ? i32.sub(depths.end, depths.first) : i32.const(depth);
    const bound = (index: I32): I32 => {
      const offset = i32.divU(i32.mul(index, used), slices);
      return depths ? i32.add(depths.first, offset) : offset;
    };
    const firstK = f.hold(bound(slice));
    const count = f.hold(i32.sub(bound(i32.add(slice, 1)), firstK));
    const adds = f.hold(accumulate ? i32.add(slice, accumulate) : slice);
    const panelCount = panels.list.length;
    f.for(panel, firstPanel, endPanel, 1, () => {
      const emitTiles = (vectors: number): void => {
        const b = f.hold(
          i32.add(
            i32.add(flat(packed), i32.mul(panel, depth * panelLanes * 4)),
            i32.mul(firstK, vectors * 16),
          ),
        );
        const row = f.hold(firstRow);
        const call = (tileRows: number): void => {
          const tile = tileFunction(common, {
            rowOffsets: Array.from({ length: tileRows }, (_, r) => r * tileRowStride),
            vectors,
            step: depthStride,
            resultStride,
            passStep: 0,
          });
          const x = i32.add(
            i32.add(flat(a), i32.mul(row, rowStride)),
            i32.mul(firstK, depthStride),
          );
          const c = i32.add(
            flat(result),
            i32.add(
              i32.mul(i32.sub(row, firstRow), resultStride),
              i32.mul(i32.sub(panel, firstPanel), panelLanes * 4),
            ),
          );
          f.call(tile, x, b, c, i32.const(0), count, i32.const(1), i32.const(0), adds);
          f.set(row, i32.add(row, tileRows));
        };
        f.while(
          () => i32.leS(i32.add(row, most), endRow),
          () => call(most),
        );
        if (lastTile > 0) f.if(i32.ltS(row, endRow), () => call(lastTile));
      };
      const last = panels.list[panelCount - 1];
      if (last.vectors === 2) emitTiles(2);
      else if (panelCount === 1) emitTiles(1);
      else {
        f.if(
          i32.eq(panel, panelCount - 1),
          () => emitTiles(1),
          () => emitTiles(2),
        );
      }
    });
  });
}

/** Rows of a tile, at most `most`, so that all tiles have nearly the same. */
export const tileSize = (rows: number, most: number): number =>
  Math.ceil(rows / Math.ceil(rows / most));

/**
 * Rows of a tile, at most `most`, for rows that are computed in whole tiles: few of them are computed for
 * nothing, and a tile with few rows reads b more often.
 */
export function coveringTile(rows: number, most: number): number {
  const cost = (tile: number): number => Math.ceil(rows / tile) * (tile + 0.5);
  const sizes = [most, most - 1, most - 2].filter((tile) => tile > 0);
  return sizes.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best));
}
