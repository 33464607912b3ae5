/** Checkpointing: a segment of a network keeps nothing for its gradient and is computed again there. */

import { apply, type Primitive } from '../graph/primitive.js';
import { type Application, Tensor } from '../graph/tensor.js';
import { noteCreated, resolve, withCreated } from '../graph/trace.js';
import { inputsOf, topologicalOrder } from '../graph/traced-graph.js';

const checkpointPrimitive: Primitive<'checkpoint'> = {
  name: 'checkpoint',
  kind: 'view',
  shape: ([{ shape, dtype }]) => ({ shape, dtype }),
};

const recomputePrimitive: Primitive<'recompute'> = {
  name: 'recompute',
  kind: 'view',
  shape: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
};

/**
 * `segment()`, whose intermediate values are not kept for the gradient but computed a second time when
 * it is needed: less memory for more operations (Chen et al. 2016, "Training Deep Nets with Sublinear
 * Memory Cost"). Values and gradients stay the same up to rounding, dropout masks too, and running
 * statistics move only once. `program.describe().recomputation` tells what it saves.
 *
 *     const y = checkpoint(() => this.block.call(x));
 */
export function checkpoint(segment: () => Tensor): Tensor {
  const { result, created } = withCreated(segment);
  const output = resolve(result);
  // What the segment only passes on needs no second computation.
  if (!created.has(output)) return output;
  const inside = topologicalOrder([output]).filter((tensor) => created.has(tensor));
  const read = new Set(inside.flatMap(inputsOf));
  const leaves = [...read].filter(
    (tensor) => !created.has(tensor) && tensor.source.kind !== 'fill',
  );
  return apply(checkpointPrimitive, [output, ...leaves], {});
}

/** The computation of `output` from `leaves` once more, from other tensors in their place. */
export function rebuilt(output: Tensor, replacements: ReadonlyMap<Tensor, Tensor>): Tensor {
  const known = new Map(replacements);
  const stack = [output];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const inputs = known.has(top) ? [] : inputsOf(top);
    const missing = inputs.filter((input) => !known.has(input));
    if (missing.length > 0) {
      stack.push(...missing);
      continue;
    }
    stack.pop();
    if (!known.has(top)) known.set(top, rebuiltNode(top, known));
  }
  return known.get(output)!;
}

function rebuiltNode(tensor: Tensor, known: ReadonlyMap<Tensor, Tensor>): Tensor {
  const { shape, dtype, source } = tensor;
  if (source.kind !== 'apply') return tensor;
  const inputs = source.inputs.map((input) => known.get(input)!);
  const copy = new Tensor(shape, dtype, { ...source, inputs } satisfies Application);
  noteCreated(copy);
  return copy;
}

/** x, for a computation that is to be done again, and not before `after` is known. */
export const recompute = (x: Tensor, after: Tensor): Tensor =>
  apply(recomputePrimitive, [x, after], {});
