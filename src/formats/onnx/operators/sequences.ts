/** ONNX's operators on sequences: lists of tensors, which exporters make of lists in the model's code. */

import { ValueError } from '../../../graph/errors.js';
import { normalizeDim } from '../../../graph/shape.js';
import { concatenate, split, stack } from '../../../ops/concatenate.js';
import { reshape } from '../../../ops/view.js';
import { elementTypeOf, nameOfCode } from '../element-type.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { int64Data } from '../tensor-data.js';
import { Value } from '../value.js';

/** The items of the first input. */
function itemsOf(node: OperatorNode): readonly Value[] {
  const value = node.input(0);
  if (value.items) return value.items;
  throw new ValueError(`input 0 is ${value}; expected a sequence`);
}

/** The place that an input names, negative from the end; `otherwise` where it is left out. */
function placeOf(node: OperatorNode, input: number, { length, most, otherwise }: Places): number {
  const given = node.number(input) ?? otherwise;
  const place = given < 0 ? given + length : given;
  if (place >= 0 && place <= most) return place;
  throw new ValueError(`input ${input} is place ${given} of a sequence of ${length} tensors`);
}

interface Places {
  readonly length: number;
  /** The last place that may be named. */
  readonly most: number;
  readonly otherwise: number;
}

function emptySequence({ attributes }: OperatorNode): Value {
  const code = attributes.int('dtype', 1);
  const type = elementTypeOf(code);
  if (type !== undefined) return Value.ofSequence([], type);
  throw new ValueError(`attribute 'dtype' asks for ${nameOfCode(code)}`);
}

function construct(node: OperatorNode): Value {
  const items = node.all();
  const { type } = node.input(0);
  items.forEach((_, place) => {
    node.requireType(place, (other) => other === type, type);
  });
  return Value.ofSequence(items, type);
}

/** Before a place, at the end where none is named. */
function insert(node: OperatorNode): Value {
  const items = itemsOf(node);
  const added = node.input(1);
  const { length } = items;
  const place = placeOf(node, 2, { length, most: length, otherwise: length });
  return Value.ofSequence([...items.slice(0, place), added, ...items.slice(place)], added.type);
}

function erase(node: OperatorNode): Value {
  const items = itemsOf(node);
  const { length } = items;
  const place = placeOf(node, 1, { length, most: length - 1, otherwise: -1 });
  return Value.ofSequence(
    items.filter((_, i) => i !== place),
    node.input(0).type,
  );
}

function at(node: OperatorNode): Value {
  const items = itemsOf(node);
  node.input(1);
  const { length } = items;
  return items[placeOf(node, 1, { length, most: length - 1, otherwise: 0 })];
}

/** In parts of listed lengths, or all of one, the last of which may be shorter; of 1 where none is named. */
function splitToSequence(node: OperatorNode): Value {
  const { tensor: x, type } = node.input(0);
  const dim = normalizeDim(node.attributes.int('axis', 0), x.rank, 'axis');
  const keepDims = node.attributes.flag('keepdims', true);
  const given = node.optional(1);
  const sizes = node.numbers(1) ?? [1];
  const parts = split(x, given?.rank === 1 ? sizes : sizes[0], dim);
  const shape = x.shape.filter((_, d) => d !== dim);
  const items = parts.map((part) => (given || keepDims ? part : reshape(part, shape)));
  return Value.ofSequence(
    items.map((item) => Value.of(item, type)),
    type,
  );
}

function concatFromSequence(node: OperatorNode): Value {
  const items = itemsOf(node);
  const isNew = node.attributes.flag('new_axis', false);
  const axis = node.attributes.int('axis');
  if (items.length === 0) {
    throw new ValueError('an empty sequence has no shape to join; expected one tensor or more');
  }
  const tensors = items.map(({ tensor }) => tensor);
  const rank = tensors[0].rank + (isNew ? 1 : 0);
  const dim = normalizeDim(axis, rank, 'axis');
  return Value.of(isNew ? stack(tensors, dim) : concatenate(tensors, dim), node.input(0).type);
}

export const sequenceOperators: OperatorTable = {
  SequenceEmpty: emptySequence,
  SequenceConstruct: construct,
  SequenceInsert: { run: insert, hostInputs: [2] },
  SequenceErase: { run: erase, hostInputs: [1] },
  SequenceAt: { run: at, hostInputs: [1] },
  SequenceLength: (node) => Value.ofData(int64Data([itemsOf(node).length], [])),
  SplitToSequence: { run: splitToSequence, hostInputs: [1] },
  ConcatFromSequence: concatFromSequence,
};
