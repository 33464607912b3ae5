/** ONNX's operators on regions of images: RoiAlign, MaxRoiPool, and Col2Im, which puts patches together. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape, type Shape, sizeOf } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { concatenate, stack } from '../../../ops/concatenate.js';
import { fill, tensor } from '../../../ops/creation.js';
import { add, mul } from '../../../ops/elementwise.js';
import { indexSelect } from '../../../ops/gather.js';
import { pad } from '../../../ops/pad.js';
import { max, mean } from '../../../ops/reduction.js';
import { select } from '../../../ops/slicing.js';
import { perAxis } from '../../../ops/spatial-options.js';
import { permute, reshape, slice } from '../../../ops/view.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import { padsOf } from './windows.js';

interface Regions {
  /** One list of corners [x1, y1, x2, y2] in elements for each region. */
  readonly corners: readonly (readonly number[])[];
  /** Which image each is a part of. */
  readonly images: readonly number[];
}

/** Throws ShapeError unless rois are [R, 4], and `images` [R]. */
function regionsOf(rois: readonly number[], images: readonly number[], scale: number): Regions {
  if (rois.length !== 4 * images.length) {
    throw new ShapeError(`there are ${rois.length} corners for ${images.length} regions of 4 each`);
  }
  const corners = images.map((_, i) => rois.slice(4 * i, 4 * i + 4).map((edge) => edge * scale));
  return { corners, images };
}

/** Two elements along one axis that a sample lies between, with their weights. */
interface Between {
  readonly low: number;
  readonly high: number;
  readonly weights: readonly [number, number];
}

/** A sample more than one element outside is 0; one within that is as the outermost. */
function between(place: number, extent: number): Between {
  if (place < -1 || place > extent) return { low: 0, high: 0, weights: [0, 0] };
  const inside = Math.max(place, 0);
  const low = Math.min(Math.floor(inside), extent - 1);
  const high = Math.min(low + 1, extent - 1);
  const part = low === extent - 1 ? 0 : inside - low;
  return { low, high, weights: [1 - part, part] };
}

interface AlignedGrid {
  readonly height: number;
  readonly width: number;
  /** Samples in a cell along each axis; 0 for as many as elements. */
  readonly samples: number;
  readonly offset: number;
}

/**
 * For x [N, C, H, W] and regions of images, means or maxima of samples in a grid of cells: [R, C, OH, OW].
 *
 * Where the regions lie must be known; the values in them are differentiable.
 */
function alignRegions(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const { attributes } = node;
  const transform =
    node.opset >= 16
      ? attributes.choice(
          'coordinate_transformation_mode',
          ['half_pixel', 'output_half_pixel'],
          'half_pixel',
        )
      : 'output_half_pixel';
  const mode = attributes.choice('mode', ['avg', 'max'], 'avg');
  const grid: AlignedGrid = {
    height: attributes.int('output_height', 1),
    width: attributes.int('output_width', 1),
    samples: attributes.int('sampling_ratio', 0),
    offset: transform === 'half_pixel' ? 0.5 : 0,
  };
  const scale = attributes.float('spatial_scale', 1);
  const regions = regionsOf(node.requiredNumbers(1), node.requiredNumbers(2), scale);
  const [, channels] = x.shape;
  const shape = [channels, grid.height, grid.width];
  if (regions.images.length === 0) return Value.of(fill(0, [0, ...shape]), type);
  const groups = new Map<string, SampledRegion[]>();
  regions.corners.forEach((corners, place) => {
    const image = regions.images[place];
    if (!(image >= 0 && image < x.shape[0])) {
      throw new ValueError(`region ${place} is of image ${image}; there are ${x.shape[0]}`);
    }
    const region = { place, image, ...samplesOf(corners, x.shape.slice(2), grid) };
    const key = `${image} ${region.indices.length}`;
    groups.set(key, [...(groups.get(key) ?? []), region]);
  });
  const parts = [...groups.values()].map((group) => alignedGroup(x, group, { ...grid, mode }));
  const joined = concatenate(parts, 0);
  const order = [...groups.values()].flat().map(({ place }) => place);
  const back = new Int32Array(order.length);
  order.forEach((place, i) => {
    back[place] = i;
  });
  const index = tensor(back, [back.length]);
  const inOrder = parts.length === 1 ? joined : indexSelect(joined, { dim: 0, index });
  return Value.computed(reshape(inOrder, [regions.images.length, ...shape]), type);
}

/** Which elements of its image a region is made of, cell by cell, and their weights. */
interface RegionSamples {
  readonly indices: readonly number[];
  readonly weights: readonly number[];
}

interface SampledRegion extends RegionSamples {
  readonly place: number;
  readonly image: number;
}

/** Regions of one image with as many samples each: [R, C, cells]. */
function alignedGroup(
  x: Tensor,
  group: readonly SampledRegion[],
  { height, width, mode }: AlignedGrid & { readonly mode: 'avg' | 'max' },
): Tensor {
  const [, channels, rows, columns] = x.shape;
  const [{ image, indices: first }] = group;
  const index = Int32Array.from(group.flatMap(({ indices }) => indices));
  const weights = Float32Array.from(group.flatMap((region) => region.weights));
  const flat = reshape(select(x, { dim: 0, index: image }), [channels, rows * columns]);
  const read = indexSelect(flat, { dim: 1, index: tensor(index, [index.length]) });
  const weighted = mul(read, tensor(weights, [1, weights.length]));
  const cells = height * width;
  const apart = reshape(weighted, [channels, group.length, cells, first.length / cells]);
  // NOTE: the maximum is that of the weighted elements, not of the samples, as ONNX defines it.
  const reduced = mode === 'max' ? max(apart, 3) : mul(mean(apart, 3), 4);
  return permute(reduced, [1, 0, 2]);
}

