/**
 * Winograd's convolution: tiles of input and filters are transformed so that products element by element
 * take the place of a convolution, with 2.5 to 4 times fewer multiplications (see toom-cook.ts).
 */

import type { Conv2dKernel } from '../../../../plan.js';
import type { ConvolutionMethod } from '../method.js';
import { emitByPoints } from './by-points.js';
import { emitByTiles } from './by-tiles.js';
import { emitFilterGradient } from './filter-gradient.js';
import { emitFilterTransforms, filterLayout } from './filters.js';
import { gradientTilingOf, type Tiling, tilingOf } from './tiling.js';

/** Transformed filters of at most this many bytes stay in a core's own cache beside a block of tiles. */
const fewFilterBytes = 1024 * 1024;

/** The method for a convolution that tiles suit, or null. */
export function winogradMethodOf(kernel: Conv2dKernel): ConvolutionMethod | null {
  const tiling = tilingOf(kernel);
  if (tiling) {
    const { bytes } = filterLayout(kernel, tiling);
    const emit = bytes <= fewFilterBytes ? emitByTiles : emitByPoints;
    return {
      name: nameOf(tiling),
      filterBytes: bytes,
      emitFilters: (context, target) => emitFilterTransforms(context, kernel, tiling, target),
      emit: (context, filters) => emit(context, kernel, tiling, filters),
    };
  }
  const gradientTiling = gradientTilingOf(kernel);
  if (!gradientTiling) return null;
  return {
    name: nameOf(gradientTiling),
    // They are cut into tiles together with the input.
    filterBytes: 0,
    emitFilters: () => {},
    emit: (context) => emitFilterGradient(context, kernel, gradientTiling),
  };
}

function nameOf({ down, across, phases }: Tiling): string {
  const size = (key: 'outputs' | 'taps'): string => `${down[key]}x${across[key]}`;
  const name = `Winograd F(${size('outputs')}, ${size('taps')})`;
  return phases.length === 1 ? name : `${name} of ${phases.length} phases`;
}
