/** Which convolutions can be computed in tiles, how, and where that pays: a matter of shapes. */

import { sizeOf } from '../../../../../graph/shape.js';
import type { Conv2dKernel } from '../../../../plan.js';
import { panelLanes } from '../../../tile.js';
import type { StripShape } from './strip.js';
import { type FastCorrelation, fastCorrelation } from './toom-cook.js';

export interface Tiling {
  /** From one tile to the next: outputs of a convolution, taps of a gradient's filters. */
  readonly step: number;
  /** Along columns, and along rows. */
  readonly down: FastCorrelation;
  readonly across: FastCorrelation;
  /** The stride, or the dilation of a filter gradient. */
  readonly spacing: number;
  readonly phases: readonly Phase[];
  /** Tiles that cover an output plane, or the long filters of a gradient. */
  readonly tilesDown: number;
  readonly tilesAcross: number;
  /** What it costs by an estimate, and whether that is less than a direct convolution costs. */
  readonly cost: number;
  readonly pays: boolean;
}

/**
 * With a stride every phase of the input (its rows and columns modulo the spacing) is an input of its own,
 * for filters that much smaller; with a dilation it gives results of its own.
 */
export interface Phase {
  readonly row: number;
  readonly column: number;
  /** Taps of the filter that meet it, or results that it gives, along each axis. */
  readonly down: number;
  readonly across: number;
}

/** Large tiles need fewest products, small ones fewest transformed filters. */
const steps: readonly number[] = [4, 2];
/** Behind rows, and behind the values of a point: what lies a power of two apart competes for few sets of a cache. */
export const paddingBytes = 64;
/** How many times cheaper tiles must be by the estimate of costOf, which is rough. */
const leastGain = 1.1;
/**
 * What an element costs that is transformed, in products: data and sums, which stay in a cache, and filters
 * (or their sums), of which there are as many as products in a tile. Prepared ones are read from memory, as
 * those of a direct convolution are.
 */
const transformCosts = { data: 5, filters: 20, preparedFilters: 13 };
/** With fewer channels on a side the transforms cost more than they save. */
const fewestChannels = 16;
/** Phases side by side, so that those that a point needs are neighbours; see phasesOfPoint. */
const phaseOrder: readonly (readonly [row: number, column: number])[] = [
  [1, 0],
  [0, 0],
  [0, 1],
  [1, 1],
];

/** How to compute a convolution with small filters in tiles, the cheapest first. */
export function tilingsOf(kernel: Conv2dKernel): Tiling[] {
  const { shape, filterShape, stride, dilation } = kernel;
  const [groups, batch, outputs, height, width] = shape;
  const [, , channels, filterHeight, filterWidth] = filterShape;
  const suits =
    groups === 1 && dilation.every((step) => step === 1) && channels % 4 === 0 && readsRows(kernel);
  if (!suits) return [];
  const counts = { batch, inputs: channels, outputs, prepared: kernel.prepared !== undefined };
  return tilingsOver('taps', stride, [filterHeight, filterWidth], [height, width], counts);
}

/** The same for a filter gradient: long filters and few output positions. */
export function gradientTilingsOf(kernel: Conv2dKernel): Tiling[] {
  const { shape, filterShape, stride, dilation, filters } = kernel;
  const [groups, inputs, outputs, height, width] = shape;
  const [, , batch, filterHeight, filterWidth] = filterShape;
  const suits =
    groups === 1 &&
    stride.every((step) => step === 1) &&
    inputs % 4 === 0 &&
    outputs % panelLanes === 0 &&
    filters.strides[4] === 1 &&
    readsRows(kernel);
  if (!suits) return [];
  const counts = { batch, inputs, outputs, prepared: false };
  return tilingsOver('results', dilation, [height, width], [filterHeight, filterWidth], counts);
}

