/** Which convolutions are computed in tiles, and how: chosen by shape. */

import type { Conv2dKernel } from '../../../../plan.js';
import { panelLanes } from '../../../tile.js';
import type { StripShape } from './strip.js';
import { type FastCorrelation, fastCorrelation } from './toom-cook.js';

export interface Tiling {
  readonly correlation: FastCorrelation;
  /**
   * The stride, or the dilation of a filter gradient: every phase of the input (its rows and columns
   * modulo the spacing) is an input of its own, for filters (or results) that much smaller.
   */
  readonly spacing: number;
  /** Tiles that cover an output plane, or the long filters of a gradient. */
  readonly tilesDown: number;
  readonly tilesAcross: number;
}

/** From one tile to the next: outputs of a convolution, taps of a gradient's filters. */
export const tileStep = 4;
/** Behind rows, and behind the values of a point: what lies a power of two apart competes for few sets of a cache. */
export const paddingBytes = 64;
/** How many times fewer products there must be, since the transforms take time. */
const leastGain = 1.6;
/** With fewer channels on a side the transforms cost more than they save. */
const fewestChannels = 16;

/** How to compute a convolution with small filters, or null where tiles do not suit it. */
export function tilingOf(kernel: Conv2dKernel): Tiling | null {
  const { shape, filterShape, stride, dilation } = kernel;
  const [groups, , outputs, height, width] = shape;
  const [, , channels, filterHeight, filterWidth] = filterShape;
  const spacing = stride[0];
  const taps = filterHeight / spacing;
  const suits =
    groups === 1 &&
    filterHeight === filterWidth &&
    (taps === 2 || taps === 3) &&
    isSpacing(stride) &&
    dilation.every((step) => step === 1) &&
    channels % 4 === 0 &&
    channels * spacing ** 2 >= fewestChannels &&
    outputs >= fewestChannels &&
    readsRows(kernel);
  if (!suits) return null;
  return tilingOver(fastCorrelation(tileStep, taps), spacing, [height, width]);
}

/** The same for a filter gradient: long filters and few output positions. */
export function gradientTilingOf(kernel: Conv2dKernel): Tiling | null {
  const { shape, filterShape, stride, dilation, filters } = kernel;
  const [groups, inputs, outputs, height, width] = shape;
  const [, , , filterHeight, filterWidth] = filterShape;
  const spacing = dilation[0];
  const results = height / spacing;
  const suits =
    groups === 1 &&
    height === width &&
    (results === 2 || results === 3) &&
    isSpacing(dilation) &&
    stride.every((step) => step === 1) &&
    filterHeight >= tileStep &&
    filterWidth >= tileStep &&
    inputs % 4 === 0 &&
    outputs % panelLanes === 0 &&
    inputs * spacing ** 2 >= fewestChannels &&
    outputs >= fewestChannels &&
    filters.strides[4] === 1 &&
    readsRows(kernel);
  if (!suits) return null;
  return tilingOver(fastCorrelation(results, tileStep), spacing, [filterHeight, filterWidth]);
}

const isSpacing = ([down, across]: readonly number[]): boolean => down === across && down <= 2;

function tilingOver(
  correlation: FastCorrelation,
  spacing: number,
  [height, width]: readonly number[],
): Tiling | null {
  const { outputs, taps, size } = correlation;
  const tilesDown = Math.ceil(height / tileStep);
  const tilesAcross = Math.ceil(width / tileStep);
  // Outputs of a convolution, taps of a gradient's filters: what lies in tiles may not fill the last ones.
  const others = outputs + taps - tileStep;
  const products = height * width * others ** 2;
  if (products < leastGain * tilesDown * tilesAcross * size ** 2) return null;
  return { correlation, spacing, tilesDown, tilesAcross };
}

/** Whether the input lies in rows of neighbours, padded with zeros around its planes only. */
function readsRows({ input }: Conv2dKernel): boolean {
  const wholePlanes = [0, 1, 2].every(
    (dim) => input.low[dim] === 0 && input.shape[dim] === input.extents[dim],
  );
  const isDense = input.interior.every((between) => between === 0);
  return wholePlanes && isDense && input.value === 0 && input.view.strides[4] === 1;
}

/** The strip that holds the input of a row of tiles, of channels `channelDim` of the input's dimensions. */
export function stripOf(
  { input }: Conv2dKernel,
  { correlation, spacing, tilesAcross }: Tiling,
  channelDim: 1 | 2,
): StripShape {
  return {
    channelStride: input.view.strides[channelDim] * 4,
    rowStride: input.view.strides[3] * 4,
    height: input.extents[3],
    width: input.extents[4],
    left: input.low[4],
    rows: correlation.size * spacing,
    columns: ((tilesAcross - 1) * tileStep + correlation.size) * spacing,
  };
}