/** Where a region is sampled, in an image of these extents. */
function samplesOf(
  [left, top, right, bottom]: readonly number[],
  [rows, columns]: Shape,
  { height, width, samples, offset }: AlignedGrid,
): RegionSamples {
  // Without the offset of half an element, a region has at least one element.
  const extentOf = (from: number, to: number) => (offset > 0 ? to - from : Math.max(to - from, 1));
  const along = (start: number, size: number, cells: number, extent: number) => {
    const cell = size / cells;
    const count = samples > 0 ? samples : Math.max(Math.ceil(cell), 1);
    return Array.from({ length: cells }, (_, i) =>
      Array.from({ length: count }, (_, s) =>
        between(start - offset + (i + (s + 0.5) / count) * cell, extent),
      ).flatMap(({ low, high, weights }) => [
        { at: low, weight: weights[0] },
        { at: high, weight: weights[1] },
      ]),
    );
  };
  const vertical = along(top, extentOf(top, bottom), height, rows);
  const horizontal = along(left, extentOf(left, right), width, columns);
  const indices: number[] = [];
  const weights: number[] = [];
  for (const inRow of vertical) {
    for (const inColumn of horizontal) {
      for (const y of inRow) {
        for (const column of inColumn) {
          indices.push(y.at * columns + column.at);
          weights.push(y.weight * column.weight);
        }
      }
    }
  }
  return { indices, weights };
}

/** Maxima over cells of whole elements (Girshick 2015); rois [R, 5] begin with the number of the image. */
function poolRegions(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const rois = node.requiredNumbers(1);
  const [height, width] = perAxis(node.attributes.ints('pooled_shape', []), {
    axes: 2,
    name: "attribute 'pooled_shape'",
  });
  const scale = node.attributes.float('spatial_scale', 1);
  const [, channels, rows, columns] = x.shape;
  const parts: Tensor[] = [];
  for (let r = 0; r < rois.length; r += 5) {
    const image = select(x, { dim: 0, index: rois[r] });
    const [left, top, right, bottom] = rois.slice(r + 1, r + 5).map((e) => Math.round(e * scale));
    const cells: Tensor[] = [];
    const edges = (start: number, end: number, i: number, count: number, extent: number) => {
      const cell = Math.max(end - start + 1, 1) / count;
      const at = (place: number) => Math.min(Math.max(place + start, 0), extent);
      return [at(Math.floor(i * cell)), at(Math.ceil((i + 1) * cell))];
    };
    for (let i = 0; i < height; i++) {
      const [y0, y1] = edges(top, bottom, i, height, rows);
      for (let j = 0; j < width; j++) {
        const [x0, x1] = edges(left, right, j, width, columns);
        const isEmpty = y1 <= y0 || x1 <= x0;
        const cell = isEmpty
          ? fill(0, [channels])
          : max(slice(image, { start: [0, y0, x0], end: [channels, y1, x1] }), [1, 2]);
        cells.push(cell);
      }
    }
    parts.push(reshape(stack(cells, 1), [channels, height, width]));
  }
  const shape = [0, channels, height, width];
  return Value.of(parts.length === 0 ? fill(0, shape) : stack(parts, 0), type);
}

/** Patches [N, C taps, places] added up where they overlap: [N, C, ...image]. */
function foldPatches(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const [image, block] = [node.requiredNumbers(1), node.requiredNumbers(2)];
  const axes = image.length;
  const along = (name: string) =>
    perAxis(node.attributes.ints(name) ?? 1, { axes, name: `attribute '${name}'` });
  const [stride, dilation] = [along('strides'), along('dilations')];
  const sides = padsOf(node, axes);
  const padded = image.map((extent, axis) => extent + sides[2 * axis] + sides[2 * axis + 1]);
  const reach = block.map((taps, axis) => (taps - 1) * dilation[axis] + 1);
  const counts = padded.map((extent, a) => Math.floor((extent - reach[a]) / stride[a]) + 1);
  const taps = sizeOf(block);
  const [batch, rows, places] = x.shape;
  const channels = rows / taps;
  if (x.rank !== 3 || !Number.isInteger(channels) || places !== sizeOf(counts)) {
    throw new ShapeError(
      `patches ${formatShape(x.shape)} do not fit image ${formatShape(image)} and blocks ` +
        `${formatShape(block)}; expected [N, C ${taps}, ${sizeOf(counts)}]`,
    );
  }
  const apart = reshape(x, [batch, channels, taps, ...counts]);
  let whole: Tensor | null = null;
  for (let tap = 0; tap < taps; tap++) {
    const offsets = block.map((_, axis) => {
      const inner = sizeOf(block.slice(axis + 1));
      return (Math.floor(tap / inner) % block[axis]) * dilation[axis];
    });
    const span = counts.map((count, axis) => (count - 1) * stride[axis] + 1);
    const placed = pad(select(apart, { dim: 2, index: tap }), {
      low: [0, 0, ...offsets.map((offset, axis) => offset - sides[2 * axis])],
      high: [0, 0, ...offsets.map((o, axis) => image[axis] + sides[2 * axis] - o - span[axis])],
      interior: [0, 0, ...stride.map((step) => step - 1)],
    });
    whole = whole ? add(whole, placed) : placed;
  }
  return Value.computed(whole!, type);
}

export const regionOperators: OperatorTable = {
  RoiAlign: alignRegions,
  MaxRoiPool: poolRegions,
  Col2Im: { run: foldPatches, hostInputs: [1, 2] },
};
