/** Sums of products in Einstein's notation. */

import { ShapeError } from '../graph/errors.js';
import { formatShape, sizeOf } from '../graph/shape.js';
import type { Tensor } from '../graph/tensor.js';
import { type Equation, parseEquation } from './einsum-equation.js';
import { mul } from './elementwise.js';
import { matmul } from './matmul.js';
import { sum } from './reduction.js';
import { diagonal } from './triangles.js';
import { permute, reshape } from './view.js';

/** A tensor with a label for each dimension, no label twice. */
interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

type Extents = ReadonlyMap<string, number>;

/**
 * Multiplies the operands where their labels agree and sums over the labels that the output lacks.
 *
 * A label is a letter for a dimension, `...` stands for those without one, which broadcast, as extents of
 * 1 do. A label twice in one operand takes the diagonal. Without `->` the output has `...` and then, in
 * alphabetical order, the labels that occur once. Operands are joined in pairs, the smallest result first.
 *
 * Throws ShapeError when the equation is no such thing or does not fit the operands, float32 or int32.
 *
 *     const scores = einsum('bhid,bhjd->bhij', queries, keys);
 *     const total = einsum('ii', matrix); // the trace
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const parsed = parseEquation(equation, operands);
  requireOneDtype(equation, operands);
  const squares = operands.map((x, i) => withoutRepeats(equation, { x, labels: parsed.inputs[i] }));
  const extents = extentsOf(equation, squares);
  let terms = withoutOnes(squares, extents);
  terms = terms.map((term, i) => summed(term, neededBy(parsed, without(terms, [i]))));
  while (terms.length > 1) {
    const pair = cheapestPair(terms, { parsed, extents });
    const others = without(terms, pair);
    terms = [...others, contracted(terms[pair[0]], terms[pair[1]], neededBy(parsed, others))];
  }
  const [{ x, labels }] = terms;
  return permute(
    x,
    parsed.output.map((label) => labels.indexOf(label)),
  );
}

function requireOneDtype(equation: string, operands: readonly Tensor[]): void {
  const [{ dtype }] = operands;
  const isNumeric = dtype === 'float32' || dtype === 'int32';
  if (isNumeric && operands.every((x) => x.dtype === dtype)) return;
  throw new ShapeError(
    `einsum "${equation}": operands are ${operands.map((x) => x.dtype).join(', ')}; expected all ` +
      `float32 or all int32; convert with cast()`,
  );
}

/** A label that comes twice leaves the diagonal of its two dimensions. */
function withoutRepeats(equation: string, { x, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, dim) => labels.indexOf(label) < dim);
  if (second === -1) return { x, labels };
  const first = labels.indexOf(labels[second]);
  if (x.shape[first] !== x.shape[second]) {
    throw new ShapeError(
      `einsum "${equation}": "${labels[second]}" is ${x.shape[first]} and ${x.shape[second]} in ` +
        `${formatShape(x.shape)}; a label that comes twice in one operand needs equal extents`,
    );
  }
  const others = labels.filter((_, dim) => dim !== first && dim !== second);
  const taken = diagonal(x, { dim1: first, dim2: second });
  return withoutRepeats(equation, { x: taken, labels: [...others, labels[second]] });
}

function extentsOf(equation: string, terms: readonly Labelled[]): Extents {
  const extents = new Map<string, number>();
  for (const { x, labels } of terms) {
    labels.forEach((label, dim) => {
      const [known, extent] = [extents.get(label) ?? 1, x.shape[dim]];
      if (known !== 1 && extent !== 1 && known !== extent) {
        throw new ShapeError(
          `einsum "${equation}": "${nameOf(label)}" is ${known} in one operand and ${extent} in ` +
            `${formatShape(x.shape)}; make them equal or 1`,
        );
      }
      extents.set(label, known === 1 ? extent : known);
    });
  }
  return extents;
}

const nameOf = (label: string): string => (label.startsWith('...') ? '...' : label);

/** Drops dimensions of extent 1 that broadcast against others: a product needs them not. */
const withoutOnes = (terms: readonly Labelled[], extents: Extents): Labelled[] =>
  terms.map(({ x, labels }) => {
    const stays = labels.map((label, dim) => x.shape[dim] === extents.get(label));
    return {
      x: reshape(
        x,
        x.shape.filter((_, dim) => stays[dim]),
      ),
      labels: labels.filter((_, dim) => stays[dim]),
    };
  });

const without = (terms: readonly Labelled[], places: readonly number[]): Labelled[] =>
  terms.filter((_, i) => !places.includes(i));

/** The labels that the output or one of `others` has. */
const neededBy = ({ output }: Equation, others: readonly Labelled[]): ReadonlySet<string> =>
  new Set([...output, ...others.flatMap(({ labels }) => labels)]);

/** Sums over the labels that nobody needs. */
function summed({ x, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const gone = labels.flatMap((label, dim) => (needed.has(label) ? [] : [dim]));
  return gone.length === 0
    ? { x, labels }
    : { x: sum(x, gone), labels: labels.filter((label) => needed.has(label)) };
}

/** The two terms whose product is smallest; of equal ones the first. */
function cheapestPair(
  terms: readonly Labelled[],
  { parsed, extents }: { parsed: Equation; extents: Extents },
): readonly [number, number] {
  const pairs = terms.flatMap((_, i) => terms.slice(i + 1).map((_, j) => [i, i + 1 + j] as const));
  const sizes = pairs.map(([i, j]) => {
    const needed = neededBy(parsed, without(terms, [i, j]));
    const labels = new Set([...terms[i].labels, ...terms[j].labels]);
    return sizeOf([...labels].map((label) => (needed.has(label) ? extents.get(label)! : 1)));
  });
  return pairs[sizes.indexOf(Math.min(...sizes))];
}

/** The product of two terms, summed over the labels that both have and nobody else needs. */
function contracted(a: Labelled, b: Labelled, needed: ReadonlySet<string>): Labelled {
  const isShared = (label: string) => a.labels.includes(label) && b.labels.includes(label);
  const batch = a.labels.filter((label) => isShared(label) && needed.has(label));
  const depth = a.labels.filter((label) => isShared(label) && !needed.has(label));
  const rows = a.labels.filter((label) => !isShared(label));
  const columns = b.labels.filter((label) => !isShared(label));
  const left = grouped(a, [batch, rows, depth]);
  const right = grouped(b, [batch, depth, columns]);
  const product = depth.length === 0 ? mul(left, right) : matrixProduct(left, right);
  const labels = [...batch, ...rows, ...columns];
  const extentOf = (label: string) =>
    a.labels.includes(label)
      ? a.x.shape[a.labels.indexOf(label)]
      : b.x.shape[b.labels.indexOf(label)];
  return { x: reshape(product, labels.map(extentOf)), labels };
}

/** The dimensions of a term in three groups, each joined to one dimension. */
function grouped({ x, labels }: Labelled, groups: readonly (readonly string[])[]): Tensor {
  const order = groups.map((group) => group.map((label) => labels.indexOf(label)));
  return reshape(
    permute(x, order.flat()),
    order.map((dims) => sizeOf(dims.map((dim) => x.shape[dim]))),
  );
}

/** [B, M, K] times [B, K, N]; int32 has no product of matrices. */
function matrixProduct(a: Tensor, b: Tensor): Tensor {
  if (a.dtype === 'float32') return matmul(a, b);
  const [, rows, depth] = a.shape;
  const [batch, , columns] = b.shape;
  return sum(mul(reshape(a, [batch, rows, depth, 1]), reshape(b, [batch, 1, depth, columns])), 2);
}
