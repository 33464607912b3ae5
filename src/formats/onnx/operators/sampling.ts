/** ONNX's GridSample, AffineGrid and DeformConv: images read at places that are computed. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape, sizeOf } from '../../../graph/shape.js';
import { stack } from '../../../ops/concatenate.js';
import { tensor } from '../../../ops/creation.js';
import { add, cast, iota, mul } from '../../../ops/elementwise.js';
import { matmul } from '../../../ops/matmul.js';
import { select } from '../../../ops/slicing.js';
import { reshape, transpose } from '../../../ops/view.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';
import { type SampleMode, sampleAt } from './sample-places.js';
import { padsOf, windowsOf } from './windows.js';

const paddings = ['zeros', 'border', 'reflection'] as const;
const oldModes = { bilinear: 'linear', nearest: 'nearest', bicubic: 'cubic' } as const;

function sampleMode({ attributes, opset }: OperatorNode): SampleMode {
  if (opset >= 20) return attributes.choice('mode', ['linear', 'nearest', 'cubic'], 'linear');
  return oldModes[attributes.choice('mode', ['bilinear', 'nearest', 'bicubic'], 'bilinear')];
}

/** x [N, C, D1, ..., Dk] at grid [N, ..., k], whose coordinates go from -1 to 1, the last axis first. */
function gridSample(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const grid = node.tensor(1);
  const extents = x.shape.slice(2);
  const axes = extents.length;
  if (axes < 1 || grid.rank !== x.rank || grid.shape[grid.rank - 1] !== axes) {
    throw new ShapeError(
      `grid ${formatShape(grid.shape)} does not fit ${formatShape(x.shape)}; expected ` +
        `[N, ..., ${axes}] with ${x.rank} dimensions`,
    );
  }
  const alignCorners = node.attributes.flag('align_corners', false);
  const padding = node.attributes.choice('padding_mode', paddings, 'zeros');
  const places = grid.shape.slice(1, -1);
  const flat = reshape(grid, [grid.shape[0], sizeOf(places), axes]);
  const coordinates = extents.map((extent, axis) => {
    const from = select(flat, { dim: 2, index: axes - 1 - axis });
    // -1 and 1 are the outer edges of the outer elements, or with align_corners their middles.
    return alignCorners
      ? mul(add(from, 1), (extent - 1) / 2)
      : add(mul(add(from, 1), extent / 2), -0.5);
  });
  const y = sampleAt(x, coordinates, { mode: sampleMode(node), padding, alignCorners });
  return Value.computed(reshape(y, [x.shape[0], x.shape[1], ...places]), type);
}

/** The places of the elements of an image [N, C, D1, ..., Dk] under affine maps [N, k, k + 1]. */
function affineGrid(node: OperatorNode): Value {
  const { tensor: theta, type } = node.input(0);
  const [batch, , ...extents] = node.requiredNumbers(1);
  const alignCorners = node.attributes.flag('align_corners', false);
  const axes = extents.length;
  if (theta.rank !== 3 || theta.shape[1] !== axes || theta.shape[2] !== axes + 1) {
    throw new ShapeError(
      `theta is ${formatShape(theta.shape)}; expected [N, ${axes}, ${axes + 1}] for ${axes} axes`,
    );
  }
  const along = extents.map((extent, axis) => {
    const place = cast(iota(extents, axis), 'float32');
    if (!alignCorners) return add(mul(place, 2 / extent), 1 / extent - 1);
    return extent > 1 ? add(mul(place, 2 / (extent - 1)), -1) : mul(place, 0);
  });
  const one = add(mul(along[0], 0), 1);
  const homogeneous = reshape(stack([...along.reverse(), one], -1), [sizeOf(extents), axes + 1]);
  const grid = matmul(homogeneous, transpose(theta));
  return Value.computed(reshape(grid, [batch, ...extents, axes]), type);
}

/** A convolution whose taps are each moved by an offset [N, offset_group taps 2, OH, OW] and scaled by a mask. */
function convolveDeformed(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const [weight, offset] = [node.tensor(1), node.tensor(2)];
  const bias = node.optional(3)?.tensor;
  const mask = node.optional(4)?.tensor;
  if (x.rank !== 4) {
    throw new ValueError(`input 0 is ${formatShape(x.shape)}; expected [N, C, H, W]`);
  }
  const { kernel, stride, dilation } = windowsOf(node, 2, weight.shape.slice(2));
  const [top, , left] = padsOf(node, 2);
  const groups = node.attributes.int('group', 1);
  const offsetGroups = node.attributes.int('offset_group', 1);
  const [batch, channels] = x.shape;
  const [height, width] = offset.shape.slice(2);
  const [taps, size] = [kernel[0] * kernel[1], height * width];
  const wanted = [batch, offsetGroups * taps * 2, height, width];
  if (formatShape(offset.shape) !== formatShape(wanted) || channels % offsetGroups !== 0) {
    throw new ShapeError(
      `offset is ${formatShape(offset.shape)}; expected ${formatShape(wanted)} for ${taps} taps and ` +
        `offset_group ${offsetGroups} of ${channels} channels`,
    );
  }
  // Groups of channels with offsets of their own are images by themselves.
  const images = batch * offsetGroups;
  const moved = reshape(offset, [images, taps, 2, size]);
  const starts = [-top, -left];
  const coordinates = [0, 1].map((axis) => {
    const regular = new Float32Array(taps * size);
    for (let tap = 0; tap < taps; tap++) {
      const inKernel = axis === 0 ? Math.floor(tap / kernel[1]) : tap % kernel[1];
      for (let i = 0; i < size; i++) {
        const place = axis === 0 ? Math.floor(i / width) : i % width;
        regular[tap * size + i] = starts[axis] + place * stride[axis] + inKernel * dilation[axis];
      }
    }
    const apart = reshape(select(moved, { dim: 2, index: axis }), [images, taps * size]);
    return add(apart, tensor(regular, [1, taps * size]));
  });
  const parts = reshape(x, [images, channels / offsetGroups, ...x.shape.slice(2)]);
  const options = { mode: 'linear', padding: 'zeros', alignCorners: true } as const;
  const read = sampleAt(parts, coordinates, options);
  const values = mask ? mul(read, reshape(mask, [images, 1, taps * size])) : read;
  // [N, C taps, places] and the weights [O, C / groups taps] part into groups alike.
  const perGroup = (channels / groups) * taps;
  const columns = reshape(values, [batch, groups, perGroup, size]);
  const out = weight.shape[0];
  const filters = reshape(weight, [1, groups, out / groups, perGroup]);
  const y = reshape(matmul(filters, columns), [batch, out, height, width]);
  return Value.computed(bias ? add(y, reshape(bias, [out, 1, 1])) : y, type);
}

export const samplingOperators: OperatorTable = {
  GridSample: gridSample,
  AffineGrid: { run: affineGrid, hostInputs: [1] },
  DeformConv: convolveDeformed,
};
