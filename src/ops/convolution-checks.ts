/** What convolutions of any number of spatial axes ask of their operands. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { Windows } from './spatial-options.js';

export interface ConvolutionOperands {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias?: Tensor;
  readonly groups: number;
}

const spatial = ['', 'L', 'H, W', 'D, H, W'];
const taps = ['', 'K', 'KH, KW', 'KD, KH, KW'];

/** Throws ShapeError unless x is [N, C, ...] and weight [O, C / groups, ...] with `axes` spatial axes. */
export function checkConvolution(
  owner: string,
  axes: number,
  { x, weight, bias, groups }: ConvolutionOperands,
): void {
  checkOperands(owner, { x, weight, axes, weightLayout: `[O, C, ${taps[axes]}]` });
  const channels = x.shape[1];
  const [out, perGroup] = weight.shape;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0 || out % groups !== 0) {
    throw new ShapeError(
      `${owner}: groups ${groups} must divide ${channels} input and ${out} output channels`,
    );
  }
  checkChannels(x, perGroup * groups);
  checkBias(owner, bias, out);
}

/** As `checkConvolution` for a transposed one, whose weight is [C, O / groups, ...]. */
export function checkTransposedConvolution(
  owner: string,
  axes: number,
  { x, weight, bias, groups }: ConvolutionOperands,
): void {
  checkOperands(owner, { x, weight, axes, weightLayout: `[C, O / groups, ${taps[axes]}]` });
  const channels = x.shape[1];
  const [inputs, perGroup] = weight.shape;
  checkChannels(x, inputs);
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new ShapeError(`${owner}: groups ${groups} must divide ${channels} input channels`);
  }
  checkBias(owner, bias, perGroup * groups);
}

interface Operands {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly axes: number;
  readonly weightLayout: string;
}

function checkOperands(owner: string, { x, weight, axes, weightLayout }: Operands): void {
  if (x.rank !== axes + 2 || weight.rank !== axes + 2) {
    throw new ShapeError(
      `${owner}: expected input [N, C, ${spatial[axes]}] and weight ${weightLayout}, ` +
        `got ${formatShape(x.shape)} and ${formatShape(weight.shape)}`,
    );
  }
  for (const tensor of [x, weight]) {
    if (tensor.dtype === 'float32') continue;
    throw new ShapeError(`${owner}: expected float32, got ${tensor.dtype}; convert with cast()`);
  }
}

function checkChannels(x: Tensor, expected: number): void {
  if (x.shape[1] === expected) return;
  throw new ShapeError(
    `expected ${expected} input channels, got ${x.shape[1]} in ${formatShape(x.shape)}`,
  );
}

function checkBias(owner: string, bias: Tensor | undefined, out: number): void {
  if (!bias || (bias.rank === 1 && bias.shape[0] === out)) return;
  throw new ShapeError(
    `${owner}: expected a bias of shape [${out}], got ${formatShape(bias.shape)}`,
  );
}

/** Throws ShapeError when the kernel reaches further than the padded input. */
export function checkReach(
  x: Tensor,
  { kernel, dilation }: Windows,
  sides: readonly number[],
): void {
  const reach = kernel.map((extent, axis) => (extent - 1) * dilation[axis] + 1);
  const padded = kernel.map((_, axis) => x.shape[2 + axis] + sides[2 * axis] + sides[2 * axis + 1]);
  if (reach.every((extent, axis) => extent <= padded[axis])) return;
  throw new ShapeError(
    `the ${kernel.join(' x ')} kernel reaches over ${reach.join(' x ')}, ` +
      `larger than the padded input ${padded.join(' x ')} ` +
      `of ${formatShape(x.shape)}; add padding or use a smaller kernel`,
  );
}

/** Extents of a transposed convolution's result; throws ShapeError when padding leaves nothing. */
export function transposedExtents(
  x: Tensor,
  { kernel, stride, dilation }: Windows,
  { sides, outputPadding }: { sides: readonly number[]; outputPadding: readonly number[] },
): number[] {
  const size = kernel.map((extent, axis) => {
    const full = (x.shape[2 + axis] - 1) * stride[axis] + (extent - 1) * dilation[axis] + 1;
    return full + outputPadding[axis] - sides[2 * axis] - sides[2 * axis + 1];
  });
  if (size.every((extent) => extent >= 1)) return size;
  const even = sides.filter((side, i) => i % 2 === 0 && side === sides[i + 1]);
  const padding = even.length === kernel.length ? even : sides;
  throw new ShapeError(
    `padding ${formatShape(padding)} leaves ${size.join(' x ')} of ` +
      `${formatShape(x.shape)} with a ${kernel.join(' x ')} kernel; use less padding`,
  );
}
