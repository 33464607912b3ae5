/** ONNX's SpaceToDepth and DepthToSpace, and CenterCropPad. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape, normalizeDim } from '../../../graph/shape.js';
import { pad } from '../../../ops/pad.js';
import { permute, reshape } from '../../../ops/view.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { Value } from '../value.js';

/** Size of the blocks, and whether their places come before the channels (DCR) or behind (CRD). */
function blocksOf(node: OperatorNode): { readonly size: number; readonly depthFirst: boolean } {
  const { shape } = node.input(0);
  const size = node.attributes.int('blocksize');
  const mode = node.attributes.choice('mode', ['DCR', 'CRD'], 'DCR');
  if (shape.length === 4 && size >= 1) return { size, depthFirst: mode === 'DCR' };
  throw new ValueError(
    `blocksize ${size} of input 0, ${formatShape(shape)}; expected a whole number of at least 1 ` +
      `and [N, C, H, W]`,
  );
}

function spaceToDepth(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const { size, depthFirst } = blocksOf(node);
  const [batch, channels, height, width] = x.shape;
  if (height % size !== 0 || width % size !== 0) {
    throw new ShapeError(
      `blocksize ${size} must divide height and width of ${formatShape(x.shape)}`,
    );
  }
  const [rows, columns] = [height / size, width / size];
  const apart = reshape(x, [batch, channels, rows, size, columns, size]);
  const moved = permute(apart, depthFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]);
  return Value.of(reshape(moved, [batch, channels * size * size, rows, columns]), type);
}

function depthToSpace(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const { size, depthFirst } = blocksOf(node);
  const [batch, channels, height, width] = x.shape;
  const out = channels / (size * size);
  if (!Number.isInteger(out)) {
    throw new ShapeError(
      `blocksize ${size} needs a multiple of ${size * size} channels, got ${channels} in ` +
        `${formatShape(x.shape)}`,
    );
  }
  const moved = depthFirst
    ? permute(reshape(x, [batch, size, size, out, height, width]), [0, 3, 4, 1, 5, 2])
    : permute(reshape(x, [batch, out, size, size, height, width]), [0, 1, 4, 2, 5, 3]);
  return Value.of(reshape(moved, [batch, out, height * size, width * size]), type);
}

/** Cut or filled with zeros to `shape`, about the middle. */
function centerCropPad(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const wanted = node.requiredNumbers(1);
  const axes = node.attributes.ints('axes') ?? x.shape.map((_, dim) => dim);
  if (axes.length !== wanted.length) {
    throw new ValueError(`shape [${wanted}] has not one extent for each of the axes [${axes}]`);
  }
  const low = x.shape.map(() => 0);
  const high = x.shape.map(() => 0);
  axes.forEach((axis, i) => {
    const dim = normalizeDim(axis, x.rank, 'axes');
    const missing = wanted[i] - x.shape[dim];
    // The odd element goes behind, whether it is added or cut off.
    low[dim] = Math.trunc(missing / 2);
    high[dim] = missing - low[dim];
  });
  return Value.of(pad(x, { low, high }), type);
}

export const spaceDepthOperators: OperatorTable = {
  SpaceToDepth: spaceToDepth,
  DepthToSpace: depthToSpace,
  CenterCropPad: { run: centerCropPad, hostInputs: [1] },
};
