/** Products under the names of PyTorch that allow one form of operands each. */

import { ShapeError } from '../graph/errors.js';
import { formatShape } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { unsqueeze } from './dims.js';
import { mul } from './elementwise.js';
import { matmul } from './matmul.js';

type Product = (a: Tensor, b: Tensor) => Tensor;

/** A product of operands of exactly these forms; extents under one letter are equal. */
function productOf(operation: string, forms: readonly [string, string], product: Product): Product {
  return (a, b) => {
    const extents = new Map<string, number>();
    const fits = [a, b].every(
      ({ shape }, i) =>
        shape.length === forms[i].length &&
        shape.every((extent, dim) => {
          const known = extents.get(forms[i][dim]) ?? extent;
          extents.set(forms[i][dim], known);
          return known === extent;
        }),
    );
    if (!fits) {
      const [left, right] = forms.map((form) => `[${[...form].join(', ')}]`);
      throw new ShapeError(
        `${operation}: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit; expected ` +
          `${left} and ${right}; matmul() takes more forms`,
      );
    }
    return product(a, b);
  };
}

/**
 * The inner product of two vectors: [K], [K] -> [].
 *
 * Throws ShapeError for other shapes.
 *
 *     const similarity = dot(a, b);
 */
export const dot = productOf('dot', ['K', 'K'], matmul);

/**
 * A matrix times a vector: [M, K], [K] -> [M].
 *
 * Throws ShapeError for other shapes.
 *
 *     const y = mv(weight, x);
 */
export const mv = productOf('mv', ['MK', 'K'], matmul);

/**
 * The product of two matrices: [M, K], [K, N] -> [M, N].
 *
 * Throws ShapeError for other shapes.
 *
 *     const y = mm(x, weight);
 */
export const mm = productOf('mm', ['MK', 'KN'], matmul);

/**
 * The products of matrices in pairs: [B, M, K], [B, K, N] -> [B, M, N].
 *
 * Throws ShapeError for other shapes.
 *
 *     const scores = bmm(queries, transpose(keys));
 */
export const bmm = productOf('bmm', ['BMK', 'BKN'], matmul);

/**
 * The products of each element with each: [M], [N] -> [M, N].
 *
 * Throws ShapeError for other shapes.
 *
 *     const kernel = outer(gaussian, gaussian);
 */
export const outer = productOf('outer', ['M', 'N'], (a, b) => mul(unsqueeze(a, 1), b));
