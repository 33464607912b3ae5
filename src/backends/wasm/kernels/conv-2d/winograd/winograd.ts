/**
 * Winograd's convolution: tiles of input and filters are transformed so that products element by element
 * take the place of a convolution, with 1.8 to 4 times fewer multiplications (see toom-cook.ts).
 */

import type { Conv2dKernel } from '../../../../plan.js';
import type { ConvolutionMethod } from '../method.js';
import { emitByPoints } from './by-points.js';
import { emitByTiles } from './by-tiles.js';
import { emitFilterGradient } from './filter-gradient.js';
import { emitFilterTransforms, filterLayout } from './filters.js';
import { gradientTilingsOf, type Tiling, tilingsOf } from './tiling.js';

/** Transformed filters of at most this many bytes stay in a core's own cache beside a block of tiles. */
const fewFilterBytes = 1024 * 1024;

/** The methods in tiles that can compute a convolution, the likelier first; none where tiles cannot. */
export function winogradMethodsOf(kernel: Conv2dKernel): TilesMethod[] {
  const methods: TilesMethod[] = [];
  for (const tiling of tilingsOf(kernel)) {
    const { bytes } = filterLayout(kernel, tiling);
    const ways = [
      { order: 'tiles', emit: emitByTiles },
      { order: 'points', emit: emitByPoints },
    ];
    if (bytes > fewFilterBytes) ways.reverse();
    for (const { order, emit } of ways) {
      methods.push({
        name: `${nameOf(tiling)}, by ${order}`,
        pays: tiling.pays,
        readsInPlace: false,
        filterBytes: bytes,
        emitFilters: (context, target) => emitFilterTransforms(context, kernel, tiling, target),
        emit: (context, filters) => emit(context, kernel, tiling, filters),
      });
    }
  }
  for (const tiling of gradientTilingsOf(kernel)) {
    methods.push({
      name: nameOf(tiling),
      pays: tiling.pays,
      readsInPlace: true,
      // They are cut into tiles together with the input.
      filterBytes: 0,
      emitFilters: () => {},
      emit: (context) => emitFilterGradient(context, kernel, tiling),
    });
  }
  return methods;
}

export interface TilesMethod extends ConvolutionMethod {
  /** Whether it should be faster than a direct convolution. */
  readonly pays: boolean;
}

function nameOf({ down, across, phases }: Tiling): string {
  const size = (key: 'outputs' | 'taps'): string => `${down[key]}x${across[key]}`;
  const name = `Winograd F(${size('outputs')}, ${size('taps')})`;
  return phases.length === 1 ? name : `${name} of ${phases.length} phases`;
}