/** Tiles over an output plane for `few` taps, or over long filters for `few` results; `many` is what they cover. */
function tilingsOver(
  kind: 'taps' | 'results',
  spacings: readonly number[],
  few: readonly number[],
  many: readonly number[],
  counts: Counts,
): Tiling[] {
  const [spacing] = spacings;
  const most = few.map((count) => Math.ceil(count / spacing));
  const isSmall =
    spacings[1] === spacing &&
    spacing <= 2 &&
    most.every((count) => count <= 3) &&
    most.some((count) => count > 1) &&
    few.every((count) => count >= spacing);
  if (!isSmall) return [];
  const count = (axis: number, phase: number): number => Math.ceil((few[axis] - phase) / spacing);
  const phases = phaseOrder
    .filter((phase) => phase.every((index) => index < spacing))
    .map(([row, column]) => ({ row, column, down: count(0, row), across: count(1, column) }));
  const manyChannels =
    counts.inputs * spacing ** 2 >= fewestChannels && counts.outputs >= fewestChannels;
  const direct = directCost(few, many, counts);
  const fitting = steps.filter((step) => many.every((length) => length >= step || kind === 'taps'));
  const tilings = fitting.map((step) => {
    const [down, across] = most.map((length) =>
      kind === 'taps' ? fastCorrelation(step, length) : fastCorrelation(length, step),
    );
    const [tilesDown, tilesAcross] = many.map((length) => Math.ceil(length / step));
    const tiling = { step, down, across, spacing, phases, tilesDown, tilesAcross };
    const cost = costOf(tiling, counts);
    return { ...tiling, cost, pays: manyChannels && direct >= leastGain * cost };
  });
  return tilings.sort((a, b) => a.cost - b.cost);
}

interface Counts {
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
  /** Whether the filters are transformed already. */
  readonly prepared: boolean;
}

/** The cost of a direct convolution, in products. */
function directCost(
  few: readonly number[],
  many: readonly number[],
  { batch, inputs, outputs, prepared }: Counts,
): number {
  const filters = inputs * outputs * sizeOf(few);
  const products = filters * batch * sizeOf(many);
  return products + (prepared ? transformCosts.preparedFilters * filters : 0);
}

/** The cost of a convolution in tiles, in products. */
function costOf(
  tiling: Omit<Tiling, 'cost' | 'pays'>,
  { batch, inputs, outputs, prepared }: Counts,
): number {
  const tiles = batch * tiling.tilesDown * tiling.tilesAcross;
  const points = pointsOf(tiling);
  const products = points.reduce((sum, [first, end]) => sum + end - first, 0);
  const phaseInputs = inputs * tiling.phases.length;
  const data = tiles * (phaseInputs + outputs) * points.length;
  const filters = phaseInputs * outputs * points.length;
  return (
    tiles * products * inputs * outputs +
    transformCosts.data * data +
    (prepared ? transformCosts.preparedFilters : transformCosts.filters) * filters
  );
}

/** For each point the phases that it needs: from the first to before the last. */
export function pointsOf({
  down,
  across,
  phases,
}: Pick<Tiling, 'down' | 'across' | 'phases'>): (readonly [first: number, end: number])[] {
  const most = (axis: 'down' | 'across'): number => Math.max(...phases.map((phase) => phase[axis]));
  return Array.from({ length: down.size * across.size }, (_, point) => {
    // The point at infinity is where the last tap is, or the last result; a phase may not have it.
    const lastRow = Math.floor(point / across.size) === down.size - 1;
    const lastColumn = point % across.size === across.size - 1;
    const needed = phases.map(
      (phase) =>
        (!lastRow || phase.down === most('down')) &&
        (!lastColumn || phase.across === most('across')),
    );
    return [needed.indexOf(true), needed.lastIndexOf(true) + 1];
  });
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
  { step, down, across, spacing, tilesAcross }: Tiling,
  channelDim: 1 | 2,
): StripShape {
  return {
    channelStride: input.view.strides[channelDim] * 4,
    rowStride: input.view.strides[3] * 4,
    height: input.extents[3],
    width: input.extents[4],
    left: input.low[4],
    rows: down.size * spacing,
    columns: ((tilesAcross - 1) * step + across.size) * spacing,
  };
}
