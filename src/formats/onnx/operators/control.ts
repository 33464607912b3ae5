/** ONNX's control flow: If, Loop and Scan, whose bodies are built into the graph as often as they run. */

import { ShapeError, ValueError } from '../../../graph/errors.js';
import { formatShape, normalizeDim, sameShape } from '../../../graph/shape.js';
import type { Tensor } from '../../../graph/tensor.js';
import { stack } from '../../../ops/concatenate.js';
import { fill } from '../../../ops/creation.js';
import { cast, where } from '../../../ops/elementwise.js';
import { select } from '../../../ops/slicing.js';
import { flip, reshape } from '../../../ops/view.js';
import { elementTypeOf, elementTypes } from '../element-type.js';
import type { OnnxGraph } from '../model-parts.js';
import type { OperatorNode, OperatorTable } from '../operator.js';
import { int64Data } from '../tensor-data.js';
import { Value } from '../value.js';

/** The branch that a known condition takes; of an unknown one both, and an element-wise choice. */
function branch(node: OperatorNode): Value[] {
  const condition = node.requireType(0, (type) => type === 'bool', 'bool');
  const branches = ['then_branch', 'else_branch'] as const;
  for (const name of branches) node.attributes.has(name);
  const known = condition.known();
  if (known) return node.runBody(branches[Number(known.data[0]) !== 0 ? 0 : 1]);
  const [yes, no] = branches.map((name) => node.runBody(name));
  const isTrue = reshape(condition.tensor, []);
  return yes.map((a, i) => {
    const b = no[i];
    if (!b || a.type !== b.type || !sameShape(a.shape, b.shape)) {
      throw new ValueError(
        `output ${i} is ${a} in one branch and ${b ?? 'missing'} in the other, so that the condition ` +
          `decides about shapes, but its value depends on inputs that are unknown while the model ` +
          `is compiled; give those with the option \`constants\`, or do not compile`,
      );
    }
    return Value.of(chosen(isTrue, a.tensor, b.tensor), a.type);
  });
}

/** Bools are chosen among numbers, since they are the result of comparisons. */
function chosen(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== 'bool') return where(condition, a, b);
  return cast(where(condition, cast(a, 'int32'), cast(b, 'int32')), 'bool');
}

const trueValue = (): Value => Value.ofData({ type: 'bool', shape: [], data: Uint8Array.of(1) });

/** As often as the trip count says and the condition holds, both of which must be known. */
function loop(node: OperatorNode): Value[] {
  const trips = node.number(0) ?? Number.POSITIVE_INFINITY;
  const carried = node.inputs.slice(2).map((_, i) => node.input(i + 2));
  const body = node.attributes.graph('body');
  const scanned: Value[][] = body.outputs.slice(1 + carried.length).map(() => []);
  let state = carried;
  let condition = node.optional(1) ?? trueValue();
  for (let trip = 0; trip < trips && holds(condition); trip++) {
    const number = Value.ofData(int64Data([trip], []));
    const outputs = node.runBody('body', [number, condition, ...state]);
    condition = outputs[0];
    state = outputs.slice(1, 1 + carried.length);
    outputs.slice(1 + carried.length).forEach((value, i) => {
      scanned[i].push(value);
    });
  }
  const joined = scanned.map((values, i) =>
    stacked(values, 0, { body, place: i + 1 + carried.length }),
  );
  return [...state, ...joined];
}

function holds(condition: Value): boolean {
  const known = condition.known();
  if (known?.data.length === 1) return Number(known.data[0]) !== 0;
  throw new ValueError(
    known
      ? `the condition is ${condition}; expected a single bool`
      : `how often the body runs depends on inputs of the model that are unknown while it is compiled; ` +
          `give those with the option \`constants\`, or do not compile`,
  );
}

/** One value of each run along a new axis; without a run, what the body declares. */
function stacked(
  values: readonly Value[],
  axis: number,
  { body, place }: { readonly body: OnnxGraph; readonly place: number },
): Value {
  if (values.length > 0) {
    const [{ type, rank }] = values;
    const along = normalizeDim(axis, rank + 1, 'axis');
    return Value.of(
      stack(
        values.map(({ tensor }) => tensor),
        along,
      ),
      type,
    );
  }
  const { typeCode, shape } = body.outputs[place];
  const type = elementTypeOf(typeCode ?? 1) ?? 'float32';
  const open = (shape ?? []).map((extent) => (typeof extent === 'number' ? extent : 0));
  const along = normalizeDim(axis, open.length + 1, 'axis');
  const empty = [...open.slice(0, along), 0, ...open.slice(along)];
  return Value.of(fill(0, empty, elementTypes[type].dtype), type);
}

/** The body for every slice of the scanned inputs, with state from one to the next. */
function scan(node: OperatorNode): Value[] {
  if (node.opset < 9) {
    throw new ValueError('there is no importer for Scan before version 9; export the model again');
  }
  const { attributes } = node;
  const body = attributes.graph('body');
  const count = attributes.int('num_scan_inputs');
  const given = node.all();
  const carried = given.length - count;
  const outputs = body.outputs.length - carried;
  if (!(count >= 1) || carried < 0 || outputs < 0) {
    throw new ValueError(
      `num_scan_inputs is ${count} of ${given.length} inputs; expected 1 or more`,
    );
  }
  const list = (name: string, length: number) =>
    attributes.ints(name) ?? new Array<number>(length).fill(0);
  const axes = list('scan_input_axes', count);
  const directions = list('scan_input_directions', count);
  const outAxes = list('scan_output_axes', outputs);
  const outDirections = list('scan_output_directions', outputs);
  const scanned = given.slice(carried).map((value, i) => ({
    value,
    dim: normalizeDim(axes[i], value.rank, 'scan_input_axes'),
    isBackward: directions[i] === 1,
  }));
  const lengths = scanned.map(({ value, dim }) => value.shape[dim]);
  if (lengths.some((length) => length !== lengths[0])) {
    const shapes = scanned.map(({ value }) => formatShape(value.shape));
    throw new ShapeError(
      `the scanned inputs ${shapes.join(', ')} differ in length along their axes`,
    );
  }
  let state = given.slice(0, carried);
  const results: Value[][] = Array.from({ length: outputs }, () => []);
  for (let step = 0; step < lengths[0]; step++) {
    const slices = scanned.map(({ value, dim, isBackward }) => {
      const index = isBackward ? lengths[0] - 1 - step : step;
      return Value.of(select(value.tensor, { dim, index }), value.type);
    });
    const made = node.runBody('body', [...state, ...slices]);
    state = made.slice(0, carried);
    made.slice(carried).forEach((value, i) => {
      results[i].push(value);
    });
  }
  const joined = results.map((values, i) => {
    const whole = stacked(values, outAxes[i], { body, place: carried + i });
    if (outDirections[i] !== 1) return whole;
    return Value.of(flip(whole.tensor, [normalizeDim(outAxes[i], whole.rank, 'axis')]), whole.type);
  });
  return [...state, ...joined];
}

export const controlOperators: OperatorTable = {
  If: branch,
  Loop: { run: loop, hostInputs: [0, 1] },
  Scan: scan,
};
