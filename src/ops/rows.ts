/** Elements of matrix rows by index: gathered from them, or scattered into them. */

import { ShapeError } from '../graph/errors.js';
import { apply, type Primitive } from '../graph/primitive.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import type { ScatterOperation } from '../graph/vocabulary.js';

const gatherPrimitive: Primitive<'gather'> = {
  name: 'gather',
  kind: 'structured',
  shape: ([x, index]) => ({ shape: index.shape, dtype: x.dtype }),
};

const scatterPrimitive: Primitive<'scatter'> = {
  name: 'scatter',
  kind: 'structured',
  shape: ([x], { size }) => ({ shape: [x.shape[0], size], dtype: x.dtype }),
};

/** x [R, S] at int32 index [R, K] -> [R, K]; an index outside 0..S-1 gives 0. */
export function gatherRows(x: Tensor, index: Tensor): Tensor {
  checkIndexed('gatherRows', x, index);
  return apply(gatherPrimitive, [x, index], {});
}

export interface ScatterRowsOptions {
  /** Columns of the result. */
  size: number;
  /** How values with one index are joined; defaults to 'add'. */
  operation?: ScatterOperation;
}

/**
 * Joins x [R, K] into rows [R, size] at int32 index [R, K]; an index outside is left out.
 *
 * Where no value goes, the result is what changes nothing: 0 for 'add', 1 for 'mul', -Infinity for
 * 'max' and Infinity for 'min' (for int32 the ends of its range).
 */
export function scatterRows(
  x: Tensor,
  index: Tensor,
  { size, operation = 'add' }: ScatterRowsOptions,
): Tensor {
  checkIndexed('scatterRows', x, index);
  return apply(scatterPrimitive, [x, index], { size, operation });
}

function checkIndexed(operation: string, x: Tensor, index: Tensor): void {
  if (
    x.rank !== 2 ||
    index.rank !== 2 ||
    x.shape[0] !== index.shape[0] ||
    index.dtype !== 'int32'
  ) {
    throw new ShapeError(
      `${operation}: expected values [R, S] and int32 indices [R, K], ` +
        `got ${formatShape(x.shape)} and ${index.dtype} ${formatShape(index.shape)}`,
    );
  }
}
