/** inBatches: what a network makes of any number of rows, a fixed number of them at a time. */

import { compile } from '../compiler/index.js';
import { ValueError } from '../graph/errors.js';
import { sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { tensor } from '../ops/index.js';

/** Rows that one program computes at once: always as many, since sums may round by the shape. */
const BATCH = 64;

export interface Batched {
  readonly what: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly numClasses: number | null;
}

/** `build` over any number of rows, the last batch filled up with zeros. */
export function inBatches(
  { what, from, to, numClasses }: Batched,
  build: (rows: Tensor, labels?: Tensor) => Tensor,
): (values: Float32Array, labels?: Int32Array) => Float32Array {
  const run = compile((...inputs: Tensor[]) => build(inputs[0], inputs[1]));
  const [taken, given] = [sizeOf(from), sizeOf(to)];
  return (values, labels) => {
    const count = values.length / taken;
    if (!Number.isInteger(count)) {
      throw new ValueError(
        `expected ${what} of ${taken} numbers each, got ${values.length} numbers; ` +
          `pass N x ${from.join(' x ')} numbers`,
      );
    }
    if (numClasses !== null) checkLabels(labels, { count, numClasses });
    const result = new Float32Array(count * given);
    for (let first = 0; first < count; first += BATCH) {
      const size = Math.min(BATCH, count - first);
      const batch = new Float32Array(BATCH * taken);
      batch.set(values.subarray(first * taken, (first + size) * taken));
      const inputs = tensor(batch, [BATCH, ...from]);
      const classes = new Int32Array(BATCH);
      if (labels) classes.set(labels.subarray(first, first + size));
      const told = numClasses === null ? [] : [tensor(classes, [BATCH])];
      const made = run(inputs, ...told).data() as Float32Array;
      result.set(made.subarray(0, size * given), first * given);
    }
    return result;
  };
}

function checkLabels(
  labels: Int32Array | undefined,
  { count, numClasses }: { count: number; numClasses: number },
): void {
  if (labels?.length === count && labels.every((label) => label >= 0 && label < numClasses)) return;
  throw new ValueError(
    `the model is told of classes: expected ${count} labels from 0 to ${numClasses - 1}, ` +
      `got ${labels ? `${labels.length}: ${labels.slice(0, 5).join(', ')}` : 'none'}`,
  );
}
