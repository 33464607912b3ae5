/** Rows of a table and elements by index, as ONNX's Gather. */

import { sameShape } from '../../../../graph/shape.js';
import type { Tensor } from '../../../../graph/tensor.js';
import { int } from '../graph-builder.js';
import {
  isNumber,
  made,
  numberOf,
  operandsOf,
  operator,
  type Pattern,
  same,
  shaped,
  unexpanded,
  unshaped,
} from '../match.js';

/** The same places of every row: [R, S] at [1, K] repeated. */
export const sameOfEveryRow: Pattern = (tensor) => {
  const found = made(tensor, 'gather');
  if (!found) return null;
  const [x, everywhere] = found.inputs;
  const index = unexpanded(everywhere);
  const { source } = unshaped(index);
  const [, size] = x.shape;
  const isKnown = source.kind === 'data' && source.data.every((i) => i >= 0 && i < size);
  if (!isKnown || index.shape[0] !== 1) return null;
  return operator('Gather', [x, shaped(index, [index.size])], { axis: int(1) });
};

/** The table [R, S] and the indices [count, 1] of rows that are NaN where there is no such row. */
function tableRows(tensor: Tensor): { table: Tensor; index: Tensor } | null {
  const choice = operandsOf(tensor, 'where');
  const rows = choice && made(choice[1], 'permute');
  const found = rows && made(rows.inputs[0], 'gather');
  const within = choice && operandsOf(choice[0], 'and');
  if (!choice || !found || !within || !Number.isNaN(numberOf(choice[2]) ?? 0)) return null;
  const turned = made(found.inputs[0], 'permute');
  const [least, most] = within.map((part) => operandsOf(part, 'less'));
  const index = unexpanded(found.inputs[1]);
  if (!turned || !least || !most || !isNumber(least[0], -1)) return null;
  const [table] = turned.inputs;
  const isIndex = (part: Tensor) => unshaped(part) === unshaped(index);
  const isWithin = isIndex(least[1]) && isIndex(most[0]) && isNumber(most[1], table.shape[0]);
  return isWithin && index.size === tensor.shape[0] ? { table, index } : null;
}

/** An embedding: rows of a table; those of the padding index only have no gradient. */
export const embedding: Pattern = (tensor) => {
  const reshaped = made(tensor, 'reshape');
  const whole = reshaped ? reshaped.inputs[0] : tensor;
  const choice = operandsOf(whole, 'where');
  // The padding index chooses between the rows and the same rows without a gradient.
  const isPadded = choice !== null && same(choice[1], choice[2]);
  const found = tableRows(whole) ?? (isPadded ? tableRows(choice[1]) : null);
  if (!found) return null;
  const { table, index } = found;
  const shape = tensor.shape.slice(0, -1);
  if (!sameShape(tensor.shape.slice(-1), table.shape.slice(1))) return null;
  return operator('Gather', [table, shaped(index, shape)], { axis: int(0) });
};
