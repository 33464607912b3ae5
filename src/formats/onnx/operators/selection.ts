/** ONNX's operators whose results are as large as values decide: NonZero, Compress, Unique, NonMaxSuppression. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape, normalizeDim, type Shape, sizeOf } from '../../../graph/shape.js';
import { tensor } from '../../../ops/creation.js';
import { indexSelect } from '../../../ops/gather.js';
import { reshape } from '../../../ops/view.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { int64Data } from '../tensor-data.js';
import { Value } from '../value.js';

/** The coordinates of the element at `place` in row-major order. */
function coordinates(place: number, shape: Shape): number[] {
  let rest = place;
  const found = shape.map(() => 0);
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    found[dim] = rest % shape[dim];
    rest = Math.floor(rest / shape[dim]);
  }
  return found;
}

/** The coordinates of all elements that are not 0, one row for each dimension. */
function nonZero(node: OperatorNode): Value {
  const { shape } = node.input(0);
  const values = node.requiredNumbers(0);
  const places = values.flatMap((value, place) => (value === 0 ? [] : [coordinates(place, shape)]));
  const rows = shape.flatMap((_, dim) => places.map((place) => place[dim]));
  return Value.ofData(int64Data(rows, [shape.length, places.length]));
}

/** The slices, or without an axis the elements, for which the condition is true. */
function compress(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const condition = node.requiredNumbers(1);
  const chosen = condition.flatMap((value, i) => (value === 0 ? [] : [i]));
  const index = tensor(Int32Array.from(chosen), [chosen.length]);
  if (!node.attributes.has('axis')) {
    return Value.of(indexSelect(reshape(x, [x.size]), { dim: 0, index }), type);
  }
  const dim = normalizeDim(node.attributes.int('axis'), x.rank, 'axis');
  return Value.of(indexSelect(x, { dim, index }), type);
}

/** The different elements or slices, in order or as they come first, where they stand, and how many there are. */
function unique(node: OperatorNode): Value[] {
  const x = node.input(0);
  const values = node.requiredNumbers(0);
  const isSorted = node.attributes.flag('sorted', true);
  const isFlat = !node.attributes.has('axis');
  const shape = isFlat ? [sizeOf(x.shape)] : x.shape;
  const dim = isFlat ? 0 : normalizeDim(node.attributes.int('axis'), x.rank, 'axis');
  const [before, count, after] = [
    sizeOf(shape.slice(0, dim)),
    shape[dim],
    sizeOf(shape.slice(dim + 1)),
  ];
  const sliceAt = (i: number): number[] =>
    Array.from({ length: before * after }, (_, j) => {
      const row = Math.floor(j / after);
      return values[(row * count + i) * after + (j % after)];
    });
  const slices = Array.from({ length: count }, (_, i) => sliceAt(i));
  const groups = new Map<string, number[]>();
  slices.forEach((slice, i) => {
    const key = slice.join();
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const members = [...groups.values()];
  if (isSorted) members.sort((a, b) => compared(slices[a[0]], slices[b[0]]));
  const firsts = members.map(([first]) => first);
  const inverse = new Array<number>(count).fill(0);
  members.forEach((group, place) => {
    for (const i of group) inverse[i] = place;
  });
  const index = tensor(Int32Array.from(firsts), [firsts.length]);
  return [
    Value.of(indexSelect(reshape(x.tensor, shape), { dim, index }), x.type),
    Value.ofData(int64Data(firsts)),
    Value.ofData(int64Data(inverse)),
    Value.ofData(int64Data(members.map(({ length }) => length))),
  ];
}

/** By the first place at which two lists differ. */
function compared(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((value, i) => value !== b[i]);
  return place === -1 ? 0 : a[place] - b[place];
}

interface Box {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

/** Corners that may be any two opposite ones, or with `isCentered` middle and extent. */
function boxOf([a, b, c, d]: readonly number[], isCentered: boolean): Box {
  if (isCentered) return { low: [b - d / 2, a - c / 2], high: [b + d / 2, a + c / 2] };
  return { low: [Math.min(a, c), Math.min(b, d)], high: [Math.max(a, c), Math.max(b, d)] };
}

const area = ({ low, high }: Box): number => (high[0] - low[0]) * (high[1] - low[1]);

/** The part of what two boxes cover together that both cover. */
function overlap(a: Box, b: Box): number {
  const [height, width] = [0, 1].map((i) =>
    Math.max(Math.min(a.high[i], b.high[i]) - Math.max(a.low[i], b.low[i]), 0),
  );
  const shared = height * width;
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared);
}

/** The best boxes of each class that do not overlap much with better ones: rows of batch, class, box. */
function suppress(node: OperatorNode): Value {
  const [{ shape: boxShape }, { shape: scoreShape }] = [node.input(0), node.input(1)];
  const [batches, classes, count] = scoreShape;
  if (scoreShape.length !== 3 || boxShape.join() !== [batches, count, 4].join()) {
    throw new ShapeError(
      `boxes ${formatShape(boxShape)} and scores ${formatShape(scoreShape)}; ` +
        `expected [N, boxes, 4] and [N, classes, boxes]`,
    );
  }
  const [corners, scores] = [node.requiredNumbers(0), node.requiredNumbers(1)];
  const isCentered = node.attributes.flag('center_point_box', false);
  const most = node.number(2) ?? 0;
  const limit = node.number(3) ?? 0;
  const least = node.number(4) ?? Number.NEGATIVE_INFINITY;
  if (!(limit >= 0 && limit <= 1)) {
    throw new ValueError(`iou_threshold is ${limit}; expected a part from 0 to 1`);
  }
  const rows: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const boxes = Array.from({ length: count }, (_, i) => {
      const start = (batch * count + i) * 4;
      return boxOf(corners.slice(start, start + 4), isCentered);
    });
    for (let kind = 0; kind < classes; kind++) {
      const score = (box: number) => scores[(batch * classes + kind) * count + box];
      const order = boxes.map((_, i) => i).filter((i) => score(i) > least);
      order.sort((a, b) => score(b) - score(a));
      const kept: number[] = [];
      for (const box of order) {
        if (kept.length >= most) break;
        if (kept.every((other) => overlap(boxes[other], boxes[box]) <= limit)) kept.push(box);
      }
      for (const box of kept) rows.push(batch, kind, box);
    }
  }
  return Value.ofData(int64Data(rows, [rows.length / 3, 3]));
}

export const selectionOperators: OperatorTable = {
  NonZero: nonZero,
  Compress: { run: compress, hostInputs: [1] },
  Unique: unique,
  NonMaxSuppression: { run: suppress, hostInputs: [2, 3, 4] },
};
